"""What the catalog keeps beside documents: folders, exclusions, problems, runs, requests to the owner."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from knowledge import errors
from knowledge.catalog.records import GivenUp, Spent
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
    return {row.uri: GivenUp(_spent(row), _problem(row)) for row in connection.execute(query)}


def _spent(row: Any) -> Spent:
    retry_at = row.retry_at.replace(tzinfo=UTC) if row.retry_at else None
    return Spent(row.size, row.mtime_ns, row.attempts or 1, retry_at)


def replace_problems(
    connection: Connection,
    roots: Collection[str],
    found: Sequence[tuple[str, Problem]],
    withheld: Sequence[tuple[str, Problem]],
    spent: Mapping[str, Spent],
    recipe: str,
) -> None:
    """Keep a run's problems instead of those of earlier runs over the same roots.

    Args:
        connection: to write to.
        roots: of the run.
        found: each with its root.
        withheld: each with its root.
        spent: files that can't be used as they are, by uri.
        recipe: by which they can't.
    """
    connection.execute(delete(problems).where(problems.c.folder.in_(sorted(roots))))
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for is_withheld, pairs in ((False, found), (True, withheld)):
        for root, problem in pairs:
            left = spent.get(problem.uri)
            rows[root, problem.uri] = {
                "folder": root,
                "uri": problem.uri,
                "error": type(problem.error).__name__,
                "parameters": {name: _plain(value) for name, value in problem.error.parameters.items()},
                "withheld": is_withheld,
                **(left._asdict() if left else dict.fromkeys(Spent._fields)),
                "recipe": recipe if left else None,
            }
    if rows:
        connection.execute(insert(problems), list(rows.values()))


def all_problems(connection: Connection) -> list[Problem]:
    """The problems of the last runs, withheld folders first."""
    query = select(problems).order_by(problems.c.withheld.desc(), problems.c.uri)
    return [_problem(row) for row in connection.execute(query)]


def record_run(connection: Connection, report: RefreshReport, *, whole: bool) -> None:
    """Note a run that ended now; only the latest are kept, and the latest `whole` one."""
    finished = datetime.now(UTC)
    connection.execute(
        insert(runs).values(
            started_at=datetime.fromtimestamp(finished.timestamp() - report.seconds, UTC),
            finished_at=finished,
            counts={name: getattr(report, name) for name in COUNTS},
            seconds=report.seconds,
            whole=whole,
        )
    )
    newest = select(func.max(runs.c.id)).scalar_subquery()
    newest_whole = select(func.max(runs.c.id)).where(runs.c.whole.is_(True)).scalar_subquery()
    connection.execute(
        delete(runs).where(runs.c.id <= newest - _RUNS_KEPT, runs.c.id != func.coalesce(newest_whole, 0))
    )


def last_run(connection: Connection, *, whole: bool = False) -> LastRun | None:
    """The run that ended last; with `whole`, of those over everything."""
    query = select(runs).order_by(runs.c.id.desc()).limit(1)
    found = connection.execute(query.where(runs.c.whole.is_(True)) if whole else query).first()
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


def is_anything_waiting(connection: Connection, *, urgent: bool) -> bool:
    """Whether there is a request that nobody has begun, of those that are urgent or of those that aren't."""
    return _waiting(connection, urgent=urgent) is not None


def waiting_request(connection: Connection, *, urgent: bool) -> tuple[int, dict[str, Any]] | None:
    """The oldest request of that kind that nobody has begun, now begun by the caller."""
    found = _waiting(connection, urgent=urgent)
    if found is not None:
        connection.execute(update(requests).where(requests.c.id == found[0]).values(state="running"))
    return found


def _waiting(connection: Connection, *, urgent: bool) -> tuple[int, dict[str, Any]] | None:
    query = select(requests.c.id, requests.c.payload).where(requests.c.state == "waiting")
    found = connection.execute(query.order_by(requests.c.id))
    return next(((row.id, row.payload) for row in found if _is_urgent(row.payload) == urgent), None)


def _is_urgent(payload: Mapping[str, Any]) -> bool:
    return bool(payload.get("urgent"))


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


def resume_requests(connection: Connection, *, urgent: bool | None) -> None:
    """Let what an owner had begun when it was killed wait again: every request may be done twice.

    Of one kind, or with None of both. Old answers that nobody fetched are dropped.
    """
    begun = connection.execute(
        select(requests.c.id, requests.c.payload).where(requests.c.state == "running")
    ).all()
    again = [row.id for row in begun if urgent in (None, _is_urgent(row.payload))]
    connection.execute(update(requests).where(requests.c.id.in_(again)).values(state="waiting"))
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
