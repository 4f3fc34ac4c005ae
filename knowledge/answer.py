"""A question becomes a stream of events: what was found, then an answer, or the word that it isn't there.

A model writes the answer where there is one; where there is none, or it fails, the documents' own words are
quoted. Whatever happens, one terminal event comes last.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace

from knowledge import messages
from knowledge.answering.asked import Asked, one_each, source_of
from knowledge.answering.attachments import is_from_attached, understood_with_attachments
from knowledge.answering.cache import AnswerCache
from knowledge.answering.cleaning import cited_numbers
from knowledge.answering.followup import Retrieve, Understood
from knowledge.answering.links import Links, links_in, quieted
from knowledge.answering.order import PassageOrder
from knowledge.answering.selection import materials, select
from knowledge.answering.support import Supports
from knowledge.answering.wanted import wanted
from knowledge.answering.writer import GaveUp, Task, Writer, Written
from knowledge.errors import GenerationFailed, SaseoError
from knowledge.language import Analyzer
from knowledge.models.chat import ChatModel
from knowledge.models.extractive import Extractor
from knowledge.prompt import build
from knowledge.retrieve import Candidate, Retrieval
from knowledge.threads import run_blocking
from knowledge.types import (
    Answer,
    AnswerEvent,
    Failed,
    Finished,
    Found,
    Language,
    Mode,
    Question,
    Replaced,
    Source,
    Status,
    Token,
)

_log = logging.getLogger(__name__)
_SOURCES = 5
_NEAREST = 3
_CUT_OFF = "…"


class Answerer:
    """The handler: one question in, events out, the last of them terminal. Thread-safe.

    Closing the iterator cancels the question.

    Args:
        retrieve: finds and ranks passages for a question within some scopes; blocking.
        analyzer: the one that analysed the passages.
        extractor: chooses the sentences that answer; blocking.
        model: writes answers; None quotes the documents only.
        answer_tokens: the most that the model may write.
        cache: of the model's answers; None asks it every time.
        is_warming: whether models are still being loaded, for which a question may have to wait.
    """

    def __init__(
        self,
        retrieve: Retrieve,
        analyzer: Analyzer,
        extractor: Extractor,
        model: ChatModel | None = None,
        answer_tokens: int = 512,
        cache: AnswerCache | None = None,
        is_warming: Callable[[], bool] = lambda: False,
    ) -> None:
        self._retrieve = retrieve
        self._analyzer = analyzer
        self._extractor = extractor
        self._model = model
        self._answer_tokens = answer_tokens
        self._cache = cache
        self._is_warming = is_warming
        self._order = PassageOrder()
        self._supports = Supports(analyzer)

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent]:
        """Answer; an error becomes `Failed`, with an id that the log has too."""
        asked = wanted(question)
        try:
            async with aclosing(self._answered(question, asked.text, asked.language)) as events:
                async for event in events:
                    yield event
        except SaseoError as error:
            incident = _incident()
            _log.warning("question failed", extra={"incident": incident}, exc_info=True)
            yield Failed(messages.describe(error, asked.language), incident)
        except Exception:  # noqa: BLE001 - the outermost handler: no question stays without an answer
            incident = _incident()
            _log.exception("question failed", extra={"incident": incident})
            yield Failed(messages.text("answer-unexpected", asked.language), incident)

    async def _answered(
        self, question: Question, text: str, language: Language
    ) -> AsyncGenerator[AnswerEvent]:
        yield Status("warming" if self._is_warming() else "searching")
        grasped = await run_blocking(
            understood_with_attachments, self._retrieve, self._analyzer, text, question
        )
        found = grasped.found
        # Between that and an answer, what has been written before or a model may say whether it is one.
        if found.is_hopeless:
            yield Finished(await self._not_found(found, language))
            return
        asked, kept = await run_blocking(self._prepared, question, text, language, grasped)
        if kept is not None:
            yield Found(asked.sources)
            yield Token(kept.text)
            yield Finished(kept)
            return
        if self._model is None:
            if not found.is_answerable:
                yield Finished(await self._not_found(found, language))
                return
            pieces, answer = await run_blocking(self._extract, found, language)
            yield Found(answer.sources)
            for piece in pieces:
                yield Token(piece)
            yield Finished(answer)
            return
        yield Found(asked.sources)
        async with aclosing(self._by_model(self._model, asked)) as events:
            async for event in events:
                yield event

    async def _by_model(self, model: ChatModel, asked: Asked) -> AsyncGenerator[AnswerEvent]:
        """The model's answer as far as the sources carry it, or the documents' own words."""
        ended: Written | GaveUp | None = None
        try:
            task = await self._task(model, asked)
        except GenerationFailed as error:
            _log.warning("the model can't be asked: %s", error)
            ended = GaveUp(str(error.parameters.get("reason", "")), is_shown=False)
        else:
            async with aclosing(Writer(model, task).write()) as events:
                async for event in events:
                    if isinstance(event, Written | GaveUp):
                        ended = event
                    else:
                        yield event
        match ended:
            case Written():
                async with aclosing(self._checked(asked, ended)) as checked:
                    async for last in checked:
                        yield last
            case GaveUp():
                async with aclosing(self._instead(asked, ended)) as instead:
                    async for last in instead:
                        yield last
            case None:
                raise RuntimeError("the writer's events ended without Written or GaveUp")

    async def _instead(self, asked: Asked, given_up: GaveUp) -> AsyncGenerator[AnswerEvent]:
        """The documents' own words in place of the model's, where they are likely enough to answer."""
        pieces: list[str] = []
        if asked.found.is_answerable:
            pieces, answer = await run_blocking(self._extract, asked.found, asked.language)
            # That no model is there was said at the start; that one failed is news.
            answer = replace(answer, why_not="" if given_up.why == "not_ready" else given_up.why)
        else:
            answer = await self._not_found(asked.found, asked.language)
        if given_up.is_shown:
            yield Replaced(answer.text, "fallback")
        else:
            for piece in pieces:
                yield Token(piece)
        yield Finished(answer)

    async def _task(self, model: ChatModel, asked: Asked) -> Task:
        """What the model is to do.

        Raises:
            GenerationFailed: the question doesn't fit, or the model can't be asked.
        """
        shown = await run_blocking(materials, asked.found, asked.given, self._analyzer)
        limit = await model.prompt_limit()
        answer_tokens = min(self._answer_tokens, limit // 2)
        prompt = await build(
            asked.question.text,
            asked.language,
            shown,
            # What was said before has no part in a question that stands by itself.
            asked.question.history if asked.context else (),
            budget=limit - answer_tokens,
            count=model.count_tokens,
            arrange=self._order.arrange,
        )
        every = (source.number for source in asked.sources)
        return Task(
            prompt=prompt,
            language=asked.language,
            asker=asked.question.asker,
            max_tokens=answer_tokens,
            known=(*asked.said, *asked.passages, *(source.title for source in asked.sources)),
            numbers={number: place + 1 for number, place in enumerate(prompt.order, 1)},
            links=self._links(asked, every),
        )

    def _links(self, asked: Asked, numbers: Iterable[int]) -> Links:
        """The links of the sources of these numbers, and no others."""
        return Links(asked.links(numbers), messages.text("answer-link-removed", asked.language))

    async def _checked(self, asked: Asked, written: Written) -> AsyncGenerator[AnswerEvent]:
        """What the model wrote, held against its sources."""
        text, language = written.text, asked.language
        support = await run_blocking(self._supports.of, text, language, asked.given, asked.said)
        if not support.cited and written.ended != "cancelled":
            answer = await self._not_found(asked.found, language)
            yield Replaced(answer.text, "claim_removed")
            yield Finished(answer)
            return
        # Which passage a link is from is told by what is cited: one that isn't vouches for none.
        if links_in([text]) - asked.links(support.cited):
            text = self._links(asked, support.cited).checked(text)
            yield Replaced(text, "claim_removed")
        if support.is_added:
            text += (added := f" [{support.cited[0]}]")
            yield Token(added)
        if written.ended in ("length", "deadline"):
            text += _CUT_OFF
            yield Token(_CUT_OFF)
        sources = tuple(source for source in asked.sources if source.number in support.cited)
        mode: Mode = "stopped" if written.ended == "cancelled" else "model"
        answer = Answer(text, language, mode, sources, support.unsupported)
        if self._cache is not None and asked.key and written.ended == "stop" and not support.unsupported:
            await run_blocking(self._cache.keep, asked.key, text, support.cited, asked.given)
        yield Finished(answer)

    def _prepared(
        self, question: Question, text: str, language: Language, grasped: Understood
    ) -> tuple[Asked, Answer | None]:
        """What the model is given for a question, what the person sees of it, and the answer that is kept.

        Where there is neither a model nor an answer, there are no sources: quoting them takes long.
        """
        given = select(grasped.found)
        key = ""
        if self._cache is not None and not is_from_attached(question, grasped):
            key = self._cache.key(text, grasped.context, language, question.audience, given)
        kept = self._cache.find(key, given) if self._cache is not None and key else None
        is_shown = kept is not None or self._model is not None
        sources = self._sources(grasped.found, given) if is_shown else ()
        asked = Asked(question, language, grasped.found, grasped.context, key, given, sources)
        if kept is None:
            return asked, None
        cited = cited_numbers(kept)
        used = tuple(source for source in sources if source.number in cited)
        return asked, Answer(kept, language, "cached", used)

    def _extract(self, found: Retrieval, language: Language) -> tuple[list[str], Answer]:
        """The documents' own words: in the pieces in which they are shown, and as an answer."""
        extract = self._extractor.extract(found)
        sources = tuple(
            source_of(candidate, number, excerpt)
            for number, (candidate, excerpt) in enumerate(extract.cited[:_SOURCES], 1)
        )
        pieces = [quieted(piece) for piece in extract.pieces]
        if found.is_doubtful:
            pieces.insert(0, f"{messages.text('answer-doubtful', language)}\n\n")
        return pieces, Answer("".join(pieces), language, "extractive", sources)

    async def _not_found(self, found: Retrieval, language: Language) -> Answer:
        """What comes closest, with its quote: a person sees at a glance whether it answers after all."""
        nearest = await run_blocking(self._sources, found, one_each(found.candidates)[:_NEAREST])
        text = messages.text("answer-not-found", language, nearest=len(nearest))
        return Answer(text, language, "not_found", nearest)

    def _sources(self, found: Retrieval, candidates: Sequence[Candidate]) -> tuple[Source, ...]:
        return tuple(
            source_of(candidate, number, self._extractor.quote(found, candidate))
            for number, candidate in enumerate(candidates, 1)
        )


def _incident() -> str:
    return uuid.uuid4().hex[:8]
