"""A segment's scan is quick and its ranking exact, whatever is passed over and however many dimensions there are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.index.segments import Segment, delete_others
from knowledge.storage import write_atomically
from knowledge.types import EVERYONE

_COUNT = 3_000


def vectors_of(dimensions: int, count: int = _COUNT) -> NDArray[np.float32]:
    """Vectors of length 1 in all directions, the hardest there are to tell apart."""
    drawn = np.random.default_rng(7).standard_normal((count, dimensions)).astype(np.float32)
    unit: NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def exact(vectors: NDArray[np.float32], rows: NDArray[np.int64], limit: int) -> list[int]:
    """The rows that are nearest to the first vector."""
    scores = vectors[rows] @ vectors[0]
    return [int(row) for row in rows[np.argsort(-scores)][:limit]]


@pytest.mark.parametrize("dimensions", [64, 65])
def test_the_ranking_is_exact(dimensions: int) -> None:
    """Of the ten nearest none is missing, and their order and scores are those of the vectors themselves."""
    vectors, rows = vectors_of(dimensions), np.arange(_COUNT)
    segment = Segment.build(EVERYONE, rows, vectors)
    assert segment.codes is not None
    found = segment.search(vectors[0], 10)
    assert found.rows.tolist() == exact(vectors, rows, 10)
    assert np.allclose(found.scores, vectors[found.rows] @ vectors[0], atol=1e-6)


@pytest.mark.parametrize("alive", [1, 5, 50, 2_900])
def test_what_is_removed_is_passed_over(alive: int) -> None:
    """Even if all the nearest ones were removed, the best of the others are found."""
    vectors, rows = vectors_of(64), np.arange(_COUNT)
    nearest = np.array(exact(vectors, rows, _COUNT))
    segment = Segment.build(EVERYONE, rows, vectors).without(nearest[:-alive])
    stays = np.sort(nearest[-alive:])
    assert segment.search(vectors[0], 10).rows.tolist() == exact(vectors, stays, min(10, alive))


def test_a_segment_with_nothing_left_finds_nothing() -> None:
    """All of it may be removed before it is written anew."""
    vectors, rows = vectors_of(64), np.arange(_COUNT)
    segment = Segment.build(EVERYONE, rows, vectors).without(rows)
    assert len(segment.search(vectors[0], 10).rows) == 0


def test_what_a_kill_left_behind_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of segments that no manifest names, and a manifest that was cut short; what is named stays."""
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: None)
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        write_atomically(tmp_path / "manifest.json", "{}")
    for name in ("a.rows.npy", "b.rows.npy", "b.codes.faiss"):
        (tmp_path / name).touch()
    assert len(list(tmp_path.iterdir())) == 4
    delete_others(tmp_path, [{"name": "a"}])
    assert [path.name for path in tmp_path.iterdir()] == ["a.rows.npy"]
