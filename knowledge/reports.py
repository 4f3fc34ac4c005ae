"""What a refresh tells while it runs and when it is done, and what the librarian says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from knowledge.errors import SaseoError
from knowledge.types import Language

if TYPE_CHECKING:
    from knowledge.embedding import EmbedderStatus
    from knowledge.pace import Running

COUNTS = ("added", "changed", "moved", "removed", "unchanged", "skipped", "failed")
"""The counts of a RefreshReport, in the order in which they are shown."""

Stage = Literal["scanning", "reading", "indexing", "finishing"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is: `done` of `total` files, or, while `indexing`, passages that get vectors: a batch's.

    `seconds` is the time since the run began.
    """

    stage: Stage
    done: int
    total: int
    item: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a run could not read or would not believe. `uri` is a file's or a folder's path."""

    uri: str
    error: SaseoError


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a run did, in documents.

    `skipped` are files of no use to us (unsupported, empty, too large); `failed` are files that should have
    been read. Both are in `problems`, as is what could not be scanned. `withheld` are folders whose missing
    files are not forgotten.
    """

    added: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0.0
    problems: tuple[Problem, ...] = ()
    withheld: tuple[Problem, ...] = ()

    @classmethod
    def counted(
        cls,
        counts: Mapping[str, int],
        seconds: float,
        problems: Iterable[Problem],
        withheld: Iterable[Problem] = (),
    ) -> RefreshReport:
        """A report whose counts are given by name; one that isn't there is 0."""
        known: dict[str, Any] = {name: counts.get(name, 0) for name in COUNTS}
        return cls(**known, seconds=seconds, problems=tuple(problems), withheld=tuple(withheld))

    def followed_by(self, later: RefreshReport) -> RefreshReport:
        """The report of this run and one over some of the same folders as one."""
        counts = {name: getattr(self, name) + getattr(later, name) for name in COUNTS}
        counts["unchanged"] = self.unchanged
        return RefreshReport.counted(
            counts,
            self.seconds + later.seconds,
            dict.fromkeys((*self.problems, *later.problems)),
            (*self.withheld, *later.withheld),
        )


@dataclass(frozen=True, slots=True)
class IndexCheck:
    """The index held against the catalog.

    `by_words_alone` passages have no vectors because the embedder doesn't know their language. `missing` and
    `surplus` count rows by part of the index, `words` and `meaning`. Of `samples` passages, `samples_lost`
    were not found by their own words and vector.
    """

    passages: int
    with_vectors: int
    by_words_alone: int
    missing: dict[str, int]
    surplus: dict[str, int]
    samples: int
    samples_lost: int

    @property
    def is_sound(self) -> bool:
        """Whether the index is what the catalog says."""
        return not (any(self.missing.values()) or any(self.surplus.values()) or self.samples_lost)


@dataclass(frozen=True, slots=True)
class LastRun:
    """The refresh that ended last: the `number`th of this catalog, in UTC, with its counts by `COUNTS`."""

    number: int
    finished_at: datetime
    seconds: float
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change of the embedding model that isn't over: `passages` lack the vectors of the one that is wanted.

    Until none does, `model`, the one before, serves.
    """

    model: str
    passages: int


@dataclass(frozen=True, slots=True)
class KnowledgeStatus:
    """What is known, with what, and how fresh. `problems` are the last run's, withheld folders included."""

    documents: int
    passages: int
    passages_by_language: dict[Language, int]
    generation: int
    embedder: EmbedderStatus | None
    last_run: LastRun | None
    last_whole_run: LastRun | None  # over everything, to its end
    problems: tuple[Problem, ...]
    waiting: Waiting | None = None
    running: Running | None = None  # of the run that is under way in this process

    @property
    def last_whole_refresh(self) -> datetime | None:
        """When the last refresh of everything ended, in UTC."""
        return self.last_whole_run.finished_at if self.last_whole_run else None

    @property
    def last_refresh(self) -> datetime | None:
        """When the last refresh ended, in UTC."""
        return self.last_run.finished_at if self.last_run else None
