"""Answers given again at once: the same question over the same passages for the same audience."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Sequence

from knowledge.answering.cleaning import CITED
from knowledge.catalog import Catalog, answers
from knowledge.catalog.answers import KeptAnswer
from knowledge.errors import SaseoError
from knowledge.language import Analyzer
from knowledge.prompt import INSTRUCTIONS
from knowledge.retrieve import Candidate
from knowledge.types import Language, Scope

_log = logging.getLogger(__name__)

# How one asks politely, as morphemes and stems; "not", "before", "must" and their like change what is asked.
_POLITE_WORDS = """
좀 혹시 알리 궁금 부탁 드리 주 안녕 저 저희 나 우리 제 내 여쭈 질문 요
a an the pleas is are am do doe i we me us tell know hi hello thank
"""
_POLITE = frozenset(_POLITE_WORDS.split())
_COPULA = "VCP"
# Particles that the analysis leaves out and that turn a question round, and signs that count.
_TURNING = re.compile("에서|부터|까지|보다|밖에|마다|[%#+<>=≥≤$₩€]")


class AnswerCache:
    """Keeps answers in the catalog. Thread-safe.

    Args:
        catalog: prepared by the first use.
        analyzer: of questions.
        may_write: whether this process may; if not, it only gives what others kept.
        model: the name of the model: another one's answers aren't given for its own.
    """

    def __init__(
        self, catalog: Callable[[], Catalog], analyzer: Analyzer, *, may_write: bool, model: str
    ) -> None:
        self._catalog = catalog
        self._analyzer = analyzer
        self._may_write = may_write
        self._model = model

    def key(
        self,
        text: str,
        context: str,
        language: Language,
        audience: frozenset[Scope],
        given: Sequence[Candidate],
    ) -> str:
        """What an answer is kept by: a hash, which tells nothing of the question.

        Args:
            text: the question.
            context: the earlier questions that it goes on from.
            language: the answer's.
            audience: the scopes of those who read it.
            given: the passages that it is made from.
        """
        parts = [
            self._model,
            INSTRUCTIONS[language],
            self._words(text),
            self._words(context),
            sorted(audience),
            sorted((each.passage.id, each.document.content_hash) for each in given),
        ]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()

    def find(self, key: str, given: Sequence[Candidate]) -> str | None:
        """The text that is kept, its citations as the passages are numbered now."""
        with self._catalog().read() as connection:
            kept = answers.find(connection, key)
        if kept is None:
            return None
        now = {candidate.passage.id: number for number, candidate in enumerate(given, 1)}
        if not now.keys() >= set(kept.passages.values()):
            return None
        return CITED.sub(lambda found: f"[{now[kept.passages[int(found[1])]]}]", kept.text)

    def keep(self, key: str, text: str, cited: Sequence[int], given: Sequence[Candidate]) -> None:
        """Keep a whole answer that cites some of the given passages by their numbers."""
        if not self._may_write or {int(n) for n in CITED.findall(text)} != set(cited):
            return
        kept = KeptAnswer(text, {number: given[number - 1].passage.id for number in cited})
        made_from = {each.document.id: each.document.content_hash for each in given}
        try:
            with self._catalog().write() as connection:
                answers.keep(connection, key, kept, made_from)
        except SaseoError as error:
            # The person has the answer; that the next one has to wait for it again is no failure of theirs.
            _log.warning("an answer could not be kept: %s", error)

    def _words(self, text: str) -> list[str]:
        """The morphemes and words of a question, in its order."""
        # As Korean, so that English function words count: "not" and "before" are most of what is asked.
        words = [
            term.form
            for term in self._analyzer.tagged(text, "ko")
            if term.form not in _POLITE and term.tag != _COPULA
        ]
        return [*words, "", *_TURNING.findall(text)]
