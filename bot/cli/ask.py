"""`saseo ask`: one question, one answer."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from adapters.console.screen import AnswerScreen
from bot.cli.arguments import clean
from bot.cli.session import Session
from knowledge.catalog.places import place_as_dict
from knowledge.types import (
    EVERYONE,
    Answer,
    AnswerEvent,
    Failed,
    Finished,
    Question,
    Scope,
    Source,
    parse_scope,
)

if TYPE_CHECKING:
    from knowledge.models.llama.local import LocalModel
    from knowledge.service import Knowledge


def audience(scopes: Iterable[str]) -> frozenset[Scope]:
    """Everyone's documents, and those of the scopes that were named.

    Raises:
        InvalidScope: one of them is no scope.
    """
    return frozenset({EVERYONE, *(parse_scope(scope) for scope in scopes)})


def ask(session: Session, asked: str, scopes: list[str], *, own_model: bool, as_json: bool) -> None:
    """Answer `asked` on standard output. That the documents don't say is an answer too: exit code 0.

    `own_model` starts the language model for this question, unless there is one already.
    """
    question = Question(
        text=clean(asked).strip(),
        audience=audience(scopes),
        language=session.answer_language,
        key=f"console:{uuid.uuid4()}",
    )
    screen = AnswerScreen(session.out, session.language, errors=session.err)
    if not as_json:
        screen.wait("stage-opening")

    async def answered(knowledge: Knowledge, model: LocalModel | None) -> Answer | Failed:
        async with AsyncExitStack() as stack:
            if model is not None:
                if not as_json:
                    screen.wait("stage-model")
                await stack.enter_async_context(model)
                await model.until_ready()
            events = knowledge.answer(question)
            return await (_last(events) if as_json else screen.show(events))

    try:
        with _own_model(session) if own_model else nullcontext() as model:
            parts: dict[str, Any] = {} if model is None else {"chat_model": model}
            with session.knowledge(**parts) as knowledge:
                result = asyncio.run(answered(knowledge, model))
    finally:
        screen.quiet()
    if as_json:
        session.show_json(as_dict(result))
    if isinstance(result, Failed):
        session.leave(1)


@contextmanager
def _own_model(session: Session) -> Iterator[LocalModel | None]:
    """A model that is yet to be started; None where a bot or a server has one."""
    from bot.models.chat_model import borrowed_model, engine_options, local_model
    from knowledge.models.llama.order import private_order

    settings = session.settings
    if borrowed_model(settings) is not None:
        yield None
        return
    with TemporaryDirectory(prefix="saseo-llm-") as folder:
        order = private_order(settings.llm_model_path, engine_options(settings), Path(folder))
        yield local_model(settings, order, Path(folder))


def as_dict(result: Answer | Failed) -> dict[str, Any]:
    """The contract of `ask --json`."""
    if isinstance(result, Failed):
        return {"error": {"kind": "failed", "message": result.message, "incident": result.incident}}
    return {
        "answer": result.text,
        "language": result.language,
        "mode": result.mode,
        "unsupported": list(result.unsupported),
        "why_not": result.why_not or None,
        "sources": [source_as_dict(source) for source in result.sources],
    }


def source_as_dict(source: Source) -> dict[str, Any]:
    """One source of `ask --json`. `lines` is [first, last], 1-based and inclusive, or null."""
    return {
        "number": source.number,
        "title": source.title,
        "uri": source.uri,
        "page": source.page,
        "section": source.section,
        "lines": list(source.lines) if source.lines else None,
        "place": source.place and place_as_dict(source.place),
        "excerpt": source.excerpt,
        "score": source.score,
    }


async def _last(events: AsyncIterator[AnswerEvent]) -> Answer | Failed:
    """The answer that the events end in."""
    async for event in events:
        match event:
            case Finished(answer=answer):
                return answer
            case Failed():
                return event
            case _:
                continue
    raise RuntimeError("the answer's events ended without Finished or Failed")
