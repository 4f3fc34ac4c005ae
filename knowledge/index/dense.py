"""Vectors in segments by scope, so that a search reads only what the asker may read, exact under any filter.

Like a log-structured store: what is added becomes a small segment, small segments are merged, and what is
removed is passed over until its segment is merged next. Segments never change, so a reader is a tuple of
them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vector
from knowledge.errors import IndexDamaged
from knowledge.index import Entry, Hits
from knowledge.index.segments import Segment, best_by_row, delete_others, merged, read_manifest
from knowledge.storage import write_atomically
from knowledge.types import Scope

_VERSION = 2
_FAN_IN = 4  # segments of like size that are merged into one
_DEAD_SHARE = 0.2  # a segment with more of its vectors dead is written anew


class DenseReader:
    """One unchanging view."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = tuple(segments)

    def search(self, vector: Vector, scopes: frozenset[Scope], limit: int) -> Hits:
        """Rows by exact cosine, best first."""
        segments = [segment for segment in self._segments if segment.scope in scopes]
        if not segments:
            return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
        # A segment has its share of the best, so that it needs its share of the exact scores.
        vectors = sum(map(len, segments))
        hits = [segment.search(vector, limit, len(segment) / vectors) for segment in segments]
        best = best_by_row(np.concatenate([h.rows for h in hits]), np.concatenate([h.scores for h in hits]))
        return Hits(best.rows[:limit], best.scores[:limit])

    def score(self, rows: Sequence[int], vector: Vector) -> NDArray[np.float32]:
        """The cosine of each row by its best window; NaN for a row that isn't here."""
        scores = np.full(len(rows), np.nan, np.float32)
        for segment in self._segments:
            segment.score(rows, vector, scores)
        return scores

    @property
    def count(self) -> int:
        """How many rows are alive."""
        return sum(segment.live_count for segment in self._segments)

    def rows(self) -> NDArray[np.int64]:
        """Every row that is alive, ascending."""
        alive = [s.rows if s.dead is None else s.rows[~s.dead] for s in self._segments]
        return np.unique(np.concatenate(alive)) if alive else np.empty(0, np.int64)


class DenseStore:
    """The folder of segments, and what has been added to them since."""

    def __init__(self, folder: Path, embedder: str, dimensions: int, *, ignore_files: bool = False) -> None:
        """Open what was flushed for this embedder; vectors of another one stay behind until the next flush.

        Raises:
            IndexDamaged: the folder's files aren't what was written.
        """
        self._folder = folder
        self._embedder = embedder
        self._dimensions = dimensions
        folder.mkdir(parents=True, exist_ok=True)
        self.generation = -1
        self._segments: list[Segment] = []
        self._saved: dict[str, dict[str, Any]] = {}
        manifest = None if ignore_files else read_manifest(folder)
        if manifest is None or not self._mine(manifest):
            return
        try:
            self._segments = [Segment.load(folder, line) for line in manifest["segments"]]
            self.generation = int(manifest["generation"])
        except (KeyError, TypeError, ValueError, RuntimeError, OSError) as error:
            raise IndexDamaged(path=str(folder), detail=str(error)) from error
        self._saved = {line["name"]: line for line in manifest["segments"]}

    def add(self, entries: Sequence[Entry]) -> None:
        """Add the vectors of entries; in memory until `flush`, and missing from `rows()` after a crash."""
        by_scope: dict[Scope, list[Entry]] = {}
        for entry in entries:
            if entry.vectors:
                by_scope.setdefault(entry.scope, []).append(entry)
        for scope, members in by_scope.items():
            arrays = [np.frombuffer(e.vectors or b"", "<f4").reshape(-1, self._dimensions) for e in members]
            rows = np.repeat([e.row for e in members], [len(a) for a in arrays]).astype(np.int64)
            self._segments.append(Segment.build(scope, rows, np.concatenate(arrays)))
            self._merge_small(scope)

    def remove(self, rows: Sequence[int]) -> None:
        """Pass over rows from now on."""
        if rows:
            gone = np.asarray(rows, np.int64)
            self._segments = [segment.without(gone) for segment in self._segments]

    def reader(self) -> DenseReader:
        """A view of what is there now."""
        return DenseReader(self._segments)

    def flush(self, generation: int) -> None:
        """Write what is only in memory, and the manifest; then delete the files that it no longer names."""
        segments: list[Segment] = []
        lines: list[dict[str, Any]] = []
        for scope in sorted({segment.scope for segment in self._segments}):
            for segment in self._tidied(scope):
                saved, line = (
                    (segment, self._saved[segment.name]) if segment.name else segment.save(self._folder)
                )
                segments.append(saved)
                lines.append({**line, "dead": saved.dead_rows()})
        manifest = {
            "version": _VERSION,
            "embedder": self._embedder,
            "dimensions": self._dimensions,
            "generation": generation,
            "segments": lines,
        }
        write_atomically(self._folder / "manifest.json", json.dumps(manifest, ensure_ascii=False))
        delete_others(self._folder, lines)
        self._segments, self.generation = segments, generation
        self._saved = {str(line["name"]): line for line in lines}

    def tidy(self) -> None:
        """Delete what a flush that was killed left behind; for files not in use the next flush does."""
        if self.generation >= 0:
            delete_others(self._folder, self._saved.values())

    def _mine(self, manifest: dict[str, Any]) -> bool:
        return (manifest.get("version"), manifest.get("embedder"), manifest.get("dimensions")) == (
            _VERSION,
            self._embedder,
            self._dimensions,
        )

    def _merge_small(self, scope: Scope) -> None:
        """Merge the newest segments while they are many and of like size: their number stays logarithmic."""
        mine = [segment for segment in self._segments if segment.scope == scope]
        while len(tail := mine[-_FAN_IN:]) == _FAN_IN and not any(segment.name for segment in tail):
            if max(map(len, tail)) > _FAN_IN * min(map(len, tail)):
                break
            mine[-_FAN_IN:] = [merged(tail)]
        self._segments = [s for s in self._segments if s.scope != scope] + mine

    def _tidied(self, scope: Scope) -> list[Segment]:
        """The scope's segments as they should be written: new, small and half dead ones merged."""
        mine = [segment for segment in self._segments if segment.scope == scope]
        largest = max(mine, key=len)
        stays = [
            segment
            for segment in mine
            if segment.name
            and segment.dead is None
            and (segment is largest or len(segment) > len(largest) // 4)
        ]
        if largest not in stays and largest.name and largest.dead_count <= _DEAD_SHARE * len(largest):
            stays.append(largest)
        rest = [segment for segment in mine if not any(segment is s for s in stays)]
        alive = sum(len(segment) - segment.dead_count for segment in rest)
        return [*stays, merged(rest)] if alive else stays
