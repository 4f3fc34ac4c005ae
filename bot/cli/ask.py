"""`saseo ask`: one question, one answer."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable
from typing import Any

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


def audience(scopes: Iterable[str]) -> frozenset[Scope]:
    """Everyone's documents, and those of the scopes that were named.

    Raises:
        InvalidScope: one of them is no scope.
    """
    return frozenset({EVERYONE, *(parse_scope(scope) for scope in scopes)})


def ask(session: Session, asked: str, scopes: list[str], *, as_json: bool) -> None:
    """Answer `asked` on standard output. That the documents don't say is an answer too: exit code 0."""
    question = Question(
        text=clean(asked).strip(),
        audience=audience(scopes),
        language=session.answer_language,
        key=f"console:{uuid.uuid4()}",
    )
    screen = AnswerScreen(session.out, session.language, errors=session.err)
    if not as_json:
        screen.wait("stage-opening")
    try:
        with session.knowledge() as knowledge:
            events = knowledge.answer(question)
            result = asyncio.run(_last(events) if as_json else screen.show(events))
    finally:
        screen.quiet()
    if as_json:
        session.show_json(as_dict(result))
    if isinstance(result, Failed):
        session.leave(1)


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
