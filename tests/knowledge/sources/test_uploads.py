"""Files and texts that people gave in a chat."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import Unreadable
from knowledge.parsing import parse
from knowledge.sources.uploads import Uploads, safe_name
from knowledge.types import Scope

CHANNEL = Scope("slack:T1/C1")


def test_a_newer_file_takes_the_place_of_an_older(tmp_path: Path) -> None:
    """The same name in the same scope is one document; in another scope it is another."""
    uploads = Uploads(tmp_path, parse)
    first = uploads.keep(CHANNEL, "규칙.md", b"# a\n\nold")
    assert uploads.keep(CHANNEL, "규칙.md", b"# a\n\nnew") == first
    assert Path(first).read_bytes() == b"# a\n\nnew"
    assert uploads.keep(Scope("slack:T1/@U1"), "규칙.md", b"# a\n\nmine") != first


def test_what_cant_be_read_isnt_kept(tmp_path: Path) -> None:
    """A refused file leaves nothing behind."""
    with pytest.raises(Unreadable):
        Uploads(tmp_path, parse).keep(CHANNEL, "a.md", b"")
    assert list(tmp_path.rglob("*")) == []


def test_only_uploads_are_deleted(tmp_path: Path) -> None:
    """A uri outside of the folder is refused."""
    other = tmp_path / "other.md"
    other.write_text("x")
    with pytest.raises(ValueError, match="other"):
        Uploads(tmp_path / "uploads", parse).remove(str(other))
    assert other.exists()


@given(st.text())
def test_any_name_is_made_safe(name: str) -> None:
    """A name leads nowhere, hides nothing and fits a file system, whatever it was."""
    safe = safe_name(name)
    assert safe
    assert "/" not in safe
    assert not safe.startswith((".", "~$"))
    assert len(safe.encode("utf-8", "surrogatepass")) <= 255 * 2
    assert len(safe) <= 100
