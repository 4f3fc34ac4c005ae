"""Questions that were claimed: each is answered once, whatever is redelivered and whenever a process dies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, select, update

from knowledge.catalog.dialect import upsert
from knowledge.catalog.schema import channels, claims, turns

_KEPT = timedelta(days=90)
_WAITING = "waiting"
TOLD = "told"
"""The state of what a channel was told once and for all."""


class ClaimKey(NamedTuple):
    """Which message asks."""

    platform: str
    team: str
    channel: str
    message: str


class ClaimRow(NamedTuple):
    """A claimed question. `payload` is None once it is done with."""

    id: int
    revision: str
    asker: str
    state: str
    attempts: int
    payload: dict[str, Any] | None
    reply: str | None
    claimed_at: datetime


def claim(
    connection: Connection,
    key: ClaimKey,
    *,
    conversation: str,
    asker: str,
    revision: str,
    payload: Mapping[str, Any] | None,
    state: str = _WAITING,
) -> int | None:
    """Claim a question; None when it is claimed already."""
    statement = (
        upsert(connection, claims)
        .values(
            **key._asdict(),
            revision=revision,
            conversation=conversation,
            asker=asker,
            state=state,
            attempts=1,
            payload=dict(payload) if payload is not None else None,
            claimed_at=datetime.now(UTC),
        )
        .on_conflict_do_nothing(index_elements=["platform", "team", "channel", "message"])
        .returning(claims.c.id)
    )
    number: int | None = connection.execute(statement).scalar_one_or_none()
    return number


def note(connection: Connection, key: ClaimKey, state: str) -> bool:
    """Note something under the key of a message that no platform has; False when it is noted already."""
    noted = claim(connection, key, conversation=key.message, asker="", revision="", payload=None, state=state)
    return noted is not None


def find(connection: Connection, key: ClaimKey) -> ClaimRow | None:
    """The claim of a message."""
    found = connection.execute(select(*_COLUMNS).where(_is(key))).first()
    return _row(found) if found else None


def get(connection: Connection, number: int) -> tuple[ClaimKey, ClaimRow] | None:
    """A claim and its message, by the claim's id."""
    where = (claims.c.platform, claims.c.team, claims.c.channel, claims.c.message)
    found = connection.execute(select(*where, *_COLUMNS).where(claims.c.id == number)).first()
    return (ClaimKey(*found[:4]), _row(found[4:])) if found else None


def revise(
    connection: Connection, key: ClaimKey, revision: str, payload: Mapping[str, Any], since: datetime
) -> bool:
    """Take an edited question up again, if it was asked after `since` and the edit is new."""
    changed = connection.execute(
        update(claims)
        .where(_is(key), claims.c.revision < revision, claims.c.claimed_at >= since)
        .where(claims.c.state.not_in(("refused", "retracted")))
        .values(revision=revision, payload=dict(payload), state=_WAITING, attempts=1)
    )
    return bool(changed.rowcount)


def place(connection: Connection, number: int, reply: str) -> None:
    """Note which message holds the answer."""
    connection.execute(update(claims).where(claims.c.id == number).values(reply=reply))


def finish(connection: Connection, number: int, revision: str, state: str) -> None:
    """Note that a revision of a question is done with; a newer one stays as it is."""
    connection.execute(
        update(claims)
        .where(claims.c.id == number, claims.c.revision == revision)
        .values(state=state, payload=None)
    )


def retract(connection: Connection, key: ClaimKey) -> bool:
    """Note that a question was deleted: what was answered to it counts no more. Whether it was still open."""
    was_open = connection.scalar(select(claims.c.state).where(_is(key))) == _WAITING
    connection.execute(
        update(claims).where(_is(key), claims.c.state != "refused").values(state="retracted", payload=None)
    )
    return was_open


def forget(connection: Connection, key: ClaimKey) -> None:
    """Let a message be claimed anew; it must have no turn."""
    connection.execute(delete(claims).where(_is(key)))


def take_unfinished(connection: Connection, platform: str) -> list[ClaimRow]:
    """The claims that an earlier process left behind, oldest first; each counts one more attempt."""
    mine = and_(claims.c.platform == platform, claims.c.state == _WAITING)
    connection.execute(update(claims).where(mine).values(attempts=claims.c.attempts + 1))
    found = connection.execute(select(*_COLUMNS).where(mine).order_by(claims.c.id))
    return [_row(row) for row in found]


def last_claimed(connection: Connection, platform: str) -> datetime | None:
    """When the newest question of a platform was claimed."""
    newest: datetime | None = connection.scalar(
        select(func.max(claims.c.claimed_at)).where(claims.c.platform == platform)
    )
    return newest.replace(tzinfo=UTC) if newest else None


def is_in_conversation(
    connection: Connection, platform: str, team: str, channel: str, conversation: str
) -> bool:
    """Whether a question of this conversation was claimed."""
    mine = and_(
        claims.c.platform == platform,
        claims.c.team == team,
        claims.c.channel == channel,
        claims.c.conversation == conversation,
        claims.c.state != "refused",
    )
    return connection.execute(select(claims.c.id).where(mine).limit(1)).first() is not None


def has_follow_ups(connection: Connection, platform: str, team: str, channel: str) -> bool:
    """Whether a thread of this channel goes on without a new mention: yes, unless it was turned off."""
    found = connection.scalar(select(channels.c.follow_ups).where(_in(platform, team, channel)))
    return found is not False


def set_follow_ups(connection: Connection, platform: str, team: str, channel: str, *, on: bool) -> None:
    """Turn follow-ups without a mention on or off in a channel."""
    connection.execute(delete(channels).where(_in(platform, team, channel)))
    connection.execute(insert(channels).values(platform=platform, team=team, channel=channel, follow_ups=on))


def drop_old(connection: Connection) -> None:
    """Forget claims that are long done with and have no turn."""
    has_turn = exists().where(turns.c.claim_id == claims.c.id)
    connection.execute(
        delete(claims).where(
            claims.c.claimed_at < datetime.now(UTC) - _KEPT,
            claims.c.state.not_in((_WAITING, TOLD)),
            ~has_turn,
        )
    )


_COLUMNS = (
    claims.c.id,
    claims.c.revision,
    claims.c.asker,
    claims.c.state,
    claims.c.attempts,
    claims.c.payload,
    claims.c.reply,
    claims.c.claimed_at,
)


def _is(key: ClaimKey) -> ColumnElement[bool]:
    return and_(*(claims.c[name] == value for name, value in key._asdict().items()))


def _in(platform: str, team: str, channel: str) -> ColumnElement[bool]:
    return and_(channels.c.platform == platform, channels.c.team == team, channels.c.channel == channel)


def _row(found: Any) -> ClaimRow:
    row = ClaimRow._make(found)
    return row._replace(claimed_at=row.claimed_at.replace(tzinfo=UTC))
