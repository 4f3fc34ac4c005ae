"""What a refresh has to do: the files of a source held against what the catalog knows of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from knowledge.catalog.records import GivenUp, KnownFile
from knowledge.errors import InvalidFolder, RemovalWithheld, SaseoError
from knowledge.reports import Problem
from knowledge.sources.folders import FileState, Scan
from knowledge.types import ParsedDocument, Scope

# A file that can't be looked at now is not a file that is gone: what is known of it stays.
PASSING = frozenset({"permission", "io", "changing", "vanished", "unexpected"})
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
    spent: dict[str, tuple[int, int]] = field(default_factory=dict)  # size and time of files given up before
    withheld: list[tuple[str, Problem]] = field(default_factory=list)


def make_plan(
    loaders: Iterable[Loader],
    known_files: Mapping[str, KnownFile],
    excluded: Collection[str],
    recipe: str,
    given_up: Mapping[str, GivenUp],
) -> Plan:
    """Scan every loader and compare.

    Args:
        loaders: of which a nested one owns all that lies under its root, whether it takes it or not: what it
            leaves out must not come in with the scope of the one around it.
        known_files: the live versions by uri.
        excluded: uris that are not wanted.
        recipe: how passages are made now.
        given_up: files that can't be used as they are, by uri: not read again until they have changed.
    """
    plan = Plan()
    innermost_first = sorted(loaders, key=lambda loader: len(loader.root), reverse=True)
    owned, plan.orphans = _by_root([_under(loader.root) for loader in innermost_first], known_files)
    prefixes: list[str] = []
    for loader, mine in zip(innermost_first, owned, strict=True):
        nested = tuple(prefix for prefix in prefixes if prefix.startswith(_under(loader.root)))
        prefixes.append(_under(loader.root))
        plan.known[loader.root] = len(mine)
        try:
            scan = loader.scan()
        except InvalidFolder as error:
            plan.withheld.append((loader.root, Problem(loader.root, _out_of_reach(error, loader, len(mine)))))
            continue
        seen: set[str] = set()
        for file in scan.files:
            uri = file.uri
            if (nested and uri.startswith(nested)) or uri in excluded:
                continue
            seen.add(uri)
            known = mine.get(uri)
            if (
                known is not None
                and known.mtime_ns == file.mtime_ns
                and known.size == file.size
                and known.scope == loader.scope
                and known.recipe == recipe
            ):
                plan.unchanged += 1
            elif known is None and uri in given_up and _is_same(given_up[uri], file):
                plan.problems.append((loader.root, given_up[uri].problem))
                plan.spent[uri] = (file.size, file.mtime_ns)
            else:
                plan.work.append(Work(loader, file, known))
        plan.seen[loader.root] = len(seen) + len(scan.problems)
        unseen = _note_problems(plan, loader.root, scan, nested)
        plan.missing[loader.root] = [
            file
            for uri, file in mine.items()
            if uri not in seen and uri not in unseen and not uri.startswith(tuple(map(_under, unseen)))
        ]
    return plan


def believe_missing(plan: Plan, moved: Collection[int], *, always: bool) -> list[int]:
    """Ids of documents to forget; a root whose missing files aren't believed is told of in `plan.withheld`.

    Args:
        plan: its problems grow.
        moved: ids of missing documents that were found elsewhere.
        always: believe everything: a person said so.
    """
    gone: list[int] = []
    for root, files in plan.missing.items():
        missing = [file for file in files if file.document_id not in moved]
        emptied = plan.seen[root] == 0
        many = len(missing) > max(_BELIEVED_MISSING, _BELIEVED_SHARE * plan.known[root])
        if missing and (emptied or many) and not always:
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


def _under(root: str) -> str:
    return root.rstrip("/") + "/"


def _by_root(
    prefixes: list[str], known_files: Mapping[str, KnownFile]
) -> tuple[list[dict[str, KnownFile]], list[KnownFile]]:
    """The documents of each root, the first that fits (the innermost), and those of none."""
    owned: list[dict[str, KnownFile]] = [{} for _ in prefixes]
    orphans: list[KnownFile] = []
    for uri, file in known_files.items():
        for prefix, mine in zip(prefixes, owned, strict=True):
            if uri.startswith(prefix):
                mine[uri] = file
                break
        else:
            orphans.append(file)
    return owned, orphans


def _out_of_reach(error: InvalidFolder, loader: Loader, known: int) -> SaseoError:
    """What is said of a folder that couldn't be scanned."""
    if known and error.parameters["reason"] == "missing":
        return RemovalWithheld(path=loader.root, reason="gone", missing=known, known=known)
    return error


def _is_same(given_up: GivenUp, file: FileState) -> bool:
    return (given_up.size, given_up.mtime_ns) == (file.size, file.mtime_ns)


def _note_problems(plan: Plan, root: str, scan: Scan, nested: tuple[str, ...]) -> set[str]:
    """Keep the scan's problems; gives the uris of files and folders that couldn't be looked at."""
    unseen: set[str] = set()
    for problem in scan.problems:
        if problem.uri.startswith(nested):
            continue
        plan.problems.append((root, Problem(problem.uri, problem.error)))
        if problem.error.parameters["reason"] in PASSING:
            unseen.add(problem.uri)
    return unseen
