"""What a refresh has to do: the files of a source held against what the catalog knows of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from knowledge.catalog.records import GivenUp, KnownFile, Spent, signature, uri_of
from knowledge.errors import InvalidFolder, RemovalWithheld, SaseoError
from knowledge.reports import Problem
from knowledge.sources.folders import FileState, Scan
from knowledge.types import ParsedDocument, Scope

# A file that can't be looked at now is not a file that is gone: what is known of it stays.
PASSING = frozenset({"permission", "io", "changing", "vanished", "stalled", "unexpected"})
# What may have been the machine's fault is tried again after a pause, a longer one each time.
RETRIED = frozenset({"io", "unexpected", "timed_out", "crashed"})
_FIRST_PAUSE = timedelta(minutes=15)
_LONGEST_PAUSE = timedelta(days=1)
_BELIEVED_MISSING = 10  # so many files may be missing at once, whatever share of a folder they are
_BELIEVED_SHARE = 0.5


class Loader(Protocol):
    """Where documents come from: a shared folder, or anything else that can list and read."""

    @property
    def root(self) -> str:
        """What every uri of this loader begins with."""

    @property
    def scope(self) -> Scope:
        """Who may read its documents."""

    def scan(self) -> Scan:
        """What is there now. Raises InvalidFolder when the place itself isn't there."""

    def read(self, file: FileState) -> bytes:
        """A file's bytes. Raises Unreadable."""

    def parse(self, file: FileState, data: bytes) -> ParsedDocument:
        """A file's text and structure. Raises Unreadable."""


@dataclass(frozen=True, slots=True)
class Work:
    """A file to read: it is new, or its time, size, scope or recipe differ from the live version's."""

    loader: Loader
    file: FileState
    known: KnownFile | None


@dataclass(slots=True)
class Plan:
    """What is to be read, what is missing, and what could not be scanned."""

    work: list[Work] = field(default_factory=list)
    unchanged: int = 0
    missing: dict[str, list[KnownFile]] = field(default_factory=dict)  # by loader's root
    orphans: list[KnownFile] = field(default_factory=list)  # documents that lie under no root
    known: dict[str, int] = field(default_factory=dict)  # how many documents each root had
    seen: dict[str, int] = field(default_factory=dict)  # how many files each root has
    problems: list[tuple[str, Problem]] = field(default_factory=list)  # with the root
    spent: dict[str, Spent] = field(default_factory=dict)  # files given up before, by uri
    withheld: list[tuple[str, Problem]] = field(default_factory=list)


def make_plan(
    loaders: Iterable[Loader],
    signatures: set[str],
    known_files: Callable[[Sequence[str]], Mapping[str, KnownFile]],
    excluded: Collection[str],
    recipes: Sequence[str],
    given_up: Mapping[str, GivenUp],
    now: datetime | None = None,
) -> Plan:
    """Scan every loader and compare.

    Args:
        loaders: of which a nested one owns all that lies under its root, whether it takes it or not: what it
            leaves out must not come in with the scope of the one around it.
        signatures: of all live versions; used up.
        known_files: reads the live versions of some uris.
        excluded: uris that are not wanted.
        recipes: by which documents are made now.
        given_up: files that can't be used as they are, by uri: not read again until they have changed, or
            their time has come.
        now: the time, aware.
    """
    plan = Plan()
    places: list[_Place] = []
    for loader in sorted(loaders, key=lambda loader: len(loader.root), reverse=True):
        nested = tuple(under for place in places if (under := place.under).startswith(_under(loader.root)))
        places.append(_Place(loader, nested))
        places[-1].scan(plan, signatures, excluded, recipes)
    left = known_files(sorted(map(uri_of, signatures)))
    owned, plan.orphans = _by_root([place.under for place in places], left)
    for place, mine in zip(places, owned, strict=True):
        place.compare(plan, mine, given_up, now or datetime.now(UTC))
    return plan


@dataclass(slots=True)
class _Place:
    """A loader, and how its files differ from what is known."""

    loader: Loader
    nested: tuple[str, ...]  # prefixes of uris that belong to other loaders
    unchanged: int = 0
    differing: list[FileState] = field(default_factory=list)
    unseen: set[str] = field(default_factory=set)  # uris of files and folders that couldn't be looked at
    error: InvalidFolder | None = None

    @property
    def under(self) -> str:
        return _under(self.loader.root)

    def scan(
        self, plan: Plan, signatures: set[str], excluded: Collection[str], recipes: Sequence[str]
    ) -> None:
        """Take the signatures of files that are as they were away from those given."""
        root, scope, nested = self.loader.root, self.loader.scope, self.nested
        try:
            found = self.loader.scan()
        except InvalidFolder as error:
            self.error = error
            return
        for file in found.files:
            uri, _, size, mtime_ns = file
            if (nested and uri.startswith(nested)) or uri in excluded:
                continue
            for recipe in recipes:
                line = signature(uri, size, mtime_ns, scope, recipe)
                if line in signatures:
                    signatures.remove(line)
                    self.unchanged += 1
                    break
            else:
                self.differing.append(file)
        plan.unchanged += self.unchanged
        plan.seen[root] = self.unchanged + len(self.differing) + len(found.problems)
        for problem in found.problems:
            if not problem.uri.startswith(nested):
                plan.problems.append((root, Problem(problem.uri, problem.error)))
                if problem.error.parameters["reason"] in PASSING:
                    self.unseen.add(problem.uri)

    def compare(
        self, plan: Plan, mine: dict[str, KnownFile], given_up: Mapping[str, GivenUp], now: datetime
    ) -> None:
        """Add what differs to the plan, and what is missing. `mine` are the documents without such a file."""
        loader, root = self.loader, self.loader.root
        plan.known[root] = self.unchanged + len(mine)
        if self.error is not None:
            plan.withheld.append((root, Problem(root, _out_of_reach(self.error, root, len(mine)))))
            return
        for file in self.differing:
            known = mine.pop(file.uri, None)
            failed = given_up.get(file.uri)
            # Who may read a document changes at once, whatever became of the file.
            is_settled = known is None or known.scope == loader.scope
            if is_settled and failed and _rests(failed.spent, file, now):
                plan.problems.append((root, failed.problem))
                plan.spent[file.uri] = failed.spent
            else:
                plan.work.append(Work(loader, file, known))
        inside = tuple(map(_under, self.unseen))
        plan.missing[root] = [
            file for uri, file in mine.items() if uri not in self.unseen and not uri.startswith(inside)
        ]


def believe_missing(plan: Plan, moved: Collection[int], believed: Collection[str] = ()) -> list[int]:
    """Ids of documents to forget; a root whose missing files aren't believed is told of in `plan.withheld`.

    Args:
        plan: its problems grow.
        moved: ids of missing documents that were found elsewhere.
        believed: roots of which everything is believed: a person said so.
    """
    gone: list[int] = []
    for root, files in plan.missing.items():
        missing = [file for file in files if file.document_id not in moved]
        emptied = plan.seen[root] == 0
        many = len(missing) > max(_BELIEVED_MISSING, _BELIEVED_SHARE * plan.known[root])
        if missing and (emptied or many) and root not in believed:
            error = RemovalWithheld(
                path=root,
                reason="emptied" if emptied else "many",
                missing=len(missing),
                known=plan.known[root],
            )
            plan.withheld.append((root, Problem(root, error)))
        else:
            gone += [file.document_id for file in missing]
    return gone


def next_try(file: FileState, before: Spent | None, now: datetime) -> Spent:
    """When a file that failed once more, perhaps by no fault of its own, is tried again."""
    is_same = before is not None and (before.size, before.mtime_ns) == (file.size, file.mtime_ns)
    attempts = before.attempts + 1 if before is not None and is_same else 1
    pause = min(_FIRST_PAUSE * 2 ** min(attempts - 1, 10), _LONGEST_PAUSE)
    return Spent(file.size, file.mtime_ns, attempts, now + pause)


def _rests(spent: Spent, file: FileState, now: datetime) -> bool:
    if (spent.size, spent.mtime_ns) != (file.size, file.mtime_ns):
        return False
    # Further ahead than the longest pause only a clock that was wrong has set it.
    return spent.retry_at is None or now < spent.retry_at <= now + _LONGEST_PAUSE


def _under(root: str) -> str:
    return root.rstrip("/") + "/"


def _by_root(
    prefixes: Sequence[str], files: Mapping[str, KnownFile]
) -> tuple[list[dict[str, KnownFile]], list[KnownFile]]:
    """The documents of each root, the first that fits (the innermost), and those of none."""
    owned: list[dict[str, KnownFile]] = [{} for _ in prefixes]
    orphans: list[KnownFile] = []
    for uri, file in files.items():
        for prefix, mine in zip(prefixes, owned, strict=True):
            if uri.startswith(prefix):
                mine[uri] = file
                break
        else:
            orphans.append(file)
    return owned, orphans


def _out_of_reach(error: InvalidFolder, root: str, known: int) -> SaseoError:
    """What is said of a folder that couldn't be scanned."""
    if known and error.parameters["reason"] == "missing":
        return RemovalWithheld(path=root, reason="gone", missing=known, known=known)
    return error
