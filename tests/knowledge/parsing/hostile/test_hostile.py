"""Files that are made to hurt: each is read or refused within its limits, and the next one is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.errors import Unreadable
from knowledge.parsing.sandbox import Limits, Sandbox
from tests.knowledge.parsing.hostile.files import FILES

LIMITS = Limits(seconds=30, processor_seconds=15, memory=512 << 20, characters=3_000_000)
# What a reader says of a file. Not `unexpected`: that would be a fault of ours.
REASONS = {
    "binary",
    "crashed",
    "empty",
    "encrypted",
    "encoding",
    "malformed",
    "needs_ocr",
    "timed_out",
    "too_complex",
    "too_deep",
}
# Of some, by how their names begin, not all that is allowed.
EXPECTED = {
    "laughs": {"malformed", "empty"},
    "external": {"malformed", "empty"},
    "remote": {"malformed"},
    "bomb": {"too_complex", "malformed", "crashed"},
    "wide-nested": {"too_complex", "timed_out"},
    "nested": {"too_deep"},
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all of them."""
    made = Sandbox(LIMITS)
    yield made
    made.close()


def test_there_are_enough() -> None:
    """Sixty and more, of every family."""
    assert len(FILES) >= 60
    assert {name.rsplit(".", 1)[1] for name in FILES} >= {
        "docx",
        "xlsx",
        "pptx",
        "odt",
        "pdf",
        "hwp",
        "hwpx",
        "zip",
        "eml",
    }


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file(sandbox: Sandbox, name: str) -> None:
    """It is read, or it can't be read, and that is all that comes of it.

    No entity is expanded and nothing is fetched. What unfolds to hundreds of megabytes is given up.
    """
    reason, text = "", ""
    try:
        text = sandbox.parse(name, FILES[name]()).text
    except Unreadable as error:
        reason = str(error.parameters["reason"])
    allowed = next((found for start, found in EXPECTED.items() if name.startswith(start)), REASONS)
    assert reason in allowed | {""}, reason
    assert bool(reason) or not name.startswith(("bomb", "wide-nested"))
    assert len(text) <= LIMITS.characters
    assert not any(secret in text for secret in ("root:", "haha"))
    assert sandbox.parse("next.txt", b"the next one").text == "the next one"


def test_nothing_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """Neither beside the file nor above it."""
    monkeypatch.chdir(tmp_path)
    sandbox.close()
    sandbox.parse("traversal.zip", FILES["traversal.zip"]())
    assert list(tmp_path.iterdir()) == []
