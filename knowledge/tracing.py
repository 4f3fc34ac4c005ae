"""One id through every line of the log that a question causes, in whatever thread or task it is written.

The id is made of the question's key and tells nothing of it. It is bound with structlog's context variables,
which asyncio's tasks and `run_blocking` inherit.
"""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import cast

from structlog.contextvars import bound_contextvars

from knowledge.types import AnswerEvent, Finished, Handler, Question

_log = logging.getLogger(__name__)


def question_id(key: str) -> str:
    """The id of a question's key: the same for a redelivered question."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:10]


@contextmanager
def tracing(key: str) -> Iterator[None]:
    """Bind the id of a question's key in this task while the block lasts."""
    with bound_contextvars(question=question_id(key)):
        yield


def traced(handler: Handler) -> Handler:
    """The handler, with the id bound while it works, and a line about how each question ended."""
    return cast(
        "Callable[[Question], AsyncGenerator[AnswerEvent]]", lambda question: _traced(handler, question)
    )


async def _traced(handler: Handler, question: Question) -> AsyncGenerator[AnswerEvent]:
    key = question.key or uuid.uuid4().hex
    began = time.monotonic()
    # Bound for each step: between two of them another question may have its turn in the same task.
    async with aclosing(cast("AsyncGenerator[AnswerEvent]", handler(question))) as events:
        while True:
            with tracing(key):
                event = await anext(events, None)
                if isinstance(event, Finished):
                    _log.info(
                        "answered",
                        extra={
                            "mode": event.answer.mode,
                            "sources": len(event.answer.sources),
                            "seconds": round(time.monotonic() - began, 3),
                        },
                    )
            if event is None:
                return
            yield event
