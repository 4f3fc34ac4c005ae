"""What a folder holds, on a real file system."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.errors import InvalidFolder, Unreadable
from knowledge.sources.folders import FileState, Folder, Scan, read, scan

NFD = unicodedata.normalize("NFD", "회의록.txt")


def _make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text", encoding="utf-8")


def _names(root: Path, found: Scan) -> list[str]:
    return sorted(file.uri.removeprefix(f"{root}/") for file in found.files)


def _problems(root: Path, found: Scan) -> dict[str, str]:
    return {
        problem.uri.removeprefix(f"{root}/"): str(problem.error.parameters["reason"])
        for problem in found.problems
    }


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder, and a process that may not read everything (root may)."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    root = os.geteuid() == 0
    if root:
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)


def test_files_with_their_state(tmp_path: Path) -> None:
    """Every file in every folder, with size and time, without being opened."""
    _make(tmp_path, "a.md", "sub/deep/b.txt", "sub/c.py")
    found = scan(Folder(tmp_path))
    assert _names(tmp_path, found) == ["a.md", "sub/c.py", "sub/deep/b.txt"]
    assert found.problems == []
    status = (tmp_path / "a.md").stat()
    assert found.files[0] == FileState(f"{tmp_path}/a.md", f"{tmp_path}/a.md", 4, status.st_mtime_ns)


def test_what_is_never_a_document(tmp_path: Path) -> None:
    """Hidden, temporary and tools' files and folders are left out without a word."""
    _make(
        tmp_path,
        ".hidden.md",
        ".git/config.txt",
        "node_modules/x/readme.md",
        "a/__pycache__/b.py",
        "~$report.md",
        "draft.TMP",
        "x.swp",
        "a.md~",
        "b.pdf.crdownload",
        "c.md.part",
        "d.hwp.filepart",
        "Thumbs.db",
        "desktop.ini",
        "kept.md",
    )
    found = scan(Folder(tmp_path))
    assert _names(tmp_path, found) == ["kept.md"]
    assert found.problems == []


def test_our_own_state_is_no_document(tmp_path: Path) -> None:
    """The data folder within a shared one is left out, whatever link leads to either; its uploads are a folder."""
    _make(tmp_path, "docs/a.md", "docs/data/index/meta.json", "docs/data/uploads/u/b.md")
    (tmp_path / "link").symlink_to(tmp_path / "docs")
    state = tmp_path / "docs" / "data"
    assert _names(tmp_path / "docs", scan(Folder(tmp_path / "docs"), tmp_path / "link" / "data")) == ["a.md"]
    assert _names(tmp_path / "link", scan(Folder(tmp_path / "link"), state)) == ["a.md"]
    uploads = state / "uploads" / "u"
    assert _names(uploads, scan(Folder(uploads), state)) == ["b.md"]


def test_a_hidden_folder_may_be_named(tmp_path: Path) -> None:
    """What is above the folder doesn't matter."""
    _make(tmp_path, ".notes/a.md")
    assert len(scan(Folder(tmp_path / ".notes")).files) == 1


def test_patterns_are_gitignores(tmp_path: Path) -> None:
    """`include` chooses files; `exclude` leaves out files and whole folders, and `!` takes back."""
    _make(tmp_path, "a.md", "b.txt", "drafts/c.md", "sub/drafts/d.md", "sub/keep.md", "sub/e.md", "x.mp4")
    folder = Folder(tmp_path, include=("*.md",), exclude=("drafts/", "sub/*.md", "!sub/keep.md"))
    found = scan(folder)
    assert _names(tmp_path, found) == ["a.md", "sub/keep.md"]
    assert found.problems == []


def test_a_pattern_that_cannot_be_used(tmp_path: Path) -> None:
    """It is the folder's options that are wrong."""
    with pytest.raises(InvalidFolder) as caught:
        scan(Folder(tmp_path, exclude=("!",)))
    assert caught.value.key == "error-invalid-folder-options"


def test_files_that_cannot_be_documents_are_reported(tmp_path: Path) -> None:
    """An unsupported format with its extension, and a file that is too large."""
    _make(tmp_path, "a.mp4", "large.txt", "small.txt")
    (tmp_path / "large.txt").write_bytes(b"x" * 11)
    found = scan(Folder(tmp_path, max_size=10))
    assert _names(tmp_path, found) == ["small.txt"]
    assert _problems(tmp_path, found) == {"a.mp4": "unsupported", "large.txt": "too_large"}
    assert found.problems[0].error.parameters["detail"] == ".mp4"


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    """Reading a FIFO would wait for ever; a socket or device is no document either."""
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "s.txt"))
        found = scan(Folder(tmp_path))
    assert found.files == []
    assert {str(problem.error.parameters["detail"]) for problem in found.problems} == {"FIFO", "socket"}
    with pytest.raises(Unreadable) as caught:
        read(FileState("/x", str(tmp_path / "pipe.txt"), 0, 0), 10)
    assert caught.value.key == "error-unreadable-unsupported"


def test_names_are_composed(tmp_path: Path) -> None:
    """A file from macOS has a composed uri, and its own path opens it."""
    _make(tmp_path, NFD)
    [file] = scan(Folder(tmp_path)).files
    assert file.uri == f"{tmp_path}/회의록.txt"
    assert read(file, 10) == b"text"


def test_two_names_that_look_the_same(tmp_path: Path) -> None:
    """Only one of them is kept; the other is reported."""
    _make(tmp_path, NFD, "회의록.txt")
    found = scan(Folder(tmp_path))
    assert _names(tmp_path, found) == ["회의록.txt"]
    assert _problems(tmp_path, found) == {"회의록.txt": "duplicate_name"}


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    """A name in CP949 is read as such; any other has its bytes written out; both can be stored and opened."""
    for raw in ("회의록.txt".encode("cp949"), b"bad\xff.txt"):
        try:
            (tmp_path / os.fsdecode(raw)).write_bytes(b"text")
        except OSError:
            pytest.skip("this file system takes UTF-8 names only")
    found = scan(Folder(tmp_path))
    assert _names(tmp_path, found) == ["bad\\xff.txt", "회의록.txt"]
    assert [read(file, 10) for file in found.files] == [b"text"] * 2


def test_links_are_not_followed(tmp_path: Path) -> None:
    """One inside the folder is silent, one that leads out is reported, as are a broken one and a loop."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    _make(root, "a.md", "sub/b.md")
    _make(outside, "secret.md")
    (root / "again.md").symlink_to("a.md")
    (root / "up").symlink_to(root)
    (root / "out.md").symlink_to(outside / "secret.md")
    (root / "outside").symlink_to(outside)
    (root / "broken.md").symlink_to("nowhere.md")
    (root / "loop.md").symlink_to("loop.md")
    found = scan(Folder(root))
    assert _names(root, found) == ["a.md", "sub/b.md"]
    assert _problems(root, found) == {
        "out.md": "link",
        "outside": "link",
        "broken.md": "broken_link",
        "loop.md": "link_loop",
    }


def test_links_are_followed_once(tmp_path: Path) -> None:
    """Each real file counts once, by its own path if that is inside; loops end."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    _make(root, "b.md", "sub/c.md")
    _make(outside, "d.md", "deep/e.md")
    (root / "a.md").symlink_to("b.md")
    (root / "out").symlink_to(outside)
    (root / "out2").symlink_to(outside)
    (root / "sub/up").symlink_to(root)
    (outside / "back").symlink_to(root)
    (root / "z.md").symlink_to(outside / "d.md")
    found = scan(Folder(root, follow_links=True))
    assert _names(root, found) == ["b.md", "out/d.md", "out/deep/e.md", "sub/c.md"]
    assert found.problems == []
    assert all(read(file, 10) == b"text" for file in found.files)


def test_links_to_what_is_private_are_not_followed(tmp_path: Path) -> None:
    """A hidden file, and the data of all scopes, whether a link leads into it or to a folder around it."""
    root, home = tmp_path / "root", tmp_path / "home"
    _make(root, "a.md")
    _make(home, ".env", "data/uploads/secret.md", "other/b.md")
    (root / "notes.txt").symlink_to(home / ".env")
    (root / "uploads").symlink_to(home / "data/uploads")
    (root / "home").symlink_to(home)
    (root / "other").symlink_to(home / "other")
    found = scan(Folder(root, follow_links=True), home / "data")
    assert _names(root, found) == ["a.md", "other/b.md"]
    assert _problems(root, found) == dict.fromkeys(("notes.txt", "uploads", "home"), "link_private")


@pytest.mark.skipif(os.open not in os.supports_dir_fd, reason="the system opens by whole paths only")
def test_a_folder_that_became_a_link_is_not_read_through(tmp_path: Path) -> None:
    """Who may write in a folder can't have another folder's file read between the scan and the reading."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    _make(root, "sub/a.md")
    _make(outside, "a.md")
    (file,) = scan(Folder(root)).files
    assert read(file, 10, root=root) == b"text"
    (root / "sub").rename(root / "old")
    (root / "sub").symlink_to(outside)
    with pytest.raises(Unreadable) as caught:
        read(file, 10, root=root)
    assert caught.value.parameters["reason"] in ("vanished", "link")


def test_excluded_links_are_silent(tmp_path: Path) -> None:
    """A pattern can end the report about a link."""
    (tmp_path / "out").symlink_to("/")
    assert scan(Folder(tmp_path, exclude=("out",))).problems == []


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    """The uris have the path that was named."""
    _make(tmp_path, "real/a.md")
    (tmp_path / "shared").symlink_to("real")
    assert [file.uri for file in scan(Folder(tmp_path / "shared")).files] == [f"{tmp_path}/shared/a.md"]


@pytest.mark.parametrize(
    ("name", "reason"), [("none", "missing"), ("file.md", "not_a_folder"), ("file.md/x", "missing")]
)
def test_a_folder_that_is_not_there(tmp_path: Path, name: str, reason: str) -> None:
    """It is an error, and not an empty folder whose documents were deleted."""
    _make(tmp_path, "file.md")
    with pytest.raises(InvalidFolder) as caught:
        scan(Folder(tmp_path / name))
    assert caught.value.key == f"error-invalid-folder-{reason}"


def test_what_may_not_be_read(unprivileged: Path) -> None:
    """A closed folder inside is a problem, so is a closed file when it is read; a closed root is an error."""
    _make(unprivileged, "a.md", "closed/b.md")
    (unprivileged / "closed").chmod(0)
    (unprivileged / "a.md").chmod(0)
    found = scan(Folder(unprivileged))
    assert _problems(unprivileged, found) == {"closed": "permission"}
    with pytest.raises(Unreadable) as unreadable:
        read(found.files[0], 10)
    assert unreadable.value.key == "error-unreadable-permission"
    (unprivileged / "closed").chmod(0o755)
    unprivileged.chmod(0o300)
    with pytest.raises(InvalidFolder) as invalid:
        scan(Folder(unprivileged))
    assert invalid.value.key == "error-invalid-folder-unreadable"
    unprivileged.chmod(0o755)


def test_a_file_that_changed_since_the_scan(tmp_path: Path) -> None:
    """Gone, grown beyond the limit, or become a link: each is said; a new content of fair size is read."""
    _make(tmp_path, "a.md")
    [file] = scan(Folder(tmp_path)).files
    path = Path(file.path)
    path.write_bytes(b"new content")
    assert read(file, 100) == b"new content"
    for reason, limit in (("too_large", 5), ("vanished", 100), ("link", 100)):
        if reason == "vanished":
            path.unlink()
        if reason == "link":
            path.symlink_to("/etc/hostname")
        with pytest.raises(Unreadable) as caught:
            read(file, limit)
        assert caught.value.parameters["reason"] == reason


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs a file whose size isn't what it holds"
)
def test_a_file_that_changes_while_it_is_read() -> None:
    """More or less than the file's size was read: somebody is writing it."""
    with pytest.raises(Unreadable) as caught:
        read(FileState("/x", "/proc/self/status", 0, 0), 1 << 20, root=Path("/proc/self"))
    assert caught.value.key == "error-unreadable-changing"


def test_a_file_that_was_just_written_is_waited_for(tmp_path: Path) -> None:
    """It is read once it has rested; one that was written meanwhile is left for later, one of the future is read."""
    path = tmp_path / "a.md"
    path.write_text("first half")
    [file] = scan(Folder(tmp_path)).files
    assert read(file, 100, settle=0.2) == b"first half"
    assert time.time_ns() - file.mtime_ns >= 200_000_000

    os.utime(path)
    with pytest.raises(Unreadable) as caught:
        read(
            file._replace(mtime_ns=0), 100, settle=3600
        )  # the scan saw an older time, and the file is an instant old
    assert caught.value.parameters["reason"] == "changing"

    os.utime(path, (time.time() + 900, time.time() + 900))
    [file] = scan(Folder(tmp_path)).files
    assert read(file, 100, settle=3600) == b"first half"


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    """It can't be read, and says so."""
    with pytest.raises(Unreadable):
        read(FileState("/x", str(tmp_path), 0, 0), 10)
