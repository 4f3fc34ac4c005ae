"""`saseo feedback`: what people thought of the answers."""

from __future__ import annotations

import json
from typing import Any

from bot.cli.session import Session
from knowledge.catalog.turns import Opinion


def export(session: Session) -> None:
    """Write all feedback to standard output, oldest first, one JSON object on each line."""
    with session.knowledge() as knowledge:
        found = knowledge.opinions()
    for opinion in found:
        session.out.file.write(json.dumps(as_dict(opinion), ensure_ascii=False) + "\n")
    session.out.file.flush()
    if not found:
        session.say("feedback-none")


def as_dict(opinion: Opinion) -> dict[str, Any]:
    """An opinion as plain values. `given_at` is ISO 8601 in UTC."""
    return opinion._asdict() | {"given_at": opinion.given_at.isoformat()}
