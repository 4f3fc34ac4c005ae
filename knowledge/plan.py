"""What a refresh has to do: the files of a source held against what the catalog knows of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from knowledge.catalog.records import GivenUp, KnownFile
from knowledge.errors import InvalidFolder, RemovalWithheld, Unreadable
from knowledge.reports import Problem
from knowledge.sources.folders import FileState, Scan
from knowledge.types import ParsedDocument, Scope

# A file that can't be looked at now is not a file that is gone: what is known of it stays.
PASSING = frozenset({"permission", "io", "changing", "vanished"})
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
        loaders: of which a nested one owns its files, not the one around it.
        known_files: the live versions by uri.
        excluded: uris that are not wanted.
        recipe: how passages are made now.
        given_up: files that can't be used as they are, by uri: not read again until they have changed.
    """
    plan = Plan()
    owned = _by_root(loaders, known_files)
    seen: set[str] = set()
    for loader, mine in owned:
        plan.known[loader.root] = len(mine)
        try:
            scan = loader.scan()
        except InvalidFolder as error:
            reason = RemovalWithheld(path=loader.root, reason="gone", missing=len(mine), known=len(mine))
            plan.withheld.append((loader.root, Problem(loader.root, reason if mine else error)))
            seen.update(mine)
            continue
        plan.seen[loader.root] = len(scan.files) + len(scan.problems)
        for file in scan.files:
            uri = file.uri
            if uri in seen or uri in excluded:
                continue
            seen.add(uri)
            known = mine.get(uri)
            failed = given_up.get(uri)
            if known is None and failed and (failed.size, failed.mtime_ns) == (file.size, file.mtime_ns):
                plan.problems.append((loader.root, failed.problem))
                plan.spent[uri] = (file.size, file.mtime_ns)
            elif (
                known is not None
                and known.mtime_ns == file.mtime_ns
                and known.size == file.size
                and known.scope == loader.scope
                and known.recipe == recipe
            ):
                plan.unchanged += 1
            else:
                plan.work.append(Work(loader, file, known))
        unseen = _note_problems(plan, loader.root, scan, seen)
        plan.missing[loader.root] = [
            file for uri, file in mine.items() if uri not in seen and not uri.startswith(unseen)
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
        if not missing:
            continue
        emptied = plan.seen.get(root, 0) == 0 and not moved
        many = len(missing) > max(_BELIEVED_MISSING, _BELIEVED_SHARE * plan.known[root])
        if (emptied or many) and not always:
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


def _by_root(
    loaders: Iterable[Loader], known_files: Mapping[str, KnownFile]
) -> list[tuple[Loader, dict[str, KnownFile]]]:
    """Each loader with the documents that are its own: those of the innermost root around them."""
    ordered = sorted(loaders, key=lambda loader: len(loader.root), reverse=True)
    owned: list[tuple[Loader, dict[str, KnownFile]]] = [(loader, {}) for loader in ordered]
    prefixes = [(loader.root.rstrip("/") + "/", mine) for loader, mine in owned]
    for uri, file in known_files.items():
        for prefix, mine in prefixes:
            if uri.startswith(prefix):
                mine[uri] = file
                break
    return owned


def _note_problems(plan: Plan, root: str, scan: Scan, seen: set[str]) -> tuple[str, ...]:
    """Keep the scan's problems; gives the prefixes of uris that couldn't be looked at."""
    unseen: list[str] = []
    for problem in scan.problems:
        plan.problems.append((root, Problem(problem.uri, problem.error)))
        if isinstance(problem.error, Unreadable) and problem.error.parameters["reason"] in PASSING:
            seen.add(problem.uri)
            unseen.append(problem.uri.rstrip("/") + "/")
    return tuple(unseen)
