"""Damaged files: an index is made anew from the catalog; a catalog is never taken for an empty one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot.cli import main
from knowledge.index import segments
from tests.faults.scene import BEFORE, arrange, check
from tests.librarian import QuickEmbedder, assert_nothing_is_left_over, open_knowledge

EMBEDDER = QuickEmbedder()
KNOWN = dict(list(BEFORE.items())[:12])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`docs` and `data` of a librarian that has been closed; its vectors have codes of FAISS too."""
    made = tmp_path_factory.mktemp("damage")
    arrange(made / "docs", KNOWN, 1_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "_SCANNED_EXACTLY", 5)
        knowledge = open_knowledge(made / "data", made / "docs", embedder=EMBEDDER)
        knowledge.refresh()
        knowledge.close()
    assert list((made / "data/index/dense").glob("*.faiss"))
    return made


def is_served_after(place: Path, data: Path, *, owner: bool) -> None:
    knowledge = open_knowledge(data, place / "docs", embedder=EMBEDDER, owner=owner)
    assert check(knowledge, place / "docs", KNOWN, KNOWN) == KNOWN
    if owner:
        assert_nothing_is_left_over(knowledge)
    knowledge.close()


def files_of(place: Path) -> list[Path]:
    index = place / "data/index"
    return sorted(path.relative_to(place / "data") for path in index.rglob("*") if path.is_file())


@pytest.mark.parametrize("owner", [False, True], ids=["reader", "owner"])
@pytest.mark.parametrize("part", ["lexical", "dense"])
def test_a_few_altered_bytes_are_noticed(place: Path, tmp_path: Path, part: str, owner: bool) -> None:
    """Whichever file of the index has bytes that were not written, every passage is found as before."""
    for number, path in enumerate(path for path in files_of(place) if part in path.parts):
        data = tmp_path / str(number)
        shutil.copytree(place / "data", data)
        content = bytearray((data / path).read_bytes())
        middle = len(content) // 3
        content[middle : middle + 16] = bytes(byte ^ 0xFF for byte in content[middle : middle + 16])
        (data / path).write_bytes(content)
        is_served_after(place, data, owner=owner)
        if owner:  # and what was made anew is sound
            is_served_after(place, data, owner=False)


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", "7", '{"version": 1}', "\ud800"])
@pytest.mark.parametrize("owner", [False, True], ids=["reader", "owner"])
def test_notes_that_say_something_else_are_not_believed(
    place: Path, tmp_path: Path, content: str, owner: bool
) -> None:
    """The small files beside the data may hold anything; the passages are found as before."""
    for number, path in enumerate(path for path in files_of(place) if path.suffix == ".json"):
        data = tmp_path / str(number)
        shutil.copytree(place / "data", data)
        (data / path).write_text(content, encoding="utf-8", errors="surrogatepass")
        is_served_after(place, data, owner=owner)


def test_an_index_of_another_catalog_is_not_believed(place: Path, tmp_path: Path) -> None:
    """When the catalog was moved away, as its error advises, nothing of the old index is found."""
    shutil.copytree(place / "data", tmp_path / "data")
    for path in (tmp_path / "data").glob("catalog.sqlite*"):
        path.unlink()
    few = dict(list(BEFORE.items())[8:20])
    arrange(tmp_path / "docs", few, 1_000)
    reader = open_knowledge(tmp_path / "data", tmp_path / "docs", embedder=EMBEDDER, owner=False)
    assert check(reader, tmp_path / "docs", {}, few) == {}
    knowledge = open_knowledge(tmp_path / "data", tmp_path / "docs", embedder=EMBEDDER)
    assert knowledge.refresh().added == len(few)
    assert check(knowledge, tmp_path / "docs", few, few) == few
    assert check(reader, tmp_path / "docs", few, few) == few
    assert_nothing_is_left_over(knowledge)
    knowledge.close()
    reader.close()


def test_an_older_catalog_is_caught_up_with(place: Path, tmp_path: Path) -> None:
    """A catalog from a backup is older than the index beside it, which then forgets what the catalog never had."""
    shutil.copytree(place / "data", tmp_path / "data")
    shutil.copytree(place / "docs", tmp_path / "docs")
    knowledge = open_knowledge(tmp_path / "data", place / "docs", embedder=EMBEDDER)
    arrange(tmp_path / "more", {"new/50.md": ("A page about qunodo that came later.",)}, 1_000)
    from knowledge.sources.options import Folder

    assert knowledge.refresh([Folder(tmp_path / "more")]).added == 1
    knowledge.close()
    for path in (tmp_path / "data").glob("catalog.sqlite*"):
        path.unlink()
    shutil.copy(place / "data/catalog.sqlite", tmp_path / "data/catalog.sqlite")
    is_served_after(place, tmp_path / "data", owner=False)
    is_served_after(place, tmp_path / "data", owner=True)


def test_rebuilding_that_was_cut_short_is_made_up(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader of an index that was being made anew when its owner died finds everything, and so does the next owner."""
    from knowledge.index import embedded

    shutil.copytree(place / "data", tmp_path / "data")
    monkeypatch.setattr(embedded, "_CHUNK", 5)
    knowledge = open_knowledge(tmp_path / "data", place / "docs", embedder=EMBEDDER)
    left = [1, 1, 1]
    real = embedded.LexicalStore.add

    def add(store, entries):
        left.pop()  # IndexError is as good as a kill here
        real(store, entries)

    with monkeypatch.context() as patch:
        patch.setattr(embedded.LexicalStore, "add", add)
        with pytest.raises(IndexError):
            knowledge.rebuild()
    knowledge.close()
    is_served_after(place, tmp_path / "data", owner=False)
    is_served_after(place, tmp_path / "data", owner=True)


HARM = {
    "emptied": lambda content: b"",
    "rubbish": lambda content: b"no database at all" * 500,
    "cut off": lambda content: content[: len(content) // 2],
    "overwritten": lambda content: content[:4096] + b"\x55" * (len(content) - 4096),
}


WORDS = {"en": ("can't be read", "index your folders again"), "ko": ("읽을 수 없습니다", "다시 색인")}


@pytest.mark.parametrize(
    ("command", "harm", "language"),
    [
        *(
            (command, harm, "en")
            for command in ("ask lamp", "docs list", "index", "search lamp")
            for harm in HARM
        ),
        ("ask lamp", "emptied", "ko"),
        ("index", "cut off", "ko"),
        ("run", "rubbish", "ko"),
    ],
)
def test_a_damaged_catalog_is_told(
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    harm: str,
    language: str,
) -> None:
    """Each command, each time, ends with exit code 1 and a sentence that says how to rebuild; the file stays."""
    shutil.copytree(place / "data", tmp_path / "data")
    path = tmp_path / "data/catalog.sqlite"
    content = HARM[harm](path.read_bytes())
    path.write_bytes(content)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMBEDDINGS_PROVIDER", "none")
    monkeypatch.setattr("bot.cli.run.input_kind", lambda: "none")
    for _ in range(2 if harm == "emptied" else 1):
        assert main([*command.split(), "--lang", language]) == 1
        told = " ".join(capsys.readouterr().err.split())
        assert "catalog.sqlite" in told
        assert all(word in told for word in WORDS[language]), told
    assert path.read_bytes() == content or harm == "emptied"  # SQLite begins a new file in an empty one


def test_moving_a_damaged_catalog_away_helps(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the error advises works: move the file away, and index the folders again."""
    shutil.copytree(place / "data", tmp_path / "data")
    (tmp_path / "data/catalog.sqlite").write_bytes(b"rubbish" * 1000)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMBEDDINGS_PROVIDER", "none")
    assert main(["index", str(place / "docs")]) == 1
    (tmp_path / "data/catalog.sqlite").rename(tmp_path / "aside")
    capsys.readouterr()
    assert main(["index", str(place / "docs"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["added"] == len(KNOWN)


def test_files_that_nothing_names_are_deleted_by_the_owner(place: Path, tmp_path: Path) -> None:
    """What a flush that was killed left in the folder of vectors is gone when the next owner has opened it."""
    data = tmp_path / "data"
    shutil.copytree(place / "data", data)
    left = data / "index/dense/0123.vectors.npy"
    left.write_bytes(b"half of it")
    is_served_after(place, data, owner=False)
    assert left.exists()
    is_served_after(place, data, owner=True)
    assert not left.exists()
