"""Answers given again at once: the same question over the same passages for the same audience."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence

from knowledge.answering.cleaning import CITED
from knowledge.answering.identity import words_of
from knowledge.catalog import Catalog, answers
from knowledge.catalog.answers import KeptAnswer
from knowledge.errors import SaseoError
from knowledge.language import Analyzer
from knowledge.prompt import INSTRUCTIONS
from knowledge.retrieve import Candidate
from knowledge.types import Language, Scope

_log = logging.getLogger(__name__)


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
            words_of(text, self._analyzer),
            words_of(context, self._analyzer),
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
