"""What people wrote about answers that were no good: an admin may make an approved answer of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from knowledge.catalog.schema import claims, feedback, turns

_MOST = 200


class Correction(NamedTuple):
    """One person's words about one answer. `is_private`: nobody but the asker saw that answer."""

    id: int
    question: str
    comment: str
    person: str
    channel: str
    is_private: bool
    given_at: datetime


def corrections(connection: Connection, platform: str, team: str) -> list[Correction]:
    """What was written on a team, the newest first; of questions that were deleted nothing."""
    f, t, c = feedback.c, turns.c, claims.c
    query = (
        select(f.id, t.question, f.comment, f.person, c.channel, c.conversation, f.given_at)
        .select_from(feedback.join(turns, f.turn_id == t.id).join(claims, t.claim_id == c.id))
        .where(
            c.platform == platform,
            c.team == team,
            c.state != "retracted",
            f.verdict == "down",
            f.comment != "",
        )
        .order_by(f.id.desc())
        .limit(_MOST)
    )
    return [
        Correction(
            row.id,
            row.question,
            row.comment,
            row.person,
            row.channel,
            row.conversation.startswith("@"),
            row.given_at.replace(tzinfo=UTC),
        )
        for row in connection.execute(query)
    ]
