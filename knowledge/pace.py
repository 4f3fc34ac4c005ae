"""How fast a run goes, and how long it will take, from the `Progress` that it tells."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.reports import Progress


@dataclass(frozen=True, slots=True)
class Running:
    """Where a run is, `seconds` after its stage began."""

    stage: str
    done: int
    total: int
    seconds: float

    @property
    def rate(self) -> float | None:
        """Files or passages a second; None while there is too little to tell by."""
        return self.done / self.seconds if self.done and self.seconds >= 1 else None

    @property
    def left(self) -> float | None:
        """Seconds until this stage is over, if it can be told."""
        return (self.total - self.done) / self.rate if self.rate and self.total > self.done else None


class Pace:
    """Follows one run. A stage that is gone on with, after another, keeps its beginning."""

    def __init__(self) -> None:
        self._stage = ""
        self._began: dict[str, float] = {}

    def follow(self, stage: str, done: int, total: int, seconds: float) -> Running:
        """Take where a run is, `seconds` after its beginning."""
        if stage not in self._began or (stage != self._stage and not done):
            self._began[stage] = seconds
        self._stage = stage
        return Running(stage, done, total, seconds - self._began[stage])

    def at(self, progress: Progress) -> Running:
        """The same for what a run tells."""
        return self.follow(progress.stage, progress.done, progress.total, progress.seconds)
