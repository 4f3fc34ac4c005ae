"""What was asked and answered, what people thought of it, and what becomes of it when documents go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, exists, insert, select, update

from knowledge.catalog.places import place_as_dict, place_from_dict
from knowledge.catalog.schema import claims, documents, feedback, turns, versions
from knowledge.types import Answer, Scope, Source, Turn, is_attached

_KEPT = timedelta(days=90)
_HISTORY_AGE = timedelta(days=1)
_CHUNK = 500


class Opinion(NamedTuple):
    """One person's feedback, with what it is about."""

    given_at: datetime
    verdict: str
    reason: str
    comment: str
    person: str
    platform: str
    channel: str
    question: str
    answer: str
    mode: str
    sources: list[dict[str, Any]]


class Answered(NamedTuple):
    """A question with its answer, and every document that it was made from."""

    question: str
    answer: Answer
    uris: frozenset[str]


class Earlier(NamedTuple):
    """Where a question was answered before: the message that holds the answer, and when it was given."""

    channel: str
    conversation: str
    reply: str
    answered_at: datetime


def record(
    connection: Connection,
    claim_id: int,
    revision: str,
    question: str,
    answer: Answer,
    uris: Sequence[str],
    identity: str = "",
) -> None:
    """Keep an answered question.

    `uris` are the documents that the answer was made from, cited or not; `identity` is the same for the same
    question.
    """
    old = select(turns.c.id).where(turns.c.claim_id == claim_id, turns.c.revision == revision)
    connection.execute(delete(feedback).where(feedback.c.turn_id.in_(old)))
    connection.execute(delete(turns).where(turns.c.claim_id == claim_id, turns.c.revision == revision))
    connection.execute(
        insert(turns).values(
            claim_id=claim_id,
            revision=revision,
            question=question,
            answer=answer.text,
            mode=answer.mode,
            language=answer.language,
            sources=[_kept(each) for each in answer.sources],
            uris=sorted({*uris, *(each.uri for each in answer.sources)}),
            answered_at=datetime.now(UTC),
            identity=identity,
        )
    )


def earlier(
    connection: Connection,
    platform: str,
    team: str,
    identity: str,
    *,
    audience: frozenset[Scope],
    before: int,
    limit: int,
) -> list[Earlier]:
    """Where the same question was answered on a team before the claim `before`, the newest first.

    Only answers that stand on documents which are there and which this audience may read; who reads the
    channel that one was given in is not looked at here. Private answers aren't among them.
    """
    query = (
        select(claims.c.channel, claims.c.conversation, claims.c.reply, turns.c.answered_at, turns.c.uris)
        .join(claims, turns.c.claim_id == claims.c.id)
        .where(
            turns.c.identity == identity,
            claims.c.platform == platform,
            claims.c.team == team,
            claims.c.id < before,
            claims.c.state == "finished",
            ~claims.c.conversation.startswith("@"),
            claims.c.reply.is_not(None),
            turns.c.revision == claims.c.revision,
            turns.c.mode.not_in(("not_found", "stopped")),
            turns.c.answer != "",
        )
        .order_by(claims.c.id.desc())
        .limit(limit)
    )
    found = connection.execute(query).all()
    scopes = _scopes(connection, {uri for row in found for uri in row.uris})
    return [
        Earlier(row.channel, row.conversation, row.reply, row.answered_at.replace(tzinfo=UTC))
        for row in found
        if row.reply and all(scopes.get(uri) in audience for uri in row.uris)
    ]


def history(
    connection: Connection,
    platform: str,
    team: str,
    channel: str,
    conversation: str,
    *,
    audience: frozenset[Scope],
    before: int,
    limit: int,
) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
    """The last exchanges of a conversation, oldest first, that this audience may read, and their documents.

    An exchange counts only while every document that it was made from is there and the audience may read it;
    what came with its question, the same people have seen. `before` is the claim that asks now. An answer
    that said nothing is no context.
    """
    query = (
        select(turns.c.claim_id, turns.c.question, turns.c.answer, turns.c.uris)
        .join(claims, turns.c.claim_id == claims.c.id)
        .where(
            claims.c.platform == platform,
            claims.c.team == team,
            claims.c.channel == channel,
            claims.c.conversation == conversation,
            claims.c.id < before,
            claims.c.state != "retracted",
            turns.c.revision == claims.c.revision,
            turns.c.mode.not_in(("not_found", "stopped")),
            turns.c.answer != "",
            turns.c.answered_at > datetime.now(UTC) - _HISTORY_AGE,
        )
        .order_by(turns.c.claim_id.desc())
        .limit(limit)
    )
    found = connection.execute(query).all()
    scopes = _scopes(connection, {uri for row in found for uri in row.uris})
    readable = [
        row
        for row in reversed(found)
        if all(is_attached(uri) or scopes.get(uri) in audience for uri in row.uris)
    ]
    exchanges = tuple(Turn(row.question, row.answer, any(map(is_attached, row.uris))) for row in readable)
    return exchanges, tuple(sorted({uri for row in readable for uri in row.uris}))


def latest(connection: Connection, claim_id: int) -> int | None:
    """The turn that a claim's answer shows now."""
    query = select(turns.c.id).where(turns.c.claim_id == claim_id).order_by(turns.c.id.desc()).limit(1)
    number: int | None = connection.scalar(query)
    return number


def answer_of(connection: Connection, claim_id: int) -> Answered | None:
    """A claim's last turn; None when there is none or it was forgotten."""
    query = select(*turns.c).where(turns.c.claim_id == claim_id)
    row = connection.execute(query.order_by(turns.c.id.desc()).limit(1)).first()
    if row is None or not row.answer:
        return None
    sources = tuple(_source(each) for each in row.sources)
    answer = Answer(row.answer, row.language, row.mode, sources)
    return Answered(row.question, answer, frozenset(row.uris))


def scopes_of(connection: Connection, uris: frozenset[str]) -> dict[str, Scope]:
    """Who may read each of these documents now; a document that is gone is left out."""
    return _scopes(connection, set(uris))


def give_feedback(
    connection: Connection, turn_id: int, person: str, verdict: str, reason: str = "", comment: str = ""
) -> None:
    """Keep a person's opinion of an answer instead of an earlier one."""
    connection.execute(delete(feedback).where(feedback.c.turn_id == turn_id, feedback.c.person == person))
    connection.execute(
        insert(feedback).values(
            turn_id=turn_id,
            person=person,
            verdict=verdict,
            reason=reason,
            comment=comment,
            given_at=datetime.now(UTC),
        )
    )


def opinions(connection: Connection) -> Iterator[Opinion]:
    """All feedback, oldest first."""
    f, t, c = feedback.c, turns.c, claims.c
    query = (
        select(
            f.given_at, f.verdict, f.reason, f.comment, f.person,
            c.platform, c.channel, t.question, t.answer, t.mode, t.sources,
        )
        .select_from(feedback.join(turns, f.turn_id == t.id).join(claims, t.claim_id == c.id))
        .order_by(f.given_at)
    )  # fmt: skip
    for given_at, *values in connection.execute(query):
        yield Opinion(given_at.replace(tzinfo=UTC), *values)


def forget_gone(connection: Connection) -> int:
    """Empty the answers that stand on a document which is no longer there; how many there were."""
    emptied = 0
    found = connection.execute(select(turns.c.id, turns.c.uris).where(turns.c.answer != "")).all()
    live = _scopes(connection, {uri for row in found for uri in row.uris})
    for row in found:
        if not all(is_attached(uri) or uri in live for uri in row.uris):
            emptied += connection.execute(
                update(turns).where(turns.c.id == row.id).values(answer="", sources=[])
            ).rowcount
    return emptied


def drop_old(connection: Connection) -> None:
    """Forget old exchanges that nobody said anything about."""
    has_feedback = exists().where(feedback.c.turn_id == turns.c.id)
    connection.execute(delete(turns).where(turns.c.answered_at < datetime.now(UTC) - _KEPT, ~has_feedback))


def _kept(source: Source) -> dict[str, Any]:
    """What is kept of a source: all that a citation shows but the excerpt."""
    return {
        "number": source.number,
        "title": source.title,
        "uri": source.uri,
        "section": source.section,
        "page": source.page,
        "lines": source.lines,
        "modified_at": source.modified_at.isoformat(),
        "place": place_as_dict(source.place) if source.place else None,
        "link": source.link,
        "is_stale": source.is_stale,
    }


def _source(kept: dict[str, Any]) -> Source:
    lines = tuple(kept["lines"]) if kept["lines"] else None
    changed = {
        "lines": lines,
        "modified_at": datetime.fromisoformat(kept["modified_at"]),
        "place": place_from_dict(kept["place"]) if kept["place"] else None,
    }
    return Source(**(kept | changed), excerpt="", score=0.0)


def _scopes(connection: Connection, uris: set[str]) -> dict[str, Scope]:
    wanted = sorted(uris)
    joined = documents.join(versions, and_(documents.c.live_version == versions.c.id))
    found: dict[str, Scope] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = select(documents.c.uri, versions.c.scope).select_from(joined)
        rows = connection.execute(query.where(documents.c.uri.in_(wanted[start : start + _CHUNK])))
        found.update((uri, Scope(scope)) for uri, scope in rows)
    return found
