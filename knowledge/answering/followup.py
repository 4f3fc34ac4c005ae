"""Questions that go on from the one before ("그럼 신입은?", "and for part-timers?"), without asking a model.

Such a question is searched twice, as it stands and with what the conversation is about at half weight, and
the retrieval's own evidence decides: a new topic is covered better alone, a follow-up about as well together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from knowledge.attached import Enclosed
from knowledge.language import Analyzer
from knowledge.ranking import query
from knowledge.retrieve import Retrieval
from knowledge.types import Scope, Turn

_SHORT = 2  # things that a question names: with more it stands by itself
_RELATED = 0.5  # of the meaning of a typical answer (`Retrieval.meaning`)
_AS_GOOD = 0.6  # of the evidence for the question alone, that the two together must have

_GOES_ON = re.compile(
    r"^\s*(?:그럼|그러면|그렇다면|그런데|근데|그리고|그래도|그래서|그렇지만|하지만|또|또는|만약에?|아니면|아니|참"
    r"|그 ?외에|추가로|반대로|예를 들)(?![가-힣])"
    r"|^\s*(?:and|but|so|then|also|or|what about|how about|what if|in that case|otherwise|same for)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"(?<![가-힣])(?:그것|그거|그건|그게|이것|이거|이건|이게|거기|그곳|그분|그때|그중|그 [가-힣]|이 경우"
    r"|위에|위의|방금|아까|앞에서|다시|나머지|둘 다|마찬가지)"
    r"|\b(?:it|its|they|them|their|those|these|that one|this one|he|she|him|her|his|the same|the other|such"
    r"|above)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\u3131-\u318e_]")  # and not "ㅁㄴㅇㄹ" or "???"


class Retrieve(Protocol):
    """Finds and ranks passages for a question within some scopes; blocking."""

    def __call__(
        self, text: str, scopes: frozenset[Scope], *, context: str = "", enclosed: Enclosed | None = None
    ) -> Retrieval:
        """`context` is an earlier question that this one goes on from, `enclosed` what came with it."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What was found, and the earlier questions that it was found with: empty for one that stands alone."""

    found: Retrieval
    context: str


def understood(
    retrieve: Retrieve, analyzer: Analyzer, text: str, scopes: frozenset[Scope], history: Sequence[Turn]
) -> Understood:
    """Search for a question in the light of what was said.

    Args:
        retrieve: the search.
        analyzer: the one that analysed the passages.
        text: the question; empty when it only asks for the last answer in another language.
        scopes: of the audience.
        history: the oldest exchange first.
    """
    context = topic([turn.question for turn in history], analyzer)
    if not text:
        return Understood(retrieve(context, scopes), context)
    if not context or not goes_on(text, analyzer):
        return Understood(retrieve(text, scopes), "")
    text = _GOES_ON.sub("", text, count=1).strip() or text  # the link says nothing of what is looked for
    together = retrieve(text, scopes, context=context)
    if _things(text, analyzer) == 0:
        about = retrieve(context, scopes) if _WORDS.search(text) else None
        return Understood(_judged(together, about), context)
    alone = retrieve(text, scopes)
    if not _POINTS_BACK.search(text) and not _stands(alone, analyzer):
        return Understood(_judged(together, None), context)
    if together.answerable >= _AS_GOOD * alone.answerable:
        return Understood(together, context)
    return Understood(alone, "")


def _judged(together: Retrieval, about: Retrieval | None) -> Retrieval:
    """What was found for a question that names nothing: it has an answer if what it is about has one.

    Its own words ("더 자세히", "why") say nothing of whether the documents answer. About None: they don't.
    """
    if about is None:
        return replace(together, answerable=0.0)
    if together.is_answerable or not about.is_answerable:
        return together
    return replace(together, answerable=about.answerable, bars=about.bars)


def _stands(found: Retrieval, analyzer: Analyzer) -> bool:
    """Whether anything that a question names is in the documents, by its name or by its meaning.

    If not, what was asked before is no answer to it, however well the documents answer that.
    """
    forms = {form for term in found.query.terms if term.kind in query.THINGS for form in term.forms}
    return any(
        any(form in candidate.passage.full_text.lower() for form in forms)
        or not forms.isdisjoint(analyzer.terms(candidate.passage.full_text, candidate.passage.language))
        or found.meaning(candidate.dense or 0.0, candidate.passage.language) >= _RELATED
        for candidate in found.candidates
    )


def goes_on(text: str, analyzer: Analyzer) -> bool:
    """Whether a question may lean on the one before: it says so, points back, or names next to nothing."""
    return leans(text) or _things(text, analyzer) <= _SHORT


def leans(text: str) -> bool:
    """Whether a question says that it leans on the one before, or points back."""
    return bool(_GOES_ON.match(text) or _POINTS_BACK.search(text))


def topic(questions: Sequence[str], analyzer: Analyzer) -> str:
    """What a conversation is about: the last question, and the last one that stands by itself."""
    if not questions:
        return ""
    whole = next((each for each in reversed(questions) if not goes_on(each, analyzer)), questions[0])
    return " ".join(dict.fromkeys((whole, questions[-1])))


def _things(text: str, analyzer: Analyzer) -> int:
    return sum(term.kind in query.THINGS for term in query.build(text, analyzer).terms)
