"""What is embedded once isn't embedded again."""

from __future__ import annotations

import logging
import multiprocessing
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from knowledge.embedding import CachedEmbedder
from knowledge.embedding.vector_file import VectorFile
from tests.fakes import HashEmbedder

LONG = " ".join(str(number) for number in range(120))


def _equal(found, expected):
    return all(np.array_equal(one, other) for one, other in zip(found, expected, strict=True))


def test_documents_are_embedded_once(tmp_path):
    """The second time, and in the next process, vectors come from the file, windows and all."""
    inner = HashEmbedder()
    texts = ["one", "둘", LONG, ""]
    expected = HashEmbedder().embed_documents(texts)
    cached = CachedEmbedder(inner, tmp_path)
    assert _equal(cached.embed_documents(texts), expected)
    assert _equal(cached.embed_documents(texts[::-1]), expected[::-1])
    assert len(inner.calls) == 1
    cached.close()
    again = HashEmbedder()
    assert _equal(CachedEmbedder(again, tmp_path).embed_documents(texts), expected)
    assert again.calls == []


def test_only_what_is_missing_is_embedded(tmp_path):
    """Known texts are left out of the call, and the same text twice is embedded once."""
    inner = HashEmbedder()
    cached = CachedEmbedder(inner, tmp_path)
    cached.embed_documents(["a", "b"])
    found = cached.embed_documents(["c", "a", "c", "d", "b"])
    assert inner.calls[1:] == [["c", "d"]]
    assert _equal(found, HashEmbedder().embed_documents(["c", "a", "c", "d", "b"]))


def test_models_dont_share_vectors(tmp_path):
    """The same text with another model is another vector."""
    first, second = HashEmbedder(dimensions=8), HashEmbedder(dimensions=16)
    CachedEmbedder(first, tmp_path).embed_documents(["a"])
    (found,) = CachedEmbedder(second, tmp_path).embed_documents(["a"])
    assert found.shape == (1, 16)


def test_queries_are_kept_in_memory(tmp_path):
    """A repeated query isn't computed again, and nobody can change the vector of another."""

    class Counting(HashEmbedder):
        queries = 0

        def embed_query(self, text):
            self.queries += 1
            return super().embed_query(text)

    inner = Counting()
    cached = CachedEmbedder(inner, tmp_path, queries=2)
    vector = cached.embed_query("a")
    assert np.array_equal(vector, cached.embed_query("a"))
    assert inner.queries == 1
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 1
    for text in ("b", "c", "a"):
        cached.embed_query(text)
    assert inner.queries == 4


def test_an_interruption_costs_the_last_texts_only(tmp_path, monkeypatch):
    """What was embedded before an error stays."""
    monkeypatch.setattr("knowledge.embedding.cache._AT_A_TIME", 2)

    class Failing(HashEmbedder):
        def embed_documents(self, texts):
            if "bad" in texts:
                raise RuntimeError
            return super().embed_documents(texts)

    with pytest.raises(RuntimeError):
        CachedEmbedder(Failing(), tmp_path).embed_documents(["a", "b", "c", "d", "bad"])
    inner = HashEmbedder()
    CachedEmbedder(inner, tmp_path).embed_documents(["a", "b", "c", "d"])
    assert inner.calls == []


@pytest.mark.parametrize("damage", ["rubbish", "pages", "schema"])
def test_a_damaged_file_is_moved_aside(tmp_path, caplog, damage):
    """Vectors are right all the same, a warning names the old file, and caching goes on with a new one."""
    texts = [f"text {number}" for number in range(300)]
    cached = CachedEmbedder(HashEmbedder(), tmp_path)
    cached.embed_documents(texts)
    cached.close()
    path = tmp_path / "embeddings.sqlite"
    data = bytearray(path.read_bytes())
    if damage == "rubbish":
        data[:] = b"this is no database" * 100
    elif damage == "pages":
        data[4096:] = b"\xff" * (len(data) - 4096)
    else:
        data[100:4096] = b"\x00" * 3996
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        found = CachedEmbedder(HashEmbedder(), tmp_path).embed_documents(texts)
    assert _equal(found, HashEmbedder().embed_documents(texts))
    assert "embeddings.sqlite.damaged" in caplog.text
    assert (tmp_path / "embeddings.sqlite.damaged").read_bytes() == data
    inner = HashEmbedder()
    CachedEmbedder(inner, tmp_path).embed_documents(texts)
    assert inner.calls == []


def test_a_file_begun_anew_by_another_process_is_used(tmp_path):
    """Of two processes that meet a damaged file, the second keeps what the first one made."""
    path = tmp_path / "vectors.sqlite"
    ours = VectorFile(path, 1 << 20)
    ours.write({b"old": b"1"})
    ours._database.execute("PRAGMA cache_size = 0")
    path.unlink()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    theirs = VectorFile(path, 1 << 20)
    theirs.write({b"new": b"2"})
    ours._move_aside(sqlite3.DatabaseError("seen before"))
    ours.close()
    assert ours.read([b"new"]) == {b"new": b"2"}
    assert not (tmp_path / "vectors.sqlite.damaged").exists()


def test_a_file_that_cant_be_written_is_told_once(tmp_path, caplog):
    """Without a place for the file everything is embedded, with one warning."""
    (tmp_path / "folder").write_text("a file stands in the way")
    cached = CachedEmbedder(HashEmbedder(), tmp_path / "folder")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert len(cached.embed_documents(["a", "b"])) == 2
    assert len(caplog.records) == 1


def test_a_full_disk_is_told_once(tmp_path, caplog):
    """When the file can't grow, embedding goes on with one warning, and what is in the file is still read."""
    file = VectorFile(tmp_path / "vectors.sqlite", 1 << 30)
    file.write({b"first": b"1"})
    file._database.execute("PRAGMA max_page_count = 10")
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            file.write({b"large%d" % number: b"x" * 100_000})
            file._open().execute("PRAGMA max_page_count = 10")
    assert file.read([b"first", b"large0"]) == {b"first": b"1"}
    assert len(caplog.records) == 1
    assert "full" in caplog.text


def test_what_wasnt_used_longest_goes_first(tmp_path):
    """The file stays about within its limit, and what was read lately stays."""
    now = [0.0]
    file = VectorFile(tmp_path / "vectors.sqlite", 100_000, clock=lambda: now[0])
    rows = {b"%03d" % number: bytes(1000) for number in range(150)}
    for key, value in rows.items():
        now[0] += 10_000
        file.write({key: value})
        file.read([b"000"])
    left = file.read(rows)
    assert b"000" in left
    assert b"149" in left
    assert b"001" not in left
    file.close()
    assert (tmp_path / "vectors.sqlite").stat().st_size < 200_000
    assert 50_000 < 1000 * len(left) <= 100_000


def test_a_value_of_a_strange_length_is_embedded_again(tmp_path):
    """A row that can't be vectors of this model counts as missing."""
    inner = HashEmbedder()
    cached = CachedEmbedder(inner, tmp_path)
    cached.embed_documents(["a"])
    with sqlite3.connect(tmp_path / "embeddings.sqlite") as database:
        database.execute("UPDATE vectors SET vectors = x'001122'")
    assert _equal(cached.embed_documents(["a"]), HashEmbedder().embed_documents(["a"]))
    assert len(inner.calls) == 2


def test_many_threads(tmp_path):
    """Threads that read and write at the same time get the right vectors."""
    cached = CachedEmbedder(HashEmbedder(), tmp_path)
    texts = [f"text {number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(cached.embed_documents, texts[number:]) for number in range(20)]
    for number, result in enumerate(found):
        assert _equal(result.result(), HashEmbedder().embed_documents(texts[number:]))


def _fill(folder, begin):
    cached = CachedEmbedder(HashEmbedder(), folder)
    for number in range(begin, begin + 30):
        cached.embed_documents([f"text {number}"])


def test_several_processes(tmp_path):
    """Processes that write into one file at the same time lose nothing."""
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_fill, args=(tmp_path, begin)) for begin in (0, 20, 40)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    inner = HashEmbedder()
    CachedEmbedder(inner, tmp_path).embed_documents([f"text {number}" for number in range(70)])
    assert inner.calls == []
