"""`saseo index`: bring the index up to date with its folders."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from adapters.console.render import short_path
from adapters.wording import safe
from bot.cli import screen
from bot.cli.arguments import clean
from bot.cli.progress import RefreshProgress, stoppable
from bot.cli.session import Session
from bot.freshness.figures import clock
from knowledge.errors import InvalidFolder, PartlyRead
from knowledge.messages import describe
from knowledge.types import Language

if TYPE_CHECKING:
    from knowledge.reports import IndexCheck, Problem, RefreshReport
    from knowledge.service import Knowledge

SHOWN_PROBLEMS = 20
COUNTS = ("added", "changed", "moved", "removed", "unchanged", "skipped", "failed")


def index(
    session: Session,
    folders: list[str],
    scope: str | None,
    *,
    forget_missing: bool = False,
    as_json: bool = False,
) -> None:
    """Index `folders` and remember them; without any, every folder that is known already."""
    with session.knowledge(write=True) as knowledge:
        if not folders and not knowledge.folders():
            session.fail("index-no-folder")
            session.leave(1)
        report, was_stopped = index_folders(session, knowledge, folders, scope, forget_missing=forget_missing)
        status = knowledge.status()
    if as_json:
        session.show_json(as_dict(report, session.language))
    else:
        session.show(session.text("banner-known", documents=status.documents, passages=status.passages))
    if was_stopped:
        session.leave(130)


def index_folders(
    session: Session,
    knowledge: Knowledge,
    paths: list[str],
    scope: str | None,
    *,
    forget_missing: bool = False,
) -> tuple[RefreshReport, bool]:
    """Register and refresh, with progress and the summary; also says whether the person stopped it."""
    from bot.settings.folders import named_folder

    named = [named_folder(clean(path), scope) for path in paths]
    for path, folder in zip(paths, named, strict=True):
        _check(folder.path, path)
    for folder in named:
        knowledge.register(folder)
    with stoppable(session) as stop, RefreshProgress(session, quiet=session.as_json) as progress:
        report = knowledge.refresh(
            named or None, progress=progress, stopped=stop.is_set, believe_removals=forget_missing
        )
    if not session.as_json:
        _summary(session, report)
    return report, stop.is_set()


def _check(folder: Path, given: str) -> None:
    """Refuse what is no folder before it is remembered.

    Raises:
        InvalidFolder: it is missing, a file, or closed to us.
    """
    if not folder.exists():
        raise InvalidFolder(path=given, reason="missing")
    if not folder.is_dir():
        raise InvalidFolder(path=given, reason="not_a_folder")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise InvalidFolder(path=given, reason="unreadable")


def rebuild(session: Session, *, as_json: bool) -> None:
    """Make every index anew from the catalog."""
    with session.knowledge(write=True) as knowledge:
        with RefreshProgress(session, quiet=as_json) as progress:
            knowledge.rebuild(progress=progress)
        status = knowledge.status()
    if as_json:
        session.show_json({"documents": status.documents, "passages": status.passages})
    else:
        session.show(session.text("index-rebuilt", documents=status.documents, passages=status.passages))


def check(session: Session, *, repair: bool, as_json: bool) -> None:
    """Hold the index against the catalog; exit code 1 if it isn't sound, or isn't after the repair."""
    with session.knowledge(write=True) as knowledge:
        found = knowledge.check_index(repair=repair)
    _show_check(session, found, as_json=as_json)
    if not found.is_sound:
        if not repair and not as_json:
            session.show(session.text("index-check-repair"))
        session.leave(1)


def copy(session: Session, store: str, *, as_json: bool) -> None:
    """Fill the index of another store; exit code 1 if it isn't sound then."""
    with (
        session.knowledge(write=True) as knowledge,
        RefreshProgress(session, quiet=as_json) as progress,
    ):
        found = knowledge.copy_index(store, progress=progress)
    _show_check(session, found, as_json=as_json)
    if not found.is_sound:
        session.leave(1)
    if not as_json:
        session.show(session.text("index-copied", setting=f"VECTOR_STORE={store}"))


def _show_check(session: Session, found: IndexCheck, *, as_json: bool) -> None:
    if as_json:
        session.show_json({"sound": found.is_sound, **asdict(found)})
        return
    key = "index-check-sound" if found.is_sound else "index-check-wrong"
    session.show(
        session.text(key, passages=found.passages, vectors=found.with_vectors, samples=found.samples)
    )
    if found.by_words_alone:
        session.show(session.text("index-check-words-alone", passages=found.by_words_alone))
    if not found.is_sound:
        for part in found.missing:
            session.show(
                session.text(f"index-check-{part}", missing=found.missing[part], surplus=found.surplus[part])
            )
        session.show(session.text("index-check-samples", lost=found.samples_lost, samples=found.samples))


def as_dict(report: RefreshReport, language: Language) -> dict[str, Any]:
    """The contract of `index --json`: counts, `seconds`, and each problem's path and reason.

    `partly`: the document was read, but not all of it; it isn't among the failed.
    """
    return {
        **{name: getattr(report, name) for name in COUNTS},
        "seconds": round(report.seconds, 3),
        "problems": [
            {
                "path": problem.uri,
                "reason": describe(problem.error, language),
                "partly": isinstance(problem.error, PartlyRead),
            }
            for problem in (*report.withheld, *report.problems)
        ],
    }


def _summary(session: Session, report: RefreshReport) -> None:
    text = session.text
    grid = screen.table(*((text(f"index-{name}"), "right") for name in COUNTS), (text("index-time"), "right"))
    styles = {"added": "good", "changed": "good", "moved": "good", "skipped": "warning", "failed": "bad"}
    cells = [
        Text(f"{count:,}", styles.get(name, "") if count else "faint")
        for name in COUNTS
        for count in [getattr(report, name)]
    ]
    grid.add_row(*cells, clock(report.seconds))
    session.out.print(grid)
    for problem in report.withheld:
        session.err.print(Text(_line(session, problem), "warning"))
    shown = report.problems if session.verbose else report.problems[:SHOWN_PROBLEMS]
    if shown:
        session.show("")
    for problem in shown:
        session.show(Text(_line(session, problem)))
    if rest := len(report.problems) - len(shown):
        session.show(Text(text("index-more-problems", count=rest), "faint"))
    session.show("")


def _line(session: Session, problem: Problem) -> str:
    path = short_path(problem.uri, Path.cwd(), Path.home())
    return f"  {path}: {safe(describe(problem.error, session.language))}"
