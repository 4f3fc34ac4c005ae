"""What a person should know of a finished answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters import notes
from adapters.wording import source_age
from knowledge.messages import has_text
from knowledge.types import LANGUAGES, Answer, Language, Mode, Status
from tests.fakes import a_source

ANSWER = Answer("15 days [1].", "en", "model", (a_source(),))
MODES: list[Mode] = ["extractive", "cached", "stopped"]


def test_a_models_own_answer_needs_no_note() -> None:
    """Nothing stands under an answer that came the usual way and holds."""
    assert (notes.origin(ANSWER), notes.warning(ANSWER)) == ("", "")
    assert notes.origin(replace(ANSWER, mode="not_found")) == ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mode", MODES)
def test_other_answers_say_where_they_come_from(mode: Mode, language: Language) -> None:
    """Quoted, answered before, stopped: in the answer's language."""
    assert notes.origin(replace(ANSWER, mode=mode, language=language))


def test_an_extract_instead_of_an_answer_says_why() -> None:
    """The reason comes first, then what the text is."""
    note = notes.origin(replace(ANSWER, mode="extractive", why_not="busy"))
    assert note.startswith("Too many questions")
    assert "word for word" in note


def test_the_wait_is_told_with_its_length() -> None:
    """Where the model knows it; never less than a second."""
    assert notes.queued(Status("queued", 2, 20.4), "en") == "2 questions are before yours; about 20 seconds…"
    assert notes.queued(Status("queued", 0, 20.4), "en") == "Your question is next; about 20 seconds…"
    assert notes.queued(Status("queued", 1, 0.2), "en") == "One question is before yours; about a second…"
    assert notes.queued(Status("queued", 2), "ko") == "앞에 질문이 2개 있습니다…"
    assert "20초" in notes.queued(Status("queued", 2, 20.4), "ko")


def test_claims_without_a_source_are_named() -> None:
    """All of them, as they stand in the text."""
    assert "7 days · Kim" in notes.warning(replace(ANSWER, unsupported=("7 days", "Kim")))


@pytest.mark.parametrize("reason", ["empty", "language", "deadline", "crashed", "hung", "not_ready"])
def test_every_reason_has_its_sentence(reason: str) -> None:
    """What the writer gives up with can be told."""
    assert has_text(f"error-generation-failed-{reason}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_old_sources_are_named(language) -> None:
    """By their numbers, and each says so beside its age; nothing is said where none is old."""
    old, new = replace(a_source(), number=2, is_stale=True), a_source()
    answer = Answer("text", language, "model", (new, old))
    assert "[2]" in notes.outdated(answer)
    assert "[1]" not in notes.outdated(answer)
    assert notes.outdated(replace(answer, sources=(new,))) == ""
    now = old.modified_at
    assert source_age(old, now, language).startswith(source_age(new, now, language))
    assert source_age(old, now, language) != source_age(new, now, language)
