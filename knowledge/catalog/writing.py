"""The writes of a refresh, in the order of one document's life: stage, flip, clear away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select, update

from knowledge.catalog import answers
from knowledge.catalog.dialect import upsert
from knowledge.catalog.places import place_as_dict
from knowledge.catalog.records import AnalysedPassage, Flip, NewVersion, StagedVersion
from knowledge.catalog.schema import documents, passages, state, statistics, vectors, versions
from knowledge.embedding import EmbeddingSpace, Vector

_T = TypeVar("_T")
_CHUNK = 10_000  # values in one IN (...): SQLite takes 32,766


def stage(
    connection: Connection,
    new: Sequence[NewVersion],
    space: EmbeddingSpace | None,
    vectors_by_hash: Mapping[str, Vector],
) -> list[StagedVersion]:
    """Write versions beside the live ones, with their vectors, unseen by any reader."""
    first_row = _reserve_rows(connection, sum(len(version.passages) for version in new))
    document_ids = _document_ids(connection, [version.uri for version in new])
    replaced = _find_documents(connection, [version.replaces for version in new if version.replaces])
    version_ids = _insert_versions(connection, [(document_ids[version.uri], version) for version in new])
    staged: list[StagedVersion] = []
    passage_rows: list[dict[str, Any]] = []
    for version, version_id in zip(new, version_ids, strict=True):
        rows = tuple(range(first_row, first_row + len(version.passages)))
        first_row += len(rows)
        passage_rows += [
            _passage_row(row, version_id, passage)
            for row, passage in zip(rows, version.passages, strict=True)
        ]
        staged.append(
            StagedVersion(
                version_id, document_ids[version.uri], replaced.get(version.replaces), rows, version
            )
        )
    if passage_rows:
        connection.execute(insert(passages), passage_rows)
    store_vectors(connection, space, vectors_by_hash)
    return staged


def store_vectors(
    connection: Connection, space: EmbeddingSpace | None, vectors_by_hash: Mapping[str, Vector]
) -> None:
    """Keep vectors, each array of shape (windows, dimensions), under their text's hash."""
    if space is None or not vectors_by_hash:
        return
    connection.execute(
        upsert(connection, vectors).on_conflict_do_nothing(),
        [
            {
                "embedder": space.embedder,
                "text_hash": text_hash,
                "data": array.astype("<f4", copy=False).tobytes(),
            }
            for text_hash, array in vectors_by_hash.items()
        ],
    )


def flip(connection: Connection, staged: Sequence[StagedVersion], forgotten: Sequence[int]) -> Flip:
    """Make staged versions the live ones and forget documents, in this transaction.

    `forgotten` are document ids. A moved document's former self is forgotten too, and so are the answers that
    were made from any of them.
    """
    changed = [version.document_id for version in staged]
    gone = [*forgotten, *(v.replaced_id for v in staged if v.replaced_id is not None)]
    answers.forget(connection, [*changed, *gone])
    stale = _live_versions(connection, [*changed, *gone])
    removed = rows_of(connection, stale)
    _count(connection, stale, -1)
    if staged:
        connection.execute(
            update(documents)
            .where(documents.c.id == bindparam("document"))
            .values(live_version=bindparam("version")),
            [{"document": version.document_id, "version": version.version_id} for version in staged],
        )
    for ids in _chunks(gone):
        connection.execute(update(documents).where(documents.c.id.in_(ids)).values(live_version=None))
    _count(connection, [version.version_id for version in staged], 1)
    generation = connection.execute(
        update(state).values(generation=state.c.generation + 1).returning(state.c.generation)
    ).scalar_one()
    added = tuple(row for version in staged for row in version.rows)
    return Flip(generation, added, tuple(removed), tuple(stale))


def clear(connection: Connection, version_ids: Sequence[int]) -> None:
    """Delete versions that are not live, their passages, and vectors and documents that only they had."""
    hashes: set[str] = set()
    owners: set[int] = set()
    for ids in _chunks(version_ids):
        hashes.update(connection.scalars(select(passages.c.text_hash).where(passages.c.version_id.in_(ids))))
        owners.update(connection.scalars(select(versions.c.document_id).where(versions.c.id.in_(ids))))
        connection.execute(delete(passages).where(passages.c.version_id.in_(ids)))
        connection.execute(delete(versions).where(versions.c.id.in_(ids)))
    still_used = exists().where(passages.c.text_hash == vectors.c.text_hash)
    for some in _chunks(sorted(hashes)):
        connection.execute(delete(vectors).where(vectors.c.text_hash.in_(some), ~still_used))
    has_versions = exists().where(versions.c.document_id == documents.c.id)
    for ids in _chunks(sorted(owners)):
        connection.execute(
            delete(documents).where(
                documents.c.id.in_(ids), documents.c.live_version.is_(None), ~has_versions
            )
        )


def left_over(connection: Connection) -> list[int]:
    """Ids of versions that are not live: what a killed run left behind."""
    joined = versions.join(documents, versions.c.document_id == documents.c.id)
    not_live = documents.c.live_version.is_(None) | (documents.c.live_version != versions.c.id)
    return list(connection.scalars(select(versions.c.id).select_from(joined).where(not_live)))


def touch(connection: Connection, seen: Iterable[tuple[int, int, int]]) -> None:
    """Note (document id, size, mtime_ns) of files whose time changed and whose content did not."""
    for document_id, size, mtime_ns in seen:
        live = select(documents.c.live_version).where(documents.c.id == document_id).scalar_subquery()
        connection.execute(update(versions).where(versions.c.id == live).values(size=size, mtime_ns=mtime_ns))


def _reserve_rows(connection: Connection, count: int) -> int:
    after: int = connection.execute(
        update(state).values(next_row=state.c.next_row + count).returning(state.c.next_row)
    ).scalar_one()
    return after - count


def _find_documents(connection: Connection, uris: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in _chunks(uris):
        query = select(documents.c.uri, documents.c.id).where(documents.c.uri.in_(chunk))
        found.update((uri, document_id) for uri, document_id in connection.execute(query))
    return found


def _document_ids(connection: Connection, uris: Sequence[str]) -> dict[str, int]:
    """The ids of documents by uri; those that aren't known yet are made."""
    found = _find_documents(connection, uris)
    new = [{"uri": uri} for uri in uris if uri not in found]
    if new:
        made = insert(documents).returning(documents.c.uri, documents.c.id)
        found.update((uri, document_id) for uri, document_id in connection.execute(made, new))
    return found


def _insert_versions(connection: Connection, new: Sequence[tuple[int, NewVersion]]) -> Sequence[int]:
    if not new:
        return []
    now = datetime.now(UTC)
    values = [
        {
            "document_id": document_id,
            "title": version.title,
            "scope": version.scope,
            "language": version.language,
            "content_hash": version.content_hash,
            "recipe": version.recipe,
            "size": version.size,
            "mtime_ns": version.mtime_ns,
            "passage_count": len(version.passages),
            "omissions": [[each.reason, each.detail] for each in version.omissions] or None,
            "indexed_at": now,
        }
        for document_id, version in new
    ]
    return connection.scalars(
        insert(versions).returning(versions.c.id, sort_by_parameter_order=True), values
    ).all()


def _passage_row(row: int, version_id: int, analysed: AnalysedPassage) -> dict[str, Any]:
    passage = analysed.passage
    first, last = passage.lines or (None, None)
    return {
        "row": row,
        "version_id": version_id,
        "id": passage.id,
        "text_hash": analysed.text_hash,
        "language": passage.language,
        "text": passage.text,
        "heading_path": list(passage.heading_path),
        "header": passage.header,
        "start": passage.start,
        "end": passage.end,
        "page": passage.page,
        "first_line": first,
        "last_line": last,
        "place": passage.place and place_as_dict(passage.place),
        "terms": analysed.analysed.terms,
        "term_count": analysed.analysed.n_terms,
        "squeezed": analysed.analysed.squeezed,
        "bigram_count": analysed.analysed.n_bigrams,
    }


def _live_versions(connection: Connection, document_ids: Sequence[int]) -> list[int]:
    found: list[int] = []
    for ids in _chunks(document_ids):
        live = select(documents.c.live_version).where(
            documents.c.id.in_(ids), documents.c.live_version.is_not(None)
        )
        found += connection.scalars(live)
    return found


def rows_of(connection: Connection, version_ids: Sequence[int]) -> list[int]:
    """The rows of versions, in no order."""
    found: list[int] = []
    for ids in _chunks(version_ids):
        found += connection.scalars(select(passages.c.row).where(passages.c.version_id.in_(ids)))
    return found


def _count(connection: Connection, version_ids: Sequence[int], sign: int) -> None:
    """Add the versions' passages to the statistics of their scope and language, or take them off."""
    totals: dict[tuple[str, str], Counter[str]] = {}
    for ids in _chunks(version_ids):
        query = (
            select(
                versions.c.scope,
                passages.c.language,
                func.count(),
                func.sum(passages.c.term_count),
                func.sum(passages.c.bigram_count),
            )
            .join(versions, passages.c.version_id == versions.c.id)
            .where(versions.c.id.in_(ids))
            .group_by(versions.c.scope, passages.c.language)
        )
        for scope, language, count, terms, bigrams in connection.execute(query):
            total = totals.setdefault((scope, language), Counter())
            total.update(passages=sign * count, terms=sign * terms, bigrams=sign * bigrams)
    for (scope, language), total in totals.items():
        _add_statistics(connection, scope, language, total)


def _add_statistics(connection: Connection, scope: str, language: str, total: Counter[str]) -> None:
    statement = upsert(connection, statistics).values(
        scope=scope,
        language=language,
        passages=total["passages"],
        terms=total["terms"],
        bigrams=total["bigrams"],
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[statistics.c.scope, statistics.c.language],
            set_={
                name: statistics.c[name] + statement.excluded[name]
                for name in ("passages", "terms", "bigrams")
            },
        )
    )
    connection.execute(delete(statistics).where(statistics.c.passages <= 0))


def _chunks(items: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (items[i : i + _CHUNK] for i in range(0, len(items), _CHUNK))
