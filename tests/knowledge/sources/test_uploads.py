"""Files and texts that people gave in a chat."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import Unreadable
from knowledge.parsing import parse
from knowledge.sources.folders import scan
from knowledge.sources.uploads import VERSIONS_KEPT, Uploads, safe_name
from knowledge.types import Scope

CHANNEL = Scope("slack:T1/C1")


def test_a_newer_file_takes_the_place_of_an_older(tmp_path: Path) -> None:
    """The same name in the same scope is one document; in another scope it is another."""
    uploads = Uploads(tmp_path, parse)
    first = uploads.keep(CHANNEL, "규칙.md", b"# a\n\nold")
    assert uploads.keep(CHANNEL, "규칙.md", b"# a\n\nnew") == first
    assert Path(first).read_bytes() == b"# a\n\nnew"
    assert uploads.keep(Scope("slack:T1/@U1"), "규칙.md", b"# a\n\nmine") != first


def test_what_was_replaced_is_kept_until_it_is_removed(tmp_path: Path) -> None:
    """The last versions stay, hidden from scans; the same content again is none; removing removes them all."""
    uploads = Uploads(tmp_path, parse)
    for number in (1, 1, *range(2, VERSIONS_KEPT + 4)):
        uri = uploads.keep(CHANNEL, "규칙.md", f"# v{number}\n\ntext".encode())
    kept = uploads.versions(uri)
    assert [path.read_bytes() for path in kept] == [
        f"# v{number}\n\ntext".encode() for number in range(3, VERSIONS_KEPT + 3)
    ]
    assert [file.uri for file in scan(uploads.folder_of(CHANNEL)).files] == [uri]
    uploads.remove(uri)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_same_file_from_many_at_once_is_read_once(tmp_path: Path) -> None:
    """Fifty people add it in the same moment: one reading, one file, nothing half written, and no version."""
    calls = []

    def counting(name, data):
        calls.append(name)
        return parse(name, data)

    uploads = Uploads(tmp_path, counting)
    with ThreadPoolExecutor(50) as pool:
        uris = set(pool.map(lambda _: uploads.keep(CHANNEL, "a.md", b"# a\n\ntext"), range(50)))
    assert len(uris) == len(calls) == 1
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.md"]


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
