"""The reads: what is live, passages to score and cite, documents to list, entries to build an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    select,
    true,
)

from knowledge.catalog.places import place_from_dict
from knowledge.catalog.records import KnownFile, ScorablePassage, StoredPassage, Totals
from knowledge.catalog.schema import documents, passages, state, statistics, uploads, vectors, versions
from knowledge.embedding import EmbeddingSpace
from knowledge.index import Entry, Live
from knowledge.ranking.bm25 import Analysed
from knowledge.types import Document, Omission, Passage, Scope

_CHUNK = 10_000
_live = documents.join(versions, documents.c.live_version == versions.c.id)
# By primary keys from the passages on, so that a few rows are looked up and nothing is scanned.
_all_passages = passages.join(versions, passages.c.version_id == versions.c.id).join(
    documents, versions.c.document_id == documents.c.id
)
_is_live = documents.c.live_version == passages.c.version_id
_link = (
    select(uploads.c.link)
    .where(uploads.c.uri == documents.c.uri)
    .order_by(uploads.c.id.desc())
    .limit(1)
    .correlate(documents)
    .scalar_subquery()
    .label("link")
)


def generation(connection: Connection) -> int:
    """The number of the state that this connection sees: it grows with every change of what is live."""
    number: int = connection.execute(select(state.c.generation)).scalar_one()
    return number


def live(connection: Connection, space: EmbeddingSpace | None) -> Live:
    """Rows of all live passages, and of those that are to have vectors."""
    query = select(passages.c.row, _wants_vectors(space)).select_from(_all_passages).where(_is_live)
    found = np.fromiter(
        map(tuple, connection.execute(query)), dtype=[("row", np.int64), ("embedded", np.bool_)]
    )
    return Live(np.sort(found["row"]), np.sort(found["row"][found["embedded"]]))


def _wants_vectors(space: EmbeddingSpace | None) -> ColumnElement[bool]:
    """Whether a passage is to have vectors."""
    return passages.c.language.in_(sorted(space.languages) if space else [])


def _has_vectors(space: EmbeddingSpace | None) -> ColumnElement[bool]:
    """Joins a passage with the vectors that it has and is to have."""
    return and_(
        vectors.c.text_hash == passages.c.text_hash,
        vectors.c.embedder == (space.embedder if space else ""),
        _wants_vectors(space),
    )


def signatures(connection: Connection) -> set[str]:
    """The signature (`records.signature`) of every document's live version."""
    v = versions.c
    parts = [cast(v.size, Text), cast(v.mtime_ns, Text), v.scope, v.recipe, documents.c.uri]
    line = reduce(lambda before, part: before + " " + part, parts)
    return set(connection.scalars(select(line).select_from(_live)).all())


def known_files(connection: Connection, uris: Sequence[str]) -> dict[str, KnownFile]:
    """The live versions of some documents, by uri."""
    v, d = versions.c, documents.c
    query = select(d.id, d.uri, v.scope, v.content_hash, v.recipe, v.size, v.mtime_ns).select_from(_live)
    found: dict[str, KnownFile] = {}
    for start in range(0, len(uris), _CHUNK):
        rows = connection.execute(query.where(d.uri.in_(uris[start : start + _CHUNK])))
        found.update((row[1], KnownFile._make(row)) for row in rows)
    return found


def scorable_passages(connection: Connection, rows: Sequence[int]) -> list[ScorablePassage]:
    """What scoring needs of the live passages among some rows, in no particular order."""
    return [
        ScorablePassage(row, document_id, title, Analysed(*values))
        for row, document_id, title, *values in connection.execute(_scorable, {"rows": rows})
    ]


def load_passages(connection: Connection, rows: Sequence[int]) -> dict[int, StoredPassage]:
    """The live passages among some rows, with their documents, by row."""
    found = connection.execute(_stored, {"rows": rows}).mappings()
    return {row["row"]: StoredPassage(row["row"], _passage(row), _document(row)) for row in found}


def document_passages(connection: Connection, document_id: int) -> list[Passage]:
    """A document's live passages in reading order."""
    query = (
        select(*passages.c)
        .select_from(_all_passages)
        .where(_is_live, documents.c.id == document_id)
        .order_by(passages.c.row)
    )
    return [_passage(row) for row in connection.execute(query).mappings()]


def list_documents(connection: Connection, scopes: Iterable[Scope] | None = None) -> list[Document]:
    """Live documents by uri: those of the scopes, or all of them for None (the operator's view)."""
    query = _document_columns(
        select(documents.c.uri, documents.c.id.label("document_id")).select_from(_live)
    ).order_by(documents.c.uri)
    if scopes is not None:
        query = query.where(versions.c.scope.in_(sorted(scopes)))
    return [_document(row) for row in connection.execute(query).mappings()]


def omissions(connection: Connection) -> dict[str, tuple[Omission, ...]]:
    """What was left out of live documents, by uri; those that were read wholly aren't there."""
    query = (
        select(documents.c.uri, versions.c.omissions)
        .select_from(_live)
        .where(versions.c.omissions.is_not(None))
        .order_by(documents.c.uri)
    )
    return {
        uri: tuple(Omission(reason, detail) for reason, detail in found)
        for uri, found in connection.execute(query)
    }


def index_entries(
    connection: Connection, rows: Sequence[int], space: EmbeddingSpace | None, *, live: bool = True
) -> Iterator[Entry]:
    """What an index keeps of passages, live or (`live=False`) staged, with the vectors that are there."""
    columns = [
        passages.c.row,
        versions.c.scope,
        passages.c.language,
        passages.c.terms,
        passages.c.squeezed,
        vectors.c.data,
        documents.c.id,
    ]
    for start in range(0, len(rows), _CHUNK):
        query = (
            select(*columns)
            .select_from(_all_passages.outerjoin(vectors, _has_vectors(space)))
            .where(
                _is_live if live else true(),
                passages.c.row.in_([int(row) for row in rows[start : start + _CHUNK]]),
            )
            .order_by(passages.c.row)
        )
        for row, scope, language, terms, squeezed, data, document_id in connection.execute(query):
            yield Entry(row, document_id, Scope(scope), language, terms, squeezed, data)


def hashes_with_vectors(connection: Connection, embedder: str, text_hashes: Sequence[str]) -> set[str]:
    """Those of some texts that this embedder's vectors are kept of."""
    found: set[str] = set()
    for start in range(0, len(text_hashes), _CHUNK):
        query = select(vectors.c.text_hash).where(
            vectors.c.embedder == embedder, vectors.c.text_hash.in_(text_hashes[start : start + _CHUNK])
        )
        found.update(connection.scalars(query))
    return found


def texts_without_vectors(connection: Connection, space: EmbeddingSpace) -> dict[str, str]:
    """Full text by hash of live passages that are to have vectors, and have none."""
    query = _lacking(space).order_by(passages.c.row)
    return {row["text_hash"]: _passage(row).full_text for row in connection.execute(query).mappings()}


def lacks_vectors(connection: Connection, space: EmbeddingSpace) -> bool:
    """Whether some live passage that is to have vectors has none."""
    return connection.execute(_lacking(space).limit(1)).first() is not None


def count_lacking(connection: Connection, space: EmbeddingSpace) -> int:
    """How many live passages that are to have vectors have none."""
    number: int = connection.execute(
        select(func.count()).select_from(_lacking(space).with_only_columns(passages.c.row).subquery())
    ).scalar_one()
    return number


def _lacking(space: EmbeddingSpace) -> Select[Any]:
    """Live passages that are to have vectors, and have none."""
    return (
        select(*passages.c)
        .select_from(_all_passages.outerjoin(vectors, _has_vectors(space)))
        .where(_is_live, _wants_vectors(space), vectors.c.text_hash.is_(None))
    )


def rows_with_vectors(connection: Connection, space: EmbeddingSpace) -> NDArray[np.int64]:
    """Rows of the live passages whose vectors an index keeps, ascending."""
    joined = _all_passages.join(vectors, _has_vectors(space))
    query = select(passages.c.row).select_from(joined).where(_is_live)
    rows = np.fromiter((row for (row,) in connection.execute(query)), dtype=np.int64)
    return np.sort(rows)


def totals(connection: Connection) -> Totals:
    """How much of each language is live in each scope."""
    s = statistics.c
    found = connection.execute(select(s.scope, s.language, s.passages, s.terms, s.bigrams))
    return {(Scope(scope), language): tuple(counts) for scope, language, *counts in found}


def scopes_in_use(connection: Connection) -> frozenset[Scope]:
    """Scopes that have live passages."""
    return frozenset(Scope(scope) for scope in connection.scalars(select(statistics.c.scope).distinct()))


def _document_columns(query: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    v = versions.c
    return query.add_columns(
        v.title,
        v.scope,
        v.content_hash,
        v.mtime_ns,
        v.size,
        v.passage_count,
        v.language.label("document_language"),
        _link,
    )


# Built once: every question runs these two, and building them takes longer than running them.
_wanted = passages.c.row.in_(bindparam("rows", expanding=True))
_scorable = (
    select(
        passages.c.row,
        documents.c.id,
        versions.c.title,
        passages.c.terms,
        passages.c.term_count,
        passages.c.squeezed,
        passages.c.bigram_count,
        passages.c.language,
    )
    .select_from(_all_passages)
    .where(_is_live, _wanted)
)
_stored = _document_columns(
    select(*passages.c, documents.c.uri, documents.c.id.label("document_id")).select_from(_all_passages)
).where(_is_live, _wanted)


def _document(row: RowMapping) -> Document:
    return Document(
        id=row["document_id"],
        uri=row["uri"],
        title=row["title"],
        scope=row["scope"],
        content_hash=row["content_hash"],
        modified_at=datetime.fromtimestamp(row["mtime_ns"] / 1e9, UTC),
        size=row["size"],
        passages=row["passage_count"],
        language=row["document_language"],
        link=row["link"] or "",
    )


def _passage(row: RowMapping) -> Passage:
    lines = None if row["first_line"] is None else (row["first_line"], row["last_line"])
    return Passage(
        id=row["id"],
        text=row["text"],
        heading_path=tuple(row["heading_path"]),
        start=row["start"],
        end=row["end"],
        page=row["page"],
        lines=lines,
        header=row["header"],
        language=row["language"],
        place=row["place"] and place_from_dict(row["place"]),
    )
