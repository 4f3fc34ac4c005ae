"""One run: what the sources have now becomes what the library knows, a batch of documents at a time.

Every batch is atomic (`Library.replace`), so a run may end anywhere; the next one goes on from what is live.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from knowledge.catalog import notes, reading
from knowledge.catalog.records import KnownFile
from knowledge.errors import SaseoError, Unreadable
from knowledge.ingest import Draft, Ingest, content_hash, texts_by_hash
from knowledge.library import Library
from knowledge.plan import PASSING, Loader, Plan, Work, believe_missing, make_plan
from knowledge.reports import COUNTS, Problem, Progress, RefreshReport, Stage

_log = logging.getLogger(__name__)
_BATCH_CHARACTERS = 300_000  # some hundred passages: enough to sort by length, soon enough to be seen
_BATCH_DOCUMENTS = 500
# Reasons of Unreadable for files that should have been read; all others are of no use to us, and are skipped.
_FAILURES = PASSING | {"malformed", "encoding", "broken_link", "link_loop"}


class Stopped(Exception):
    """The run was asked to stop. What was done stays done."""


@dataclass(slots=True)
class _Tally:
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, Problem]] = field(default_factory=list)  # with the loader's root
    spent: dict[str, tuple[int, int]] = field(
        default_factory=dict
    )  # size and time of files that can't be used

    def problem(self, root: str, uri: str, error: SaseoError) -> None:
        reason = str(error.parameters.get("reason", ""))
        self.counts["failed" if reason in _FAILURES else "skipped"] += 1
        self.problems.append((root, Problem(uri, error)))


class Refresh:
    """A run over some loaders. Used once."""

    def __init__(
        self,
        library: Library,
        ingest: Ingest,
        loaders: Sequence[Loader],
        *,
        progress: Callable[[Progress], None],
        stopped: Callable[[], bool],
        believe_removals: bool = False,
    ) -> None:
        self._library = library
        self._ingest = ingest
        self._loaders = loaders
        self._progress = progress
        self._stopped = stopped
        self._believe_removals = believe_removals
        self._began = time.monotonic()
        self._tally = _Tally()
        self._moved: set[int] = set()

    def run(self, orphans: Iterable[KnownFile] = ()) -> RefreshReport:
        """Do it; `orphans` are documents that belong to no loader any more, and are forgotten."""
        self._tell("scanning", 0, 0)
        with self._library.catalog.read() as connection:
            known = reading.known_files(connection)
            excluded = notes.excluded_uris(connection)
            given_up = notes.given_up(connection)
        plan = make_plan(self._loaders, known, excluded, self._ingest.recipe, given_up)
        self._tally.counts["unchanged"] = plan.unchanged
        self._tally.spent.update(plan.spent)
        for root, problem in plan.problems:
            self._tally.problem(root, problem.uri, problem.error)
        changed = self._read_all(plan)
        gone = believe_missing(plan, self._moved, always=self._believe_removals)
        gone += [file.document_id for file in orphans if file.document_id not in self._moved]
        if gone:
            self._library.forget(gone)
            self._tally.counts["removed"] += len(gone)
        self._tell("finishing", len(plan.work), len(plan.work))
        if changed or gone:
            self._library.finish()
        return self._report(plan)

    def report_so_far(self) -> RefreshReport:
        """What was done of a run that was stopped."""
        counts = self._tally.counts
        return RefreshReport(
            **{name: counts[name] for name in COUNTS},
            seconds=time.monotonic() - self._began,
            problems=tuple(problem for _, problem in self._tally.problems),
        )

    def _report(self, plan: Plan) -> RefreshReport:
        report = replace(self.report_so_far(), withheld=tuple(problem for _, problem in plan.withheld))
        with self._library.catalog.write() as connection:
            roots = [loader.root for loader in self._loaders]
            notes.replace_problems(connection, roots, self._tally.problems, plan.withheld, self._tally.spent)
            notes.record_run(connection, report)
        return report

    def _read_all(self, plan: Plan) -> bool:
        """Read and index the planned files; gives whether anything was written."""
        missing = {file.content_hash: file for files in plan.missing.values() for file in files}
        batch: list[Draft] = []
        forgotten: list[int] = []
        touched: list[Work] = []
        wrote = False
        for done, work in enumerate(plan.work):
            self._tell("reading", done, len(plan.work), work.file.uri)
            if self._stopped():
                break
            try:
                draft = self._draft(work, missing)
            except Unreadable as error:
                self._give_up(work, error, forgotten)
                continue
            if draft is None:
                touched.append(work)
                self._tally.counts["unchanged"] += 1
                continue
            self._tally.counts["moved" if draft.replaces else "changed" if work.known else "added"] += 1
            batch.append(draft)
            weight = sum(draft.weight for draft in batch)
            if weight >= _BATCH_CHARACTERS or len(batch) >= _BATCH_DOCUMENTS:
                self._write(batch, forgotten, done + 1, len(plan.work))
                batch, forgotten, wrote = [], [], True
        if batch or forgotten:
            self._write(batch, forgotten, len(plan.work), len(plan.work))
            wrote = True
        if touched:
            self._library.touch(
                [(w.known.document_id, w.file.size, w.file.mtime_ns) for w in touched if w.known]
            )
        return wrote

    def _draft(self, work: Work, missing: dict[str, KnownFile]) -> Draft | None:
        """The document, or None when its content and everything else is what is live."""
        data = work.loader.read(work.file)
        digest = content_hash(data)
        known = work.known
        if (
            known is not None
            and known.content_hash == digest
            and known.recipe == self._ingest.recipe
            and known.scope == work.loader.scope
        ):
            return None
        document = work.loader.parse(work.file, data)
        replaces = ""
        if known is None and (former := missing.pop(digest, None)) is not None:
            replaces = former.uri
            self._moved.add(former.document_id)
        return self._ingest.draft(work.file, work.loader.scope, digest, document, replaces)

    def _give_up(self, work: Work, error: Unreadable, forgotten: list[int]) -> None:
        """Note a file that can't be read; what was known of it goes, unless it is out of reach for now."""
        self._tally.problem(work.loader.root, work.file.uri, error)
        if error.parameters["reason"] in PASSING:
            return
        self._tally.spent[work.file.uri] = (work.file.size, work.file.mtime_ns)
        if work.known is not None:
            forgotten.append(work.known.document_id)
            self._tally.counts["removed"] += 1

    def _write(self, batch: Sequence[Draft], forgotten: Sequence[int], done: int, total: int) -> None:
        versions = self._ingest.versions(batch)
        lacking = self._library.without_vectors(texts_by_hash(versions))
        name = batch[-1].file.uri if batch else ""

        def check(_: int) -> None:
            self._tell("reading", done, total, name)
            if self._stopped():
                raise Stopped

        self._library.replace(versions, self._ingest.embed(lacking, check), forgotten)

    def _tell(self, stage: Stage, done: int, total: int, item: str = "") -> None:
        self._progress(Progress(stage, done, total, item, time.monotonic() - self._began))


def embed_live(
    library: Library, ingest: Ingest, progress: Callable[[Progress], None], stopped: Callable[[], bool]
) -> None:
    """Give live passages the vectors they lack, after the embedding model was changed or first came."""
    began = time.monotonic()
    texts = library.texts_without_vectors()
    if not texts:
        return
    _log.info("embedding %d passages that have no vectors of the current model", len(texts))
    hashes = sorted(texts, key=lambda text_hash: len(texts[text_hash]))
    step = 1_024
    for start in range(0, len(hashes), step):

        def check(done: int, start: int = start) -> None:
            elapsed = time.monotonic() - began
            progress(Progress("indexing", start + done, len(hashes), "", elapsed))
            if stopped():
                raise Stopped

        part = {text_hash: texts[text_hash] for text_hash in hashes[start : start + step]}
        library.adopt_vectors(ingest.embed(part, check))
    library.reload()
    library.finish()


def orphaned(known: Iterable[KnownFile], roots: Collection[str]) -> list[KnownFile]:
    """Documents that lie under none of the roots: their folder was taken off the settings."""
    prefixes = tuple(root.rstrip("/") + "/" for root in roots)
    return [file for file in known if not file.uri.startswith(prefixes)]
