"""A real Knowledge over temporary folders, with an embedder that needs no model, and what it serves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.catalog import Catalog, reading
from knowledge.embedding import Abilities, Ability, Embedder
from knowledge.index import LexicalQuery
from knowledge.language import Analyzer
from knowledge.parts import Parts
from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from knowledge.types import EVERYONE, LANGUAGES, Language, Scope
from tests.fakes import HashEmbedder

EVERYBODY = frozenset({EVERYONE})
ANALYZER = Analyzer(workers=1)
_KNOWN, _UNKNOWN = Ability(0.9, 0.0, 0.1, 0.6, 0.1), Ability(0.1, 0.6, 0.1, 0.61, 0.1)


def knowing(*languages: Language) -> Callable[[Embedder], Abilities]:
    """Measures an embedder that knows these languages, and one in the other."""

    def measured(embedder: Embedder) -> Abilities:
        pairs = {
            pair: _KNOWN if set(pair) <= set(languages) else _UNKNOWN
            for pair in product(LANGUAGES, LANGUAGES)
        }
        return Abilities(embedder.name, pairs)

    return measured


def parts_for(data: Path, *folders: Folder | Path, embedder: Embedder | None = None, **changes: Any) -> Parts:
    """What a librarian of `data` is made of, whose settings name these folders."""
    parts = Parts(
        catalog=Catalog.in_folder(data),
        folder=data / "index",
        analyzer=ANALYZER,
        embedder=embedder,
        embedder_status=None,
        abilities=knowing(*LANGUAGES),
        configured=tuple(folder if isinstance(folder, Folder) else Folder(folder) for folder in folders),
    )
    return replace(parts, **changes)


def open_knowledge(data: Path, *folders: Folder | Path, owner: bool = True, **changes: Any) -> Knowledge:
    """A librarian of `data`, which owns it unless told otherwise."""
    return Knowledge(parts_for(data, *folders, **changes), owner=owner)


def fill(folder: Path, documents: dict[str, str]) -> None:
    """Write files by their paths within the folder."""
    for name, text in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def served(knowledge: Knowledge, scopes: frozenset[Scope] | None = None) -> dict[str, tuple[str, ...]]:
    """The passages' texts of every live document, by uri."""
    return {
        document.uri: tuple(passage.text for passage in knowledge.passages(document))
        for document in knowledge.documents(scopes)
    }


def by_word(knowledge: Knowledge, word: str, scopes: frozenset[Scope] = EVERYBODY) -> list[str]:
    """The uris of the passages that have a word, one for each passage."""
    terms = dict.fromkeys(ANALYZER.terms(word, "en"), 1.0)
    with knowledge._library.pin(scopes) as snapshot:
        rows = snapshot.search_lexical(LexicalQuery({"en": terms, "ko": terms}, {}), 1000).rows.tolist()
        return sorted(stored.document.uri for stored in snapshot.passages(rows).values())


def by_meaning(knowledge: Knowledge, text: str, scopes: frozenset[Scope] = EVERYBODY) -> str | None:
    """The uri of the passage that is nearest to a text, None where nothing has a vector."""
    with knowledge._library.pin(scopes) as snapshot:
        embedder = knowledge._embedders.of(snapshot.embedder)
        assert embedder is not None
        rows = snapshot.search_dense(embedder.embed_query(text), 1).rows.tolist()
        return next((stored.document.uri for stored in snapshot.passages(rows).values()), None)


def assert_nothing_is_left_over(knowledge: Knowledge) -> None:
    """The catalog holds live versions and what they need, and both halves of the index their rows, no more."""
    library = knowledge._library
    space = library.spaces.serving
    with library.catalog.read() as connection:
        live, embedded = (rows.tolist() for rows in reading.live(connection, space))
        languages = "', '".join(space.languages if space else ())
        totals = {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            for table in ("documents", "versions", "passages", "vectors")
        }
        counted = connection.exec_driver_sql("SELECT sum(passages) FROM statistics").scalar() or 0
        hashes = connection.exec_driver_sql(
            f"SELECT count(DISTINCT text_hash) FROM passages WHERE language IN ('{languages}')"
        ).scalar()
        answers = set(connection.exec_driver_sql("SELECT document_id FROM answer_documents").scalars())
    documents = len(knowledge.documents())
    assert answers <= {document.id for document in knowledge.documents()}
    assert totals["documents"] == totals["versions"] == documents
    assert totals["passages"] == len(live) == counted
    assert sorted(library._index._lexical.reader().rows().tolist()) == live
    if knowledge._parts.embedder is not None:
        assert totals["vectors"] == hashes
        assert library._index._dense.reader().rows().tolist() == embedded


def contents(knowledge: Knowledge) -> dict[str, Any]:
    """Everything that is kept of the documents, without the numbers that depend on how it came about."""
    queries: Iterable[str] = (
        (
            "SELECT d.uri, v.title, v.scope, v.language, v.content_hash, v.recipe, v.size, v.passage_count"
            " FROM documents d JOIN versions v ON v.id = d.live_version"
        ),
        (
            "SELECT d.uri, p.id, p.text_hash, p.text, p.heading_path, p.start, p.terms, p.squeezed"
            " FROM passages p JOIN versions v ON v.id = p.version_id JOIN documents d ON d.live_version = v.id"
        ),
        "SELECT embedder, text_hash, data FROM vectors",
        "SELECT scope, language, passages, terms, bigrams FROM statistics",
    )
    with knowledge._library.catalog.read() as connection:
        return {query: sorted(map(tuple, connection.exec_driver_sql(query))) for query in queries}


class CountingEmbedder(HashEmbedder):
    """Counts the texts that were embedded as documents."""

    @property
    def texts(self) -> int:
        return sum(map(len, self.calls))


class QuickEmbedder(HashEmbedder):
    """Remembers the directions of words."""

    def __init__(self) -> None:
        super().__init__()
        self._directions: dict[str, NDArray[np.float32]] = {}

    def _vector(self, words: Sequence[str]) -> NDArray[np.float32]:
        known = self._directions
        for word in words:
            if word not in known:
                known[word] = super()._vector([word])
        if not words:
            return super()._vector(words)
        total = np.sum([known[word] for word in words], axis=0)
        return total / np.linalg.norm(total)
