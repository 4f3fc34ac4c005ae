"""A question becomes a stream of events: what was found, then an answer, or the word that it isn't there."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Callable

from knowledge import messages
from knowledge.errors import SaseoError
from knowledge.language import detect
from knowledge.models.extractive import Extractor
from knowledge.retrieve import Candidate, Retrieval
from knowledge.threads import run_blocking
from knowledge.types import (
    Answer,
    AnswerEvent,
    Failed,
    Finished,
    Found,
    Language,
    Question,
    Scope,
    Source,
    Status,
    Token,
)

_log = logging.getLogger(__name__)
_SOURCES = 5
_NEAREST = 3

Retrieve = Callable[[str, frozenset[Scope]], Retrieval]


class Answerer:
    """The handler: one question in, events out, the last of them terminal. Thread-safe.

    Args:
        retrieve: finds and ranks passages for a question within some scopes; blocking.
        extractor: chooses the sentences that answer; blocking.
    """

    def __init__(self, retrieve: Retrieve, extractor: Extractor) -> None:
        self._retrieve = retrieve
        self._extractor = extractor

    async def answer(self, question: Question) -> AsyncIterator[AnswerEvent]:
        """Answer; an error becomes `Failed`, with an id that the log has too."""
        language = question.language or detect(question.text)
        try:
            async for event in self._answered(question, language):
                yield event
        except SaseoError as error:
            incident = _incident()
            _log.warning("question failed", extra={"incident": incident}, exc_info=True)
            yield Failed(messages.describe(error, language), incident)
        except Exception:  # noqa: BLE001 - the outermost handler: no question stays without an answer
            incident = _incident()
            _log.exception("question failed", extra={"incident": incident})
            yield Failed(messages.text("answer-unexpected", language), incident)

    async def _answered(self, question: Question, language: Language) -> AsyncIterator[AnswerEvent]:
        yield Status("searching")
        found = await run_blocking(self._retrieve, question.text, question.audience)
        if not found.is_answerable:
            nearest = await run_blocking(self._nearest, found)
            text = messages.text("answer-not-found", language, nearest=len(nearest))
            yield Finished(Answer(text, language, "not_found", nearest))
            return
        extract = await run_blocking(self._extractor.extract, found)
        sources = tuple(
            source_of(candidate, number, excerpt)
            for number, (candidate, excerpt) in enumerate(extract.cited[:_SOURCES], 1)
        )
        yield Found(sources)
        for piece in extract.pieces:
            yield Token(piece)
        yield Finished(Answer("".join(extract.pieces), language, "extractive", sources))

    def _nearest(self, found: Retrieval) -> tuple[Source, ...]:
        """What comes closest, with its quote: a person sees at a glance whether it answers after all."""
        best = _one_each(found.candidates)[:_NEAREST]
        return tuple(
            source_of(candidate, number, self._extractor.quote(found, candidate))
            for number, candidate in enumerate(best, 1)
        )


def source_of(candidate: Candidate, number: int, excerpt: str) -> Source:
    """What a citation of this passage shows."""
    passage, document = candidate.passage, candidate.document
    return Source(
        number=number,
        title=document.title,
        uri=document.uri,
        section=" > ".join(passage.heading_path[1:]),
        page=passage.page,
        lines=passage.lines,
        excerpt=excerpt,
        score=round(candidate.score, 4),
        modified_at=document.modified_at,
    )


def _one_each(candidates: tuple[Candidate, ...]) -> list[Candidate]:
    """The best candidate of each document."""
    best: dict[int, Candidate] = {}
    for candidate in candidates:
        best.setdefault(candidate.document.id, candidate)
    return list(best.values())


def _incident() -> str:
    return uuid.uuid4().hex[:8]
