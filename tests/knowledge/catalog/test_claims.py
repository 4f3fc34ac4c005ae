"""What is kept of claims, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from knowledge.catalog import chats
from knowledge.catalog.chats import ClaimKey
from knowledge.catalog.schema import claims
from tests.talk import prepared


def test_what_a_channel_was_told_once_is_never_forgotten(tmp_path: Path) -> None:
    """Old questions and old attempts to share go; a notice that comes once would come again without its note."""
    catalog = prepared(tmp_path)
    keys = {
        name: ClaimKey("discord", "G1", "C1", name) for name in ("asked", "@share 1", "@told cannot-read")
    }
    with catalog.write() as connection:
        for name, state in (
            ("asked", "finished"),
            ("@share 1", "sharing"),
            ("@told cannot-read", chats.TOLD),
        ):
            assert chats.note(connection, keys[name], state)
        connection.execute(update(claims).values(claimed_at=datetime.now(UTC) - timedelta(days=91)))
        chats.drop_old(connection)
        left = {name for name, key in keys.items() if chats.find(connection, key)}
    assert left == {"@told cannot-read"}


def test_what_is_no_question_is_not_taken_up(tmp_path: Path) -> None:
    """An attempt to share that a process left behind is nothing for the next one to answer."""
    catalog = prepared(tmp_path)
    with catalog.write() as connection:
        chats.note(connection, ClaimKey("slack", "T1", "C1", "@share 1"), "sharing")
        assert chats.take_unfinished(connection, "slack") == []
