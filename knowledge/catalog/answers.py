"""Answers that are kept to be given again; each dies with any document that it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from knowledge.catalog.schema import answer_documents, answers, documents, versions

_KEPT = 1_000
_CHUNK = 500


class KeptAnswer(NamedTuple):
    """An answer, and by the number that its text cites the id of the passage."""

    text: str
    passages: dict[int, str]


def find(connection: Connection, key: str) -> KeptAnswer | None:
    """The answer that is kept under a key."""
    row = connection.execute(select(answers.c.text, answers.c.passages).where(answers.c.key == key)).first()
    if row is None:
        return None
    return KeptAnswer(row.text, {int(number): passage for number, passage in row.passages.items()})


def keep(connection: Connection, key: str, answer: KeptAnswer, made_from: Mapping[int, str]) -> bool:
    """Keep an answer, unless one of its documents has changed since it was made; gives whether it is kept.

    Args:
        connection: of a transaction that writes.
        key: of question, audience and passages.
        answer: whole.
        made_from: the content hash of each document that the answer was made from, by its id.
    """
    live = (
        select(documents.c.id, versions.c.content_hash)
        .join(versions, documents.c.live_version == versions.c.id)
        .where(documents.c.id.in_(list(made_from)))
    )
    if {row.id: row.content_hash for row in connection.execute(live)} != dict(made_from):
        return False
    _delete(connection, list(connection.scalars(select(answers.c.id).where(answers.c.key == key))))
    made = insert(answers).values(
        key=key,
        text=answer.text,
        passages={str(number): passage for number, passage in answer.passages.items()},
        answered_at=datetime.now(UTC),
    )
    answer_id = connection.execute(made.returning(answers.c.id)).scalar_one()
    connection.execute(
        insert(answer_documents),
        [{"answer_id": answer_id, "document_id": document} for document in made_from],
    )
    _bound(connection)
    return True


def forget(connection: Connection, document_ids: Sequence[int]) -> None:
    """Forget every answer that was made from one of these documents."""
    for start in range(0, len(document_ids), _CHUNK):
        some = document_ids[start : start + _CHUNK]
        made = select(answer_documents.c.answer_id).where(answer_documents.c.document_id.in_(some))
        _delete(connection, list(connection.scalars(made.distinct())))


def _bound(connection: Connection) -> None:
    """Forget the oldest beyond the number that is kept."""
    excess = connection.execute(select(func.count()).select_from(answers)).scalar_one() - _KEPT
    if excess > 0:
        oldest = select(answers.c.id).order_by(answers.c.id).limit(excess)
        _delete(connection, list(connection.scalars(oldest)))


def _delete(connection: Connection, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        connection.execute(delete(answer_documents).where(answer_documents.c.answer_id.in_(some)))
        connection.execute(delete(answers).where(answers.c.id.in_(some)))
