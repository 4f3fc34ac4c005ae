"""The Dockerfile is read as Docker reads it, as far as it uses what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.try_dockerfile import NOTHING, Build, filled, ignored, is_ignored, steps

ROOT = Path(__file__).resolve().parents[2]


def test_instructions_are_joined_and_comments_left_out():
    """A step that goes over lines is one, also where a comment stands among them."""
    text = "# syntax\nFROM debian:12 AS build\nRUN one \\\n    # why\n    && two\n\nENV A=1 \\\n    B=2\n"
    assert list(steps(text)) == [
        ("FROM", "debian:12 AS build"),
        ("RUN", "one      && two"),
        ("ENV", "A=1      B=2"),
    ]


def test_every_instruction_of_ours_is_known():
    """A step that the script would pass over can't be added unnoticed."""
    names = {name for name, _ in steps((ROOT / "Dockerfile").read_text(encoding="utf-8"))}
    assert names <= NOTHING | {"ARG", "FROM", "RUN", "COPY", "ENV", "WORKDIR", "USER"}
    with pytest.raises(SystemExit):
        Build(Path("unused"), {}, [], []).do("ADD", "https://host/file /")


def test_what_the_builder_is_not_sent_is_left_out():
    """Models and caches stay here, and variables are put in."""
    patterns = ignored((ROOT / ".dockerignore").read_text(encoding="utf-8"))
    assert is_ignored("scripts/models/a.gguf", patterns)
    assert is_ignored("bot/cli/__pycache__", patterns)
    assert not is_ignored("bot/cli/chat.py", patterns)
    assert (
        filled("${BUILD_IMAGE} AS $NAME:${x}", {"BUILD_IMAGE": "debian:12", "NAME": "a"})
        == "debian:12 AS a:${x}"
    )
