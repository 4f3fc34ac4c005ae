"""In how many live passages of a scope each word stands, for an index that can't count them itself.

An embedded index counts its own postings; a vector store that only compares sparse vectors has none. The
counts change in the transaction that changes what is live, so a snapshot's counts are exact for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update

from knowledge.catalog.dialect import upsert
from knowledge.catalog.schema import documents, passages, state, versions, word_counts
from knowledge.language import pairs_of
from knowledge.ranking.bm25 import unpack
from knowledge.types import Language, Scope

PAIRS = "pairs"
_CHUNK = 10_000
_Key = tuple[str, str, str]  # scope, field, word
_columns = (versions.c.scope, passages.c.language, passages.c.terms, passages.c.squeezed)


def are_current(connection: Connection) -> bool:
    """Whether the counts are of the generation that this connection sees."""
    return bool(connection.scalar(select(state.c.words_counted_at == state.c.generation)))


def recount(connection: Connection) -> None:
    """Count all live passages anew."""
    connection.execute(delete(word_counts))
    query = select(*_columns).join(versions, passages.c.version_id == versions.c.id)
    counts = _counted(connection, query.join(documents, documents.c.live_version == versions.c.id))
    lines = [_line(key, count) for key, count in counts.items()]
    for start in range(0, len(lines), _CHUNK):
        connection.execute(insert(word_counts), lines[start : start + _CHUNK])
    connection.execute(update(state).values(words_counted_at=state.c.generation))


def follow(connection: Connection, came: Sequence[int], went: Sequence[int]) -> None:
    """Count versions that became live, and those that are live no more, before these are cleared away."""
    counts: Counter[_Key] = Counter()
    for version_ids, sign in ((came, 1), (went, -1)):
        for start in range(0, len(version_ids), _CHUNK):
            some = version_ids[start : start + _CHUNK]
            query = select(*_columns).join(versions, passages.c.version_id == versions.c.id)
            for key, count in _counted(connection, query.where(versions.c.id.in_(some))).items():
                counts[key] += sign * count
    lines = [_line(key, count) for key, count in counts.items() if count]
    if lines:
        statement = upsert(connection, word_counts)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=list(word_counts.primary_key.columns),
                set_={"passages": word_counts.c.passages + statement.excluded.passages},
            ),
            lines,
        )
    lost = [
        {f"gone_{name}": line[name] for name in ("scope", "field", "word")}
        for line in lines
        if line["passages"] < 0  # type: ignore[operator]
    ]
    if lost:  # nothing of a document that was forgotten may stay, not even a word
        connection.execute(
            delete(word_counts).where(
                word_counts.c.scope == bindparam("gone_scope"),
                word_counts.c.field == bindparam("gone_field"),
                word_counts.c.word == bindparam("gone_word"),
                word_counts.c.passages <= 0,
            ),
            lost,
        )
    connection.execute(update(state).values(words_counted_at=state.c.generation))


def library_of(connection: Connection) -> str:
    """The name that tells this catalog from others."""
    return connection.scalar(select(state.c.library)) or ""


class WordCounts:
    """The counts of one snapshot (`knowledge.index.Frequencies`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, frozenset[Scope], str], int] = {}

    def document_frequencies(
        self, language: Language, terms: Sequence[str], scopes: frozenset[Scope]
    ) -> list[int]:
        """In how many passages of a language, among those scopes, each term stands."""
        return self._of(language, terms, scopes)

    def bigram_frequencies(self, bigrams: Sequence[str], scopes: frozenset[Scope]) -> list[int]:
        """In how many Korean passages, among those scopes, each pair of syllables stands."""
        return self._of(PAIRS, bigrams, scopes)

    def _of(self, field: str, words: Sequence[str], scopes: frozenset[Scope]) -> list[int]:
        new = {word for word in words if (field, scopes, word) not in self._known}
        if new:
            found = self._read(field, new, scopes)
            self._known.update({(field, scopes, word): found.get(word, 0) for word in new})
        return [self._known[field, scopes, word] for word in words]

    def _read(self, field: str, words: Collection[str], scopes: frozenset[Scope]) -> dict[str, int]:
        found: Counter[str] = Counter()
        wanted = sorted(words)
        for start in range(0, len(wanted), _CHUNK):
            query = (
                select(word_counts.c.word, func.sum(word_counts.c.passages))
                .where(
                    word_counts.c.scope.in_(sorted(scopes)),
                    word_counts.c.field == field,
                    word_counts.c.word.in_(wanted[start : start + _CHUNK]),
                )
                .group_by(word_counts.c.word)
            )
            found.update({word: int(count) for word, count in self._connection.execute(query)})
        return found


def _counted(connection: Connection, query: Select[Any]) -> Counter[_Key]:
    counts: Counter[_Key] = Counter()
    for scope, language, terms, squeezed in connection.execute(query):
        counts.update((scope, language, word) for word in set(unpack(terms)))
        if language == "ko":
            counts.update((scope, PAIRS, pair) for pair in set(pairs_of(squeezed)))
    return counts


def _line(key: _Key, count: int) -> dict[str, str | int]:
    scope, field, word = key
    return {"scope": scope, "field": field, "word": word, "passages": count}
