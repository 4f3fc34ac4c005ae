"""What the catalog keeps beside documents: folders, exclusions, problems, runs, requests to the owner."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from knowledge import errors
from knowledge.catalog.records import GivenUp
from knowledge.catalog.schema import documents, exclusions, folders, problems, requests, runs, statistics
from knowledge.reports import COUNTS, LastRun, Problem, RefreshReport

_RUNS_KEPT = 1_000
_ANSWERS_KEPT = timedelta(days=1)


def registered_folders(connection: Connection) -> dict[str, dict[str, Any]]:
    """Options by path."""
    found = connection.execute(select(folders.c.path, folders.c.options))
    return {row.path: row.options for row in found}


def register_folder(connection: Connection, path: str, options: Mapping[str, Any]) -> None:
    """Remember a folder, or its new options."""
    connection.execute(delete(folders).where(folders.c.path == path))
    connection.execute(
        insert(folders).values(path=path, options=dict(options), registered_at=datetime.now(UTC))
    )


def unregister_folder(connection: Connection, path: str) -> bool:
    """Forget a folder; gives whether it was known."""
    return bool(connection.execute(delete(folders).where(folders.c.path == path)).rowcount)


def excluded_uris(connection: Connection) -> frozenset[str]:
    """Uris that a person took out."""
    return frozenset(connection.scalars(select(exclusions.c.uri)))


def exclude(connection: Connection, uri: str) -> None:
    """Don't index this uri again by itself."""
    connection.execute(delete(exclusions).where(exclusions.c.uri == uri))
    connection.execute(insert(exclusions).values(uri=uri, excluded_at=datetime.now(UTC)))


def include(connection: Connection, prefix: str) -> None:
    """Lift the exclusion of a uri and of everything under it."""
    under = prefix.rstrip("/") + "/"
    connection.execute(
        delete(exclusions).where(
            (exclusions.c.uri == prefix) | exclusions.c.uri.startswith(under, autoescape=True)
        )
    )


def given_up(connection: Connection, recipe: str) -> dict[str, GivenUp]:
    """Files that can't be used as they are by this recipe, by uri."""
    query = select(problems).where(problems.c.recipe == recipe)
    return {row.uri: GivenUp(row.size, row.mtime_ns, _problem(row)) for row in connection.execute(query)}


def replace_problems(
    connection: Connection,
    roots: Collection[str],
    found: Sequence[tuple[str, Problem]],
    withheld: Sequence[tuple[str, Problem]],
    spent: Mapping[str, tuple[int, int]],
    recipe: str,
) -> None:
    """Keep a run's problems instead of those of earlier runs over the same roots.

    Args:
        connection: to write to.
        roots: of the run.
        found: each with its root.
        withheld: each with its root.
        spent: size and time of files that can't be used as they are, by uri.
        recipe: by which they can't.
    """
    connection.execute(delete(problems).where(problems.c.folder.in_(sorted(roots))))
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for is_withheld, pairs in ((False, found), (True, withheld)):
        for root, problem in pairs:
            size, mtime_ns = spent.get(problem.uri, (None, None))
            rows[root, problem.uri] = {
                "folder": root,
                "uri": problem.uri,
                "error": type(problem.error).__name__,
                "parameters": {name: _plain(value) for name, value in problem.error.parameters.items()},
                "withheld": is_withheld,
                "size": size,
                "mtime_ns": mtime_ns,
                "recipe": recipe if problem.uri in spent else None,
            }
    if rows:
        connection.execute(insert(problems), list(rows.values()))


def all_problems(connection: Connection) -> list[Problem]:
    """The problems of the last runs, withheld folders first."""
    query = select(problems).order_by(problems.c.withheld.desc(), problems.c.uri)
    return [_problem(row) for row in connection.execute(query)]


def record_run(connection: Connection, report: RefreshReport) -> None:
    """Note a run that ended now; only the latest are kept."""
    finished = datetime.now(UTC)
    connection.execute(
        insert(runs).values(
            started_at=datetime.fromtimestamp(finished.timestamp() - report.seconds, UTC),
            finished_at=finished,
            counts={name: getattr(report, name) for name in COUNTS},
            seconds=report.seconds,
        )
    )
    newest = select(func.max(runs.c.id)).scalar_subquery()
    connection.execute(delete(runs).where(runs.c.id <= newest - _RUNS_KEPT))


def last_run(connection: Connection) -> LastRun | None:
    """The run that ended last."""
    found = connection.execute(select(runs).order_by(runs.c.id.desc()).limit(1)).first()
    if found is None:
        return None
    return LastRun(found.id, found.finished_at.replace(tzinfo=UTC), found.seconds, found.counts)


def counts(connection: Connection) -> tuple[int, dict[str, int]]:
    """How many documents are live, and how many passages in each language."""
    live = select(func.count()).select_from(documents).where(documents.c.live_version.is_not(None))
    # The statistics that weigh words are kept with every change: counting the passages reads all of them.
    by_language = select(statistics.c.language, func.sum(statistics.c.passages)).group_by(
        statistics.c.language
    )
    return connection.scalar(live) or 0, {row[0]: int(row[1]) for row in connection.execute(by_language)}


def hand_over(connection: Connection, payload: Mapping[str, Any]) -> int:
    """Ask the owner of the folder to do something; gives the request's id."""
    statement = insert(requests).values(payload=dict(payload), state="waiting", created_at=datetime.now(UTC))
    number: int = connection.execute(statement.returning(requests.c.id)).scalar_one()
    return number


def is_anything_waiting(connection: Connection) -> bool:
    """Whether there is a request that nobody has begun."""
    return connection.scalar(select(requests.c.id).where(requests.c.state == "waiting").limit(1)) is not None


def waiting_request(connection: Connection) -> tuple[int, dict[str, Any]] | None:
    """The oldest request that nobody has begun, now begun by the caller."""
    query = select(requests.c.id, requests.c.payload).where(requests.c.state == "waiting")
    found = connection.execute(query.order_by(requests.c.id).limit(1)).first()
    if found is None:
        return None
    connection.execute(update(requests).where(requests.c.id == found.id).values(state="running"))
    return found.id, found.payload


def update_request(connection: Connection, number: int, **values: Any) -> None:
    """Note a request's `progress`, or its `state` and `result`."""
    connection.execute(update(requests).where(requests.c.id == number).values(**values))


def request_state(
    connection: Connection, number: int
) -> tuple[str, dict[str, Any] | None, dict[str, Any] | None]:
    """A request's state, progress and result."""
    query = select(requests.c.state, requests.c.progress, requests.c.result).where(requests.c.id == number)
    state, progress, result = connection.execute(query).one()
    return state, progress, result


def resume_requests(connection: Connection) -> None:
    """Let what an owner had begun when it was killed wait again: every request may be done twice.

    Old answers that nobody fetched are dropped.
    """
    connection.execute(update(requests).where(requests.c.state == "running").values(state="waiting"))
    old = datetime.now(UTC) - _ANSWERS_KEPT
    connection.execute(
        delete(requests).where(requests.c.state.in_(("done", "failed")), requests.c.created_at < old)
    )


def drop_request(connection: Connection, number: int) -> None:
    """Forget a request whose result has been fetched."""
    connection.execute(delete(requests).where(requests.c.id == number))


def _problem(row: Any) -> Problem:
    kind = getattr(errors, row.error, errors.SaseoError)
    return Problem(row.uri, kind(**row.parameters))


def _plain(value: object) -> object:
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
