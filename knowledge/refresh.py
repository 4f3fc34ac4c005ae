"""One run: what the sources have now becomes what the library knows, a batch of documents at a time.

Every batch is atomic (`Library.replace`), so a run may end anywhere; the next one goes on from what is live.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from knowledge.catalog import notes, reading
from knowledge.catalog.records import GivenUp, KnownFile, NewVersion, Spent
from knowledge.embedders import Embedders
from knowledge.errors import PartlyRead, SaseoError, Unreadable
from knowledge.ingest import Draft, Ingest, content_hash
from knowledge.library import Library
from knowledge.plan import PASSING, RETRIED, Loader, Plan, Work, believe_missing, make_plan, next_try
from knowledge.reports import Problem, Progress, RefreshReport, Stage

_log = logging.getLogger(__name__)
_BATCH_CHARACTERS = 300_000  # some hundred passages: enough to sort by length, soon enough to be seen
_BATCH_DOCUMENTS = 500
_EMBED_LIVE_AT_ONCE = 256  # texts whose vectors are kept together: what a stop may cost
# Reasons of Unreadable for files that should have been read; all others are of no use to us, and are skipped.
_FAILURES = PASSING | {
    "malformed",
    "encoding",
    "broken_link",
    "link_loop",
    "too_complex",
    "timed_out",
    "crashed",
}
_EMBEDDING = ""  # stands for a root in the problem of a model that can't be used


class Stopped(Exception):
    """The run was asked to stop. What was written stays; what was only read is read again."""


@dataclass(slots=True)
class _Tally:
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, Problem]] = field(default_factory=list)  # with the loader's root
    spent: dict[str, Spent] = field(default_factory=dict)  # files that can't be used as they are

    def problem(self, root: str, uri: str, error: SaseoError) -> None:
        reason = str(error.parameters.get("reason", ""))
        self.counts["failed" if reason in _FAILURES else "skipped"] += 1
        self.problems.append((root, Problem(uri, error)))


@dataclass(slots=True)
class _Batch:
    """What is written at once."""

    drafts: list[tuple[Work, Draft]] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)  # ids of documents
    touched: list[tuple[int, int, int]] = field(default_factory=list)  # document ids, sizes, times
    weight: int = 0

    @property
    def is_full(self) -> bool:
        many = len(self.drafts) + len(self.touched) >= _BATCH_DOCUMENTS
        return many or self.weight >= _BATCH_CHARACTERS


class Refresh:
    """A run over some loaders. Used once.

    New versions get the vectors of the model that serves. What lacks those of the wanted one gets them at the
    end; mostly both are the same.
    """

    def __init__(
        self,
        library: Library,
        ingest: Ingest,
        embedders: Embedders,
        loaders: Sequence[Loader],
        *,
        progress: Callable[[Progress], None],
        stopped: Callable[[], bool],
        believed: Collection[str] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._library = library
        self._ingest = ingest
        self._vectors, self._wanted = embedders.vectors(library.embedder)
        self._loaders = loaders
        self._progress = progress
        self._stopped = stopped
        self._believed = believed  # roots whose missing files are forgotten, however many
        # What could not be read, or not all of it, is tried again when the way to read has changed.
        self._reading = ingest.recipe_in_part
        self._recipes = (ingest.recipe, ingest.recipe_in_part)
        self._began = time.monotonic()
        self._tally = _Tally()
        self._moved: set[int] = set()
        self._now = now
        self._given_up: dict[str, GivenUp] = {}

    def run(self, *, whole: bool = False, brief: bool = False) -> RefreshReport:
        """Do it. With `whole`, documents that belong to no loader any more are forgotten.

        `brief`: passages of other documents that lack vectors are left to another run.
        """
        plan = self._plan()
        self._read_all(plan, plan.orphans if whole else [])
        self._forget_missing(plan, plan.orphans if whole else [])
        if not brief:
            self._embed_live()
        self._tell("finishing", len(plan.work), len(plan.work))
        self._library.finish()
        return self._report(plan, whole=whole)

    def report_so_far(self) -> RefreshReport:
        """What was done of a run that was stopped."""
        counts = self._tally.counts
        return RefreshReport.counted(
            counts, time.monotonic() - self._began, [problem for _, problem in self._tally.problems]
        )

    def _plan(self) -> Plan:
        self._tell("scanning", 0, 0)
        recipes = self._recipes
        with self._library.catalog.read() as connection:
            signatures = reading.signatures(connection)
            excluded = notes.excluded_uris(connection)
            self._given_up = notes.given_up(connection, self._reading)
        plan = make_plan(
            self._loaders, signatures, self._known_files, excluded, recipes, self._given_up, self._now()
        )
        self._tally.counts["unchanged"] = plan.unchanged
        self._tally.spent.update(plan.spent)
        for root, problem in plan.problems:
            self._tally.problem(root, problem.uri, problem.error)
        return plan

    def _known_files(self, uris: Sequence[str]) -> dict[str, KnownFile]:
        with self._library.catalog.read() as connection:
            return reading.known_files(connection, uris)

    def _report(self, plan: Plan, *, whole: bool) -> RefreshReport:
        failures = dict.fromkeys((self._vectors.failure, self._wanted.failure))
        self._tally.problems += [(_EMBEDDING, failure) for failure in failures if failure is not None]
        in_part = self._read_in_part()
        so_far = self.report_so_far()
        report = replace(
            so_far,
            problems=(*so_far.problems, *(problem for _, problem in in_part)),
            withheld=tuple(problem for _, problem in plan.withheld),
        )
        tally, roots = self._tally, [_EMBEDDING, *(loader.root for loader in self._loaders)]
        with self._library.catalog.write() as connection:
            # Of a document with several problems the catalog keeps the last.
            found = [*in_part, *tally.problems]
            notes.replace_problems(connection, roots, found, plan.withheld, tally.spent, self._reading)
            notes.record_run(connection, report, whole=whole)
        return report

    def _read_in_part(self) -> list[tuple[str, Problem]]:
        """What is left out of live documents of these loaders, however long ago they were read."""
        with self._library.catalog.read() as connection:
            found = reading.omissions(connection)
        roots = sorted((loader.root for loader in self._loaders), key=len, reverse=True)
        return [
            (root, Problem(uri, PartlyRead(reason=each.reason, detail=each.detail)))
            for uri, omissions in found.items()
            for root in [next((root for root in roots if uri.startswith(root.rstrip("/") + "/")), None)]
            for each in omissions
            if root is not None
        ]

    def _read_all(self, plan: Plan, orphans: Iterable[KnownFile]) -> None:
        """Read and index the planned files."""
        missing: defaultdict[str, list[KnownFile]] = defaultdict(list)  # by content
        for file in (*(file for files in plan.missing.values() for file in files), *orphans):
            missing[file.content_hash].append(file)
        batch = _Batch()
        for done, work in enumerate(plan.work):
            self._tell("reading", done, len(plan.work), work.file.uri)
            if self._stopped():
                raise Stopped
            try:
                with _one_document(work):
                    self._read(work, batch, missing)
            except Unreadable as error:
                self._give_up(work, error, batch)
            if batch.is_full:
                self._write(batch, done + 1, len(plan.work))
                batch = _Batch()
        self._write(batch, len(plan.work), len(plan.work))

    def _read(self, work: Work, batch: _Batch, missing: dict[str, list[KnownFile]]) -> None:
        """Add a document to the batch."""
        data = work.loader.read(work.file)
        digest = content_hash(data)
        known, scope = work.known, work.loader.scope
        if (
            known is not None
            and known.recipe in self._recipes
            and (known.content_hash, known.scope) == (digest, scope)
        ):
            batch.touched.append((known.document_id, work.file.size, work.file.mtime_ns))
            return
        document = work.loader.parse(work.file, data)
        draft = Draft(work.file, scope, digest, document)
        if known is None and missing[digest]:
            former = missing[digest].pop()
            self._moved.add(former.document_id)
            draft = replace(draft, replaces=former.uri)
        batch.drafts.append((work, draft))
        batch.weight += draft.weight

    def _give_up(self, work: Work, error: Unreadable, batch: _Batch) -> None:
        """Note a file that can't be read; what was known of it goes, unless it is out of reach for now."""
        self._tally.problem(work.loader.root, work.file.uri, error)
        reason = error.parameters["reason"]
        if reason in RETRIED:
            before = self._given_up.get(work.file.uri)
            self._tally.spent[work.file.uri] = next_try(
                work.file, before.spent if before else None, self._now()
            )
        elif reason not in PASSING:
            self._tally.spent[work.file.uri] = Spent(work.file.size, work.file.mtime_ns)
        if reason in PASSING:
            return
        if work.known is not None:
            batch.forgotten.append(work.known.document_id)

    def _write(self, batch: _Batch, done: int, total: int) -> None:
        name = batch.drafts[-1][0].file.uri if batch.drafts else ""

        def check() -> None:
            self._tell("reading", done, total, name)
            if self._stopped():
                raise Stopped

        def check_embedding(embedded: int) -> None:
            self._tell("indexing", embedded, len(lacking), name)
            if self._stopped():
                raise Stopped

        versions = self._versions(batch, check)
        if versions or batch.forgotten:
            if versions:
                self._library.embed_languages(self._vectors.embedder, self._vectors.languages)
            lacking = self._library.spaces.texts_to_embed(versions)
            self._library.replace(versions, self._vectors.embed(lacking, check_embedding), batch.forgotten)
        self._library.touch(batch.touched)
        counts = self._tally.counts
        for work, draft in batch.drafts:
            counts["moved" if draft.replaces else "changed" if work.known else "added"] += 1
        counts["removed"] += len(batch.forgotten)
        counts["unchanged"] += len(batch.touched)

    def _versions(self, batch: _Batch, check: Callable[[], None]) -> list[NewVersion]:
        """The batch's documents, analysed; one that makes the analysis fail leaves the batch."""
        try:
            return self._ingest.versions([draft for _, draft in batch.drafts], check)
        except (SaseoError, Stopped):
            raise
        except Exception:  # noqa: BLE001 - told below, of the document that it comes from
            _log.exception("analysing %d documents failed; now one by one", len(batch.drafts))
        versions: list[NewVersion] = []
        together, batch.drafts = batch.drafts, []
        for work, draft in together:
            try:
                with _one_document(work):
                    versions += self._ingest.versions([draft], check)
                batch.drafts.append((work, draft))
            except Unreadable as error:
                self._give_up(work, error, batch)
        return versions

    def _forget_missing(self, plan: Plan, orphans: Iterable[KnownFile]) -> None:
        gone = believe_missing(plan, self._moved, self._believed)
        gone += [file.document_id for file in orphans if file.document_id not in self._moved]
        if gone:
            self._library.forget(gone)
            self._tally.counts["removed"] += len(gone)

    def _embed_live(self) -> None:
        """Give live passages the vectors they lack, after the embedding model was changed or first came."""
        if self._wanted.failure is not None or not self._library.lacks_vectors():
            return
        self._library.embed_languages(self._wanted.embedder, self._wanted.languages)
        texts = self._library.spaces.texts_without_vectors()
        _log.info("embedding %d passages that have no vectors of the current model", len(texts))
        hashes = sorted(texts, key=lambda text_hash: len(texts[text_hash]))
        try:
            for start in range(0, len(hashes), _EMBED_LIVE_AT_ONCE):

                def check(done: int, start: int = start) -> None:
                    self._tell("indexing", start + done, len(hashes))
                    if self._stopped():
                        raise Stopped

                part = {
                    text_hash: texts[text_hash] for text_hash in hashes[start : start + _EMBED_LIVE_AT_ONCE]
                }
                self._library.adopt_vectors(self._wanted.embed(part, check))
                if self._wanted.failure is not None:
                    break
        finally:
            self._library.reload()

    def _tell(self, stage: Stage, done: int, total: int, item: str = "") -> None:
        self._progress(Progress(stage, done, total, item, time.monotonic() - self._began))


@contextmanager
def _one_document(work: Work) -> Iterator[None]:
    """A fault of ours, or of a library, that one document brings out must not end the run for all others.

    The log has the whole of it; the document counts as out of reach, so that what is known of it stays.
    """
    try:
        yield
    except (SaseoError, Stopped):
        raise
    except Exception as error:
        _log.exception("reading %s failed", work.file.uri)
        raise Unreadable(reason="unexpected", detail=type(error).__name__) from error
