"""What a person should know of an answer and of the wait for it, as sentences. Pure."""

from __future__ import annotations

from knowledge.errors import GenerationFailed
from knowledge.messages import describe, text
from knowledge.types import Answer, Language, Status


def queued(status: Status, language: Language) -> str:
    """The place in the queue, and how long that is, where it is known."""
    if status.seconds is None:
        return text("stage-queued", language, position=status.position)
    return text(
        "stage-queued-seconds", language, position=status.position, seconds=max(1, round(status.seconds))
    )


def origin(answer: Answer) -> str:
    """How the answer came to be, where that isn't the usual way; else nothing."""
    if answer.why_not:
        why = describe(GenerationFailed(reason=answer.why_not), answer.language)
        return text("answer-label-why-not", answer.language, why=why)
    if answer.mode in ("extractive", "cached", "stopped"):
        return text(f"answer-label-{answer.mode}", answer.language)
    return ""


def outdated(answer: Answer) -> str:
    """Which of the sources are older than they should be; nothing where none is."""
    old = [f"[{source.number}]" for source in answer.sources if source.is_stale]
    return text("answer-label-stale", answer.language, sources=" ".join(old)) if old else ""


def warning(answer: Answer) -> str:
    """What in the answer no source says; nothing where there is nothing of that kind."""
    if not answer.unsupported:
        return ""
    return text("answer-label-unsupported", answer.language, claims=" · ".join(answer.unsupported))
