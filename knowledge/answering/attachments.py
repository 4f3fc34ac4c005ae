"""Questions that came with files: what is found in them counts beside the documents, and is kept nowhere."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from knowledge.answering.followup import Retrieve, Understood, understood
from knowledge.attached import Enclosed
from knowledge.language import Analyzer
from knowledge.retrieve import Candidate, Retrieval
from knowledge.types import Question

_BEGINNING = 10  # passages of a file that is asked about as a whole


def understood_with_attachments(
    retrieve: Retrieve, analyzer: Analyzer, text: str, question: Question
) -> Understood:
    """Search for a question among the documents and in the files that came with it.

    Args:
        retrieve: the search.
        analyzer: the one that analysed the passages.
        text: what to search for: the question, without what it says of the answer's language.
        question: the question.
    """
    if not question.attachments:
        return understood(retrieve, analyzer, text, question.audience, question.history)
    enclosed = Enclosed(question.attachments, analyzer)
    search = partial(retrieve, enclosed=enclosed)
    if enclosed.is_all_that_is_asked(text, analyzer):
        return Understood(_beginning(search(text, question.audience), enclosed), "")
    return understood(search, analyzer, text, question.audience, question.history)


def is_from_attached(question: Question, grasped: Understood) -> bool:
    """Whether a file that came with this question, or with one that it goes on from, may be in the answer."""
    said = question.history if grasped.context else ()
    return bool(question.attachments) or any(turn.is_from_attached for turn in said)


def _beginning(found: Retrieval, enclosed: Enclosed) -> Retrieval:
    """The files as they begin, for a question whose words stand nowhere in them ("summarise this")."""
    first = list(enclosed.stored.values())[:_BEGINNING]
    candidates = tuple(Candidate(each.passage, each.document, 1.0, None, None, None, None) for each in first)
    return replace(found, candidates=candidates, answerable=1.0)
