"""An index is held against the catalog, put right, and filled at another store, whichever the stores are."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pytest

from bot.cli import main
from bot.cli.session import Doors
from bot.opening import open_knowledge as open_app_knowledge
from knowledge.catalog import reading
from knowledge.embedding import EmbeddingSpace
from knowledge.errors import InvalidInput
from knowledge.index import Place
from knowledge.index.embedded import open_embedded
from knowledge.index.milvus import MilvusOptions, open_milvus
from knowledge.service import Knowledge
from knowledge.upkeep import place_of
from tests.fakes import HashEmbedder
from tests.librarian import ANALYZER, EVERYBODY, by_meaning, by_word, fill, knowing, open_knowledge

EMBEDDER = HashEmbedder(16)
PAGES = {f"{n:02}.md": f"# Page {n}\n\nThe lamp of room{n} is green.\n" for n in range(12)} | {
    "휴가.md": "# 휴가\n\n연차 휴가는 열다섯 날입니다.\n"
}
STORES = ("faiss", "milvus")


class Refusing(HashEmbedder):
    """Must not be asked for documents' vectors."""

    def embed_documents(self, texts):
        raise AssertionError(texts)


def librarian(tmp_path: Path, milvus: MilvusOptions, store: str, embedder=EMBEDDER, **changes) -> Knowledge:
    stores = {"faiss": open_embedded, "milvus": open_milvus(milvus)}
    return open_knowledge(
        tmp_path / "data",
        tmp_path / "docs",
        embedder=embedder,
        open_index=stores[store],
        stores=stores,
        **changes,
    )


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    fill(tmp_path / "docs", PAGES)
    return tmp_path


@pytest.mark.parametrize("store", STORES)
def test_what_is_wrong_is_counted_and_put_right(filled: Path, milvus: MilvusOptions, store: str) -> None:
    """Rows that are missing or too many are found without the librarian's own belief, and repaired."""
    knowledge = librarian(filled, milvus, store)
    knowledge.refresh()
    sound = knowledge.check_index()
    assert sound.is_sound
    assert (sound.passages, sound.with_vectors, sound.by_words_alone, sound.samples) == (13, 13, 0, 13)
    knowledge.close()
    knowledge = librarian(filled, milvus, store)
    place = place_of(knowledge._catalog, Place(knowledge._parts.folder, knowledge._served(), owner=True))
    index = knowledge._parts.open_index(place)
    live = index.rows()["words"].tolist()
    with knowledge._catalog.read() as connection:
        [one] = reading.index_entries(connection, live[:1], EmbeddingSpace(EMBEDDER.name, 16))
    index.remove(live[2:5])
    index.add([one._replace(row=999)])
    index.flush(1)
    index.close()
    wrong = knowledge.check_index()
    assert not wrong.is_sound
    assert wrong.missing == {"words": 3, "meaning": 3}
    assert wrong.surplus == {"words": 1, "meaning": 1}
    assert knowledge.check_index(repair=True).is_sound
    assert knowledge.check_index().is_sound
    knowledge.close()


@pytest.mark.parametrize(("store", "other"), [("faiss", "milvus"), ("milvus", "faiss")])
def test_a_language_without_vectors_is_nothing_wrong(
    filled: Path, milvus: MilvusOptions, store: str, other: str
) -> None:
    """Passages that are to have no vectors aren't missing from any store, and are counted apart."""
    english = {"abilities": knowing("en"), "remembered": knowing("en")}
    knowledge = librarian(filled, milvus, store, **english)
    knowledge.refresh()
    for found in (knowledge.check_index(), knowledge.copy_index(other)):
        assert found.is_sound
        assert (found.passages, found.with_vectors, found.by_words_alone) == (13, 12, 1)
    knowledge.rebuild()
    assert knowledge.check_index().is_sound
    assert knowledge.retrieve("연차는?", EVERYBODY).candidates[0].document.title == "휴가"
    knowledge.close()


@pytest.mark.parametrize(("source", "target"), [("faiss", "milvus"), ("milvus", "faiss")])
def test_an_index_moves_to_the_other_store(
    filled: Path, milvus: MilvusOptions, source: str, target: str
) -> None:
    """Everything is found in the other store, in both searches, and nothing was embedded for it."""
    knowledge = librarian(filled, milvus, source)
    knowledge.refresh()
    words = by_word(knowledge, "lamp")
    near = by_meaning(knowledge, "the lamp of room7 is green.")
    knowledge.close()
    told: list[tuple[int, int]] = []
    knowledge = librarian(filled, milvus, source, Refusing(16))
    found = knowledge.copy_index(target, progress=lambda now: told.append((now.done, now.total)))
    assert found.is_sound
    assert found.passages == found.with_vectors == 13
    assert told[-1] == (26, 26)
    assert by_word(knowledge, "lamp") == words  # the source serves as before
    told.clear()
    assert knowledge.copy_index(target, progress=lambda now: told.append((now.done, now.total))).is_sound
    assert told == []  # what is there isn't copied again
    knowledge.close()
    if source == "faiss":
        shutil.rmtree(filled / "data" / "index" / "dense")
    knowledge = librarian(filled, milvus, target, Refusing(16))
    assert knowledge.check_index().is_sound
    assert by_word(knowledge, "lamp") == words
    assert by_meaning(knowledge, "the lamp of room7 is green.") == near
    best = knowledge.retrieve("연차는?", EVERYBODY).candidates[0]
    assert best.document.title == "휴가"
    knowledge.close()


@pytest.mark.parametrize("store", ["faiss", "nowhere"])
def test_only_another_store_is_copied_to(filled: Path, milvus: MilvusOptions, store: str) -> None:
    """The store in use, or one that doesn't exist, is refused in words."""
    knowledge = librarian(filled, milvus, "faiss")
    with pytest.raises(InvalidInput):
        knowledge.copy_index(store)
    knowledge.close()


def test_the_commands(filled: Path, milvus: MilvusOptions, monkeypatch, capsys) -> None:
    """Index, check, copy and change over, by the settings."""
    monkeypatch.chdir(filled)
    saseo = partial(main, doors=Doors(open_knowledge=partial(open_app_knowledge, analyzer=ANALYZER)))
    for name, value in {
        "EMBEDDINGS_PROVIDER": "none",
        "MILVUS_HOST": milvus.host,
        "MILVUS_PORT": str(milvus.port),
        "MILVUS_COLLECTION_NAME": milvus.collection,
        "SASEO_LANG": "en",
    }.items():
        monkeypatch.setenv(name, value)
    assert saseo(["index", "docs", "--json"]) == 0
    capsys.readouterr()
    assert saseo(["index", "check"]) == 0
    assert "13 passages" in capsys.readouterr().out
    assert saseo(["index", "copy"]) == 1
    assert "milvus" in capsys.readouterr().err
    assert saseo(["index", "copy", "--to", "milvus"]) == 0
    assert "VECTOR_STORE=milvus" in capsys.readouterr().out
    monkeypatch.setenv("VECTOR_STORE", "milvus")
    assert saseo(["index", "check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sound"] is True
    assert saseo(["search", "room7", "--json"]) == 0
    assert "07.md" in capsys.readouterr().out
    monkeypatch.setenv("MILVUS_COLLECTION_NAME", milvus.collection + "_b")
    assert saseo(["index", "check", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["missing"] == {"words": 13}
    assert saseo(["index", "check", "--repair"]) == 0


@pytest.mark.parametrize("is_there", [True, False])
def test_doctor_looks_at_the_server(
    tmp_path: Path, milvus: MilvusOptions, monkeypatch, capsys, is_there: bool
) -> None:
    """Its version and where things are kept, or what is wrong with it."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "VECTOR_STORE": "milvus",
        "EMBEDDINGS_PROVIDER": "none",
        "MILVUS_HOST": milvus.host,
        "MILVUS_PORT": str(milvus.port if is_there else 1),
        "MILVUS_TIMEOUT": "20" if is_there else "1",
    }.items():
        monkeypatch.setenv(name, value)
    code = main(["doctor", "--json", "--lang", "en"])
    [line] = [check for check in json.loads(capsys.readouterr().out) if check["check"] == "milvus"]
    assert line["level"] == ("ok" if is_there else "fail")
    assert ("3.2" if is_there else "MILVUS_HOST") in line["found"]
    assert is_there or code == 1
