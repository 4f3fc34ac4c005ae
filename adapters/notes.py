"""What a person should know of a finished answer, as sentences. Pure."""

from __future__ import annotations

from knowledge.errors import GenerationFailed
from knowledge.messages import describe, text
from knowledge.types import Answer


def origin(answer: Answer) -> str:
    """How the answer came to be, where that isn't the usual way; else nothing."""
    if answer.why_not:
        why = describe(GenerationFailed(reason=answer.why_not), answer.language)
        return text("answer-label-why-not", answer.language, why=why)
    if answer.mode in ("extractive", "cached", "stopped"):
        return text(f"answer-label-{answer.mode}", answer.language)
    return ""


def warning(answer: Answer) -> str:
    """What in the answer no source says; nothing where there is nothing of that kind."""
    if not answer.unsupported:
        return ""
    return text("answer-label-unsupported", answer.language, claims=" · ".join(answer.unsupported))
