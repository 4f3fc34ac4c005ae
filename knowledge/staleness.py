"""Which sources are older than their folder's documents should be: they are marked; the reader decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from knowledge.sources.loader import root_of
from knowledge.sources.options import Folder
from knowledge.types import Answer, AnswerEvent, Finished, Found, Source


class Staleness:
    """What counts as old, folder by folder.

    Args:
        folders: the known ones; a document belongs to the innermost around it.
        usual: days, for folders that don't say.
        now: the time, aware.
    """

    def __init__(self, folders: Sequence[Folder], usual: int | None, now: datetime | None = None) -> None:
        limits = [(root_of(folder.path).rstrip("/") + "/", folder.stale_after or usual) for folder in folders]
        self._limits = sorted(limits, key=lambda limit: len(limit[0]), reverse=True)
        self._now = now or datetime.now(UTC)

    def marked(self, event: AnswerEvent) -> AnswerEvent:
        """The event, its old sources marked as such."""
        match event:
            case Found(sources=sources):
                return Found(self._marked(sources))
            case Finished(answer=answer):
                return replace(event, answer=self._of_answer(answer))
            case _:
                return event

    def _of_answer(self, answer: Answer) -> Answer:
        return replace(answer, sources=self._marked(answer.sources))

    def _marked(self, sources: Sequence[Source]) -> tuple[Source, ...]:
        return tuple(replace(source, is_stale=self._is_stale(source)) for source in sources)

    def _is_stale(self, source: Source) -> bool:
        days = next((days for root, days in self._limits if source.uri.startswith(root)), None)
        return days is not None and source.modified_at < self._now - timedelta(days=days)
