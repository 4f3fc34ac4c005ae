"""What there is to do follows from what is there and what is known, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.catalog.records import GivenUp, KnownFile, Spent, signature
from knowledge.errors import InvalidFolder, RemovalWithheld, Unreadable
from knowledge.plan import Plan, believe_missing, make_plan
from knowledge.reports import Problem
from knowledge.sources import folders
from knowledge.sources.folders import FileState, Scan
from knowledge.types import EVERYONE, ParsedDocument, Scope

TEAM = Scope("slack:T1")
RECIPE = "now"
RECIPES = (RECIPE, "now, in part")


@dataclass
class FakeLoader:
    """A place with these files; `gone` is why it can't be scanned."""

    root: str
    files: list[FileState] = field(default_factory=list)
    problems: list[folders.Problem] = field(default_factory=list)
    scope: Scope = EVERYONE
    gone: str = ""

    def scan(self) -> Scan:
        if self.gone:
            raise InvalidFolder(path=self.root, reason=self.gone, detail="")
        return Scan(self.files, self.problems)

    def read(self, file: FileState) -> bytes:
        raise AssertionError

    def parse(self, file: FileState, data: bytes) -> ParsedDocument:
        raise AssertionError


def file(uri: str, *, size: int = 1, time: int = 1) -> FileState:
    return FileState(uri, uri, size, time)


def known(number: int, uri: str, **changes: object) -> KnownFile:
    as_it_is = KnownFile(number, uri, EVERYONE, "hash", RECIPE, 1, 1)
    return as_it_is._replace(**changes)


def plan_for(loaders, known_files=(), excluded=frozenset(), given_up=None) -> Plan:
    live = {file.uri: file for file in known_files}
    lines = {signature(f.uri, f.size, f.mtime_ns, f.scope, f.recipe) for f in known_files}
    return make_plan(
        loaders, lines, lambda uris: {uri: live[uri] for uri in uris}, excluded, RECIPES, given_up or {}
    )


def work(plan: Plan) -> list[str]:
    return [each.file.uri for each in plan.work]


@pytest.mark.parametrize(
    "change",
    [{"size": 2}, {"mtime_ns": 2}, {"scope": TEAM}, {"recipe": "before"}],
    ids=lambda change: next(iter(change)),
)
def test_any_difference_is_work(change: dict[str, object]) -> None:
    """A file whose size, time, readers or recipe aren't the live version's is read; another isn't."""
    loader = FakeLoader("/d", [file("/d/a"), file("/d/b")])
    plan = plan_for([loader], [known(1, "/d/a"), known(2, "/d/b", **change)])
    assert (work(plan), plan.unchanged) == (["/d/b"], 1)


def test_new_files_are_work_and_excluded_ones_are_not() -> None:
    """What isn't known is read, unless a person took it out."""
    plan = plan_for([FakeLoader("/d", [file("/d/a"), file("/d/b")])], excluded={"/d/a"})
    assert work(plan) == ["/d/b"]


def test_a_file_given_up_is_told_again_and_not_read() -> None:
    """What can't be used as it is waits for a change, and is reported meanwhile."""
    problem = Problem("/d/a", Unreadable(reason="binary"))
    given_up = {"/d/a": GivenUp(Spent(1, 1), problem)}
    plan = plan_for([FakeLoader("/d", [file("/d/a")])], given_up=given_up)
    assert (plan.work, plan.problems, plan.spent) == ([], [("/d", problem)], {"/d/a": Spent(1, 1)})
    assert work(plan_for([FakeLoader("/d", [file("/d/a", time=2)])], given_up=given_up)) == ["/d/a"]


def test_documents_of_no_folder_are_orphans() -> None:
    """A document belongs to a folder by its whole path: `/docs2` isn't in `/docs`."""
    plan = plan_for([FakeLoader("/docs")], [known(1, "/docs/a"), known(2, "/docs2/a")])
    assert [file.uri for file in plan.orphans] == ["/docs2/a"]
    assert [file.uri for file in plan.missing["/docs"]] == ["/docs/a"]


def test_a_folder_at_the_root_of_everything_owns_everything() -> None:
    """`/` is a folder like any other."""
    plan = plan_for([FakeLoader("/", [file("/a")])], [known(1, "/a"), known(2, "/b/c")])
    assert (plan.unchanged, plan.orphans) == (1, [])
    assert [file.uri for file in plan.missing["/"]] == ["/b/c"]


@pytest.mark.parametrize("order", [1, -1])
def test_the_innermost_folder_owns_all_that_lies_under_it(order: int) -> None:
    """Files, problems and documents under a nested folder are none of the outer one's, in whatever order they come."""
    problem = folders.Problem("/d/in/p", Unreadable(reason="unsupported"))
    outer = FakeLoader(
        "/d", [file("/d/a"), file("/d/in/b"), file("/d/in/left-out"), file("/d/into")], [problem]
    )
    inner = FakeLoader("/d/in", [file("/d/in/b")], [problem], TEAM)
    plan = plan_for([outer, inner][::order], [known(1, "/d/in/old")])
    assert {(each.loader.root, each.file.uri) for each in plan.work} == {
        ("/d/in", "/d/in/b"),
        ("/d", "/d/a"),
        ("/d", "/d/into"),
    }
    assert plan.problems == [("/d/in", Problem("/d/in/p", problem.error))]
    assert {root: [file.uri for file in files] for root, files in plan.missing.items()} == {
        "/d/in": ["/d/in/old"],
        "/d": [],
    }


def test_what_could_not_be_looked_at_is_not_missing() -> None:
    """A file that is out of reach for now, or lies in a folder that is, isn't missing; one of no use is."""
    loader = FakeLoader(
        "/d",
        [],
        [
            folders.Problem("/d/a", Unreadable(reason="permission")),
            folders.Problem("/d/b", Unreadable(reason="io")),
            folders.Problem("/d/c", Unreadable(reason="too_large")),
        ],
    )
    plan = plan_for([loader], [known(n, uri) for n, uri in enumerate(("/d/a", "/d/b/x", "/d/bb", "/d/c"))])
    assert [file.uri for file in plan.missing["/d"]] == ["/d/bb", "/d/c"]


@pytest.mark.parametrize(
    ("reason", "documents", "told"),
    [
        ("missing", 2, "gone"),
        ("missing", 0, "missing"),
        ("options", 2, "options"),
        ("unreadable", 2, "unreadable"),
    ],
)
def test_a_folder_that_cannot_be_scanned_loses_nothing(reason: str, documents: int, told: str) -> None:
    """Its documents aren't missing, and what is told is what is wrong with it."""
    plan = plan_for([FakeLoader("/d", gone=reason)], [known(n, f"/d/{n}") for n in range(documents)])
    assert plan.missing == {}
    assert [(root, problem.error.parameters["reason"]) for root, problem in plan.withheld] == [("/d", told)]
    assert believe_missing(plan, (), plan.missing) == []


def missing(gone: int, there: int, *, moved: int = 0, seen: int | None = None) -> tuple[Plan, list[int]]:
    """A folder that had `gone + there` documents; gives the plan and what is believed of it."""
    files = [known(n, f"/d/{n}") for n in range(gone + there)]
    loader = FakeLoader("/d", [file(f"/d/{n}") for n in range(gone, gone + there)])
    plan = plan_for([loader], files)
    if seen is not None:
        plan.seen["/d"] = seen
    return plan, believe_missing(plan, set(range(moved)))


@pytest.mark.parametrize(
    ("gone", "there", "reason"),
    [
        (1, 1, ""),
        (10, 1, ""),
        (11, 1, "many"),
        (11, 11, ""),
        (12, 11, "many"),
        (500, 500, ""),
        (501, 500, "many"),
        (1, 0, "emptied"),
        (30, 0, "emptied"),
    ],
)
def test_how_many_missing_files_are_believed(gone: int, there: int, reason: str) -> None:
    """Ten, or half of the folder, while anything is left in it."""
    plan, believed = missing(gone, there)
    assert len(believed) == (0 if reason else gone)
    assert [problem.error.parameters for _, problem in plan.withheld] == (
        [{"path": "/d", "reason": reason, "missing": gone, "known": gone + there}] if reason else []
    )
    assert all(isinstance(problem.error, RemovalWithheld) for _, problem in plan.withheld)


def test_what_was_moved_is_not_missing() -> None:
    """Documents that were found elsewhere don't count, and aren't forgotten a second time."""
    plan, believed = missing(40, 5, moved=35)
    assert (sorted(believed), plan.withheld) == ([35, 36, 37, 38, 39], [])
    plan, believed = missing(40, 0, moved=40)
    assert (believed, plan.withheld) == ([], [])
    plan, believed = missing(40, 0, moved=39)
    assert (believed, len(plan.withheld)) == ([], 1)


_names = st.sampled_from(["a", "b", "c", "in/a", "in/b", "in/deep/a", "into/a"])


@given(
    there=st.dictionaries(_names, st.tuples(st.integers(1, 3), st.integers(1, 3))),
    before=st.dictionaries(_names, st.tuples(st.integers(1, 3), st.integers(1, 3))),
    excluded=st.sets(_names),
    with_inner=st.booleans(),
)
def test_every_file_and_every_document_has_one_fate(there, before, excluded, with_inner) -> None:
    """Each file is work, unchanged or excluded; each document without a file is missing from one folder."""
    found = [FileState(f"/d/{name}", name, *state) for name, state in there.items()]
    loaders = [FakeLoader("/d", found)]
    if with_inner:
        loaders.append(FakeLoader("/d/in", [file for file in found if file.uri.startswith("/d/in/")]))
    documents = [
        known(number, f"/d/{name}", size=size, mtime_ns=time)
        for number, (name, (size, time)) in enumerate(before.items())
        if name not in excluded
    ]
    plan = plan_for(loaders, documents, {f"/d/{name}" for name in excluded})
    wanted = {name for name in there if name not in excluded}
    same = {name for name in wanted if before.get(name) == there[name]}
    assert sorted(work(plan)) == sorted(f"/d/{name}" for name in wanted - same)
    assert plan.unchanged == len(same)
    gone = [file.uri for files in plan.missing.values() for file in files]
    assert sorted(gone) == sorted(f"/d/{name}" for name in before.keys() - there.keys() - excluded)
    assert plan.orphans == []
