"""What a folder leaves out, held against what Git would."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.sources.folders import Folder, scan
from knowledge.sources.patterns import Patterns

FILES = (
    "a.md", "b.md", "#c.md", "!d.md", "a b.md", "end ", "*.md", "[z].md", "x/a.md", "x/y/a.md", "x/y/b.md",
    "x/build", "build/a.md", "docs/b.md", "docs/build/a.md", "docs/x/a.md",
)  # fmt: skip
_SEGMENTS = (
    "a.md", "b.md", "x", "y", "build", "docs", "*", "**", "?", "*.md", "[ab].md", "[a-b]*", r"\#c.md", "#c.md",
    r"\!d.md", "!d.md", "a b.md", r"a\ b.md", r"end\ ", "end", r"\*.md", r"\[z\].md", "b?ild", "*d",
)  # fmt: skip


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """A line of a .gitignore, without what pathspec takes otherwise: `a/**/`, `[!a]`, `**` beside letters."""
    inner = "/".join(draw(st.lists(st.sampled_from(_SEGMENTS), min_size=1, max_size=3)))
    start = draw(st.sampled_from(("", "", "/", "!", "!/")))
    end = draw(st.sampled_from(("", "", "/", " ", "  ")))
    return start + inner + (end if end != "/" or not inner.endswith("**") else "")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with these files, under Git."""
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    root = tmp_path_factory.mktemp("repository")
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("text")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


def _kept_by_git(root: Path, lines: list[str]) -> set[str]:
    (root / ".gitignore").write_text("\n".join(lines) + "\n")
    command = ["git", "-C", str(root), "check-ignore", "--no-index", "-z", "--stdin"]
    asked = subprocess.run(command, input="\0".join(FILES).encode(), capture_output=True, check=False)
    assert asked.returncode in (0, 1), asked.stderr
    return set(FILES) - {name.decode() for name in asked.stdout.split(b"\0")}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(patterns(), min_size=1, max_size=4))
def test_the_same_is_left_out_as_by_git(repository: Path, lines: list[str]) -> None:
    """Anchors, `**`, folders, `!`, escapes and spaces mean what they mean in a .gitignore, in any order."""
    found = scan(Folder(repository, exclude=tuple(lines))).files
    assert {file.uri.removeprefix(f"{repository}/") for file in found} == _kept_by_git(repository, lines)


def test_what_is_taken_back() -> None:
    """A folder that is taken back brings no file with it that a pattern of its own leaves out."""
    chosen = Patterns(["*.log", "old/", "!keep/"])
    assert chosen.leaves_out("keep/a.log", is_folder=False)
    assert chosen.leaves_out("keep/old", is_folder=True)
    assert not chosen.leaves_out("keep", is_folder=True)
    assert not Patterns(["keep/", "!keep/"]).leaves_out("keep", is_folder=True)


@pytest.mark.parametrize(
    ("line", "name", "expected"),
    [
        ("a.md  ", "a.md", True),
        (r"end\ ", "end ", True),
        (r"end\  ", "end ", True),
        (r"\#a", "#a", True),
        (r"\!b", "!b", True),
        ("#a", "#a", False),
        ("", "", False),
    ],
)
def test_spaces_and_signs_at_the_edges(line: str, name: str, expected: bool) -> None:
    """Spaces at a line's end are part of it only where they are escaped; so are `#` and `!` at its start."""
    assert Patterns([line]).leaves_out(name, is_folder=False) == expected
