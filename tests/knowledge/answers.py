"""Asking a librarian in a test, and what its events come to."""

from __future__ import annotations

import asyncio
from typing import Any

from knowledge.service import Knowledge
from knowledge.types import Answer, AnswerEvent, Failed, Finished, Question, Replaced, Token
from tests.librarian import EVERYBODY


def ask(knowledge: Knowledge, text: str, **options: Any) -> list[AnswerEvent]:
    async def collect() -> list[AnswerEvent]:
        return [event async for event in knowledge.answer(Question(text, EVERYBODY, **options))]

    return asyncio.run(collect())


def answer_of(events: list[AnswerEvent]) -> Answer:
    """The answer, after checking that it is the one terminal event and what is shown is what is finished."""
    assert isinstance(events[-1], Finished)
    assert not any(isinstance(event, Finished | Failed) for event in events[:-1])
    shown = ""
    for event in events:
        match event:
            case Token(text=text):
                shown += text
            case Replaced(text=text):
                shown = text
            case _:
                pass
    answer = events[-1].answer
    assert shown in ("", answer.text)
    return answer


def reasons(events: list[AnswerEvent]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Replaced)]
