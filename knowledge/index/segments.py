"""Vectors that never change: codes of two bits a dimension for the scan, float32 for the exact scores.

The codes are a product quantiser's, four bits for each two dimensions, in the layout that is scanned
without leaving the registers (Jégou et al. 2011, "Product Quantization for Nearest Neighbor Search"; André
et al. 2017, "Accelerated Nearest Neighbor Search with Quick ADC", in FAISS's form): a scan reads a sixteenth
of what float32 would. The best few times as many as wanted are then scored from the float32 vectors, so that
the ranking is that of an exact search.
"""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vector
from knowledge.errors import IndexDamaged, MissingDependency
from knowledge.index import Hits
from knowledge.storage import UNFINISHED, checksum, disk_errors
from knowledge.types import Scope

_BITS = 4  # the width that can be scanned so
_TRAINING_VECTORS = 64  # for each of a code's 16 values
_TRAINING_ROUNDS = 10
_SURE = 600  # vectors that are scored exactly, at least (`scripts/bench_search.py` measures what that finds)
_OVERSAMPLING = 3
_SCANNED_EXACTLY = 2_000  # a segment of no more has no codes


def _faiss() -> Any:
    try:
        import faiss
    except ImportError as error:
        raise MissingDependency(package="faiss-cpu", command="pip install 'saseo[faiss]'") from error
    return faiss


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Vectors of one scope: `rows[i]` is the passage of vector i, ascending; `dead` ones are passed over."""

    scope: Scope
    rows: NDArray[np.int64]
    vectors: Vector  # (n, dimensions), in memory or mapped from a file
    codes: Any  # faiss.IndexPQFastScan; None for a small segment
    dead: NDArray[np.bool_] | None = None
    name: str = ""  # of its files; empty while it's only in memory

    @classmethod
    def build(cls, scope: Scope, rows: NDArray[np.int64], vectors: Vector) -> Segment:
        """Sort by row, and make the codes."""
        order = np.argsort(rows, kind="stable")
        rows, vectors = rows[order], np.ascontiguousarray(vectors[order])
        if len(rows) <= _SCANNED_EXACTLY:
            return cls(scope, rows, vectors, None)
        return cls(scope, rows, vectors, _encoded(vectors))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def dead_count(self) -> int:
        """How many vectors are passed over."""
        return 0 if self.dead is None else int(self.dead.sum())

    @property
    def live_count(self) -> int:
        """How many rows are not passed over."""
        alive = self.rows if self.dead is None else self.rows[~self.dead]
        return int(np.count_nonzero(np.diff(alive))) + min(len(alive), 1)

    def without(self, rows: NDArray[np.int64]) -> Segment:
        """The same vectors with those of some rows passed over."""
        gone = np.isin(self.rows, rows)
        if not gone.any():
            return self
        return replace(self, dead=gone if self.dead is None else self.dead | gone)

    def search(self, vector: Vector, limit: int, share: float = 1.0) -> Hits:
        """The best rows by exact cosine, each by its best window.

        `share` is this segment's of all vectors that are searched.
        """
        alive = len(self) - self.dead_count
        wanted = min(alive, max(limit * _OVERSAMPLING, math.ceil(_SURE * share)))
        while True:
            hits = self._best(vector, wanted)
            if len(hits.rows) >= limit or wanted >= alive:
                return Hits(hits.rows[:limit], hits.scores[:limit])
            wanted = min(alive, wanted * 2)  # many windows of few passages

    def score(self, rows: Sequence[int], vector: Vector, out: NDArray[np.float32]) -> None:
        """Write the best cosine of each row that is here into `out`, leaving the others."""
        wanted = np.asarray(rows, np.int64)
        first = np.searchsorted(self.rows, wanted, "left")
        last = np.searchsorted(self.rows, wanted, "right")
        for i in np.flatnonzero(last > first):
            out[i] = float((self.vectors[first[i] : last[i]] @ vector).max())

    def _best(self, vector: Vector, wanted: int) -> Hits:
        if wanted == 0:
            return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
        positions = self._scan(vector, wanted)
        # Not `@`: BLAS would wake its threads for so little, which costs more than it saves.
        scores = np.einsum("ij,j->i", self.vectors[positions], vector)
        return best_by_row(self.rows[positions], scores)

    def _scan(self, vector: Vector, wanted: int) -> NDArray[np.int64]:
        """The positions of about the best vectors that are alive."""
        if self.codes is None:
            return np.arange(len(self)) if self.dead is None else np.flatnonzero(~self.dead)
        asked = wanted
        while True:
            _, found = self.codes.search(vector[None, :], min(asked, len(self)))
            positions: NDArray[np.int64] = found[0][found[0] >= 0]
            if self.dead is not None:
                positions = positions[~self.dead[positions]]
            if len(positions) >= wanted or asked >= len(self):
                return positions[:wanted]
            asked *= 2  # FAISS can't pass over any in this layout

    def save(self, folder: Path) -> tuple[Segment, dict[str, object]]:
        """Write the files; gives the segment that is mapped from them, and its line in the manifest."""
        name = uuid.uuid4().hex
        paths = _paths(folder, name)
        # By Python's own writing: NumPy and FAISS don't say that it was the disk that is full.
        with disk_errors(folder):
            _write_array(paths["rows"], self.rows)
            _write_array(paths["vectors"], self.vectors)
            if self.codes is not None:
                paths["codes"].write_bytes(_faiss().serialize_index(self.codes).data)
        checks = {kind: checksum(path) for kind, path in paths.items() if path.exists()}
        saved = replace(self, name=name, vectors=_mapped(paths["vectors"]))
        return saved, {"name": name, "scope": self.scope, "checksums": checks}

    def dead_rows(self) -> list[int]:
        """The rows that are passed over."""
        return [] if self.dead is None else np.unique(self.rows[self.dead]).tolist()

    @classmethod
    def load(cls, folder: Path, line: dict[str, Any]) -> Segment:
        """Read a segment that `save` wrote.

        Raises:
            IndexDamaged: a file is missing, or isn't what was written.
        """
        paths = _paths(folder, line["name"])
        for kind, noted in line["checksums"].items():
            if checksum(paths[kind]) != noted:
                raise IndexDamaged(path=str(paths[kind]), detail="missing or altered")
        segment = cls(
            Scope(line["scope"]),
            np.load(paths["rows"]),
            _mapped(paths["vectors"]),
            _faiss().read_index(str(paths["codes"])) if "codes" in line["checksums"] else None,
            name=line["name"],
        )
        return segment.without(np.array(line["dead"], np.int64))


def _encoded(vectors: Vector) -> Any:
    faiss = _faiss()
    dimensions = vectors.shape[1]
    parts = dimensions // 2 if dimensions % 2 == 0 else dimensions
    codes = faiss.IndexPQFastScan(dimensions, parts, _BITS, faiss.METRIC_INNER_PRODUCT)
    codes.pq.cp.niter = _TRAINING_ROUNDS
    codes.pq.cp.max_points_per_centroid = _TRAINING_VECTORS
    codes.train(vectors)
    codes.add(vectors)
    return codes


def merged(segments: Sequence[Segment]) -> Segment:
    """One segment of all vectors that are alive; the segments are of one scope."""
    alive = [slice(None) if s.dead is None else ~s.dead for s in segments]
    rows = np.concatenate([s.rows[keep] for s, keep in zip(segments, alive, strict=True)])
    vectors = np.concatenate([s.vectors[keep] for s, keep in zip(segments, alive, strict=True)])
    return Segment.build(segments[0].scope, rows, vectors)


def best_by_row(rows: NDArray[np.int64], scores: NDArray[np.float32]) -> Hits:
    """Each row once, with its best score, best first; ties by row, so that the order is always the same."""
    order = np.lexsort((rows, -scores))
    rows, scores = rows[order], scores[order]
    _, first = np.unique(rows, return_index=True)
    first.sort()
    return Hits(rows[first], scores[first])


def delete_others(folder: Path, lines: Iterable[dict[str, Any]]) -> None:
    """Delete the files of segments that no line of the manifest names, and manifests that were cut short."""
    names = {line["name"] for line in lines}
    for path in folder.iterdir():
        is_segment = path.suffix in (".npy", ".faiss")
        if path.suffix == UNFINISHED or (is_segment and path.name.split(".")[0] not in names):
            path.unlink(missing_ok=True)


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder, None where there is none.

    Raises:
        IndexDamaged: it can't be read.
    """
    path = folder / "manifest.json"
    if not path.exists():
        return None
    try:
        manifest = json.loads(path.read_text())
    except ValueError as error:
        raise IndexDamaged(path=str(path), detail=str(error)) from error
    if not isinstance(manifest, dict):
        raise IndexDamaged(path=str(path), detail="no manifest")
    return manifest


def _write_array(path: Path, array: NDArray[Any]) -> None:
    """As np.save does."""
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(array))
        file.write(np.ascontiguousarray(array).data)


def _mapped(path: Path) -> Vector:
    """A file's array, not read yet; a plain one, for slices of a memmap have their own bookkeeping."""
    mapped: Vector = np.load(path, mmap_mode="r").view(np.ndarray)
    return mapped


def _paths(folder: Path, name: str) -> dict[str, Path]:
    return {
        "rows": folder / f"{name}.rows.npy",
        "vectors": folder / f"{name}.vectors.npy",
        "codes": folder / f"{name}.codes.faiss",
    }
