"""BM25 candidates from tantivy: a field of analysed terms for each language, and one of Korean bigrams.

The terms come analysed (Kiwi, Snowball), so tantivy only splits at spaces; bigrams it makes itself. A scope
is a clause that must match with a score of nothing, for it has to narrow the search without changing the
ranking.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge.errors import IndexDamaged, IndexUnavailable, MissingDependency, StorageFull
from knowledge.index import Entry, Hits, LexicalQuery
from knowledge.storage import checksum, has_space, write_atomically
from knowledge.types import LANGUAGES, Language, Scope

if TYPE_CHECKING:
    import tantivy

_VERSION = 1
_HEAP = 64 * 1024 * 1024
_SEPARATOR = "\x1f"
_EVERYTHING = 1 << 30


def _tantivy() -> Any:
    try:
        import tantivy
    except ImportError as error:
        raise MissingDependency(package="tantivy", command="pip install 'saseo[faiss]'") from error
    return tantivy


class LexicalReader:
    """One unchanging view of the index: a searcher at one commit."""

    def __init__(self, index: tantivy.Index) -> None:
        self._tantivy = _tantivy()
        self._schema = index.schema
        self._searcher = index.searcher()
        self._scopes = frozenset(scope for scope, _ in self._searcher.terms_with_prefix("scope", ""))
        self._frequency = lru_cache(maxsize=50_000)(self._count)

    @property
    def count(self) -> int:
        """How many rows there are."""
        found: int = self._searcher.num_docs
        return found

    def search(self, query: LexicalQuery, scopes: frozenset[Scope], limit: int) -> Hits:
        """Rows by BM25 over all fields, best first."""
        should = self._tantivy.Occur.Should
        clauses = [
            (should, self._term(f"terms_{language}", term, weight))
            for language in LANGUAGES
            for term, weight in query.terms.get(language, {}).items()
        ]
        clauses += [(should, self._term("bigrams", text, weight)) for text, weight in query.bigrams.items()]
        if not clauses or not self._scopes & scopes:
            return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
        wanted = self._within(self._tantivy.Query.boolean_query(clauses), scopes)
        found = self._searcher.search(wanted, limit=limit, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in found])
        return Hits(np.array(rows, np.int64), np.array([score for score, _ in found], np.float32))

    def document_frequencies(
        self, language: Language, terms: Sequence[str], scopes: frozenset[Scope]
    ) -> list[int]:
        """In how many passages of a language each term stands."""
        return self._frequencies(field_of(language), terms, scopes)

    def bigram_frequencies(self, bigrams: Sequence[str], scopes: frozenset[Scope]) -> list[int]:
        """In how many Korean passages each bigram stands."""
        return self._frequencies("bigrams", bigrams, scopes)

    def _frequencies(self, field: str, terms: Sequence[str], scopes: frozenset[Scope]) -> list[int]:
        if not self._scopes & scopes:
            return [0] * len(terms)
        return [self._frequency(field, term, scopes) for term in terms]

    def rows(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Every row of the index, in no order."""
        everything = self._tantivy.Query.all_query()
        found = self._searcher.search(everything, limit=max(self._searcher.num_docs, 1)).hits
        return np.array(self._searcher.fast_field_values("row", [address for _, address in found]), np.int64)

    def _count(self, field: str, term: str, scopes: frozenset[Scope]) -> int:
        # The cheap count is of every scope: it serves where nothing is filtered, and to see zeros.
        everywhere: int = self._searcher.doc_freq(field, term)
        if everywhere == 0 or self._scopes <= scopes:
            return everywhere
        wanted = self._within(self._term(field, term, 1.0), scopes)
        found: Any = self._searcher.search(wanted, limit=1, count=True)  # its type stub lacks `count`
        count: int = found.count
        return count

    def _term(self, field: str, term: str, weight: float) -> Any:
        query = self._tantivy.Query.term_query(self._schema, field, term, index_option="freq")
        return query if weight == 1.0 else self._tantivy.Query.boost_query(query, weight)

    def _within(self, query: Any, scopes: frozenset[Scope]) -> Any:
        if self._scopes <= scopes:
            return query
        make = self._tantivy.Query
        clauses = [
            (self._tantivy.Occur.Should, make.term_query(self._schema, "scope", scope, index_option="basic"))
            for scope in sorted(self._scopes & scopes)
        ]
        allowed = make.const_score_query(make.boolean_query(clauses), 0.0)
        return make.boolean_query([(self._tantivy.Occur.Must, query), (self._tantivy.Occur.Must, allowed)])


class LexicalStore:
    """The index's folder, and its one writer."""

    def __init__(self, folder: Path | None) -> None:
        """Open the index, or make an empty one; None makes one in memory.

        Raises:
            IndexDamaged: the folder's files can't be read, or are of another version.
        """
        self._folder = folder
        self._writer: tantivy.IndexWriter | None = None
        self._dirty = False
        self._checksums: dict[str, int] = {}
        module = _tantivy()
        try:
            if folder is None:
                self._index = module.Index(_schema(module))
            elif (folder / "files").exists():
                self._checksums = _checked(folder)
                self._index = module.Index.open(str(folder / "files"))
            else:
                (folder / "files").mkdir(parents=True)
                self._index = module.Index(_schema(module), path=str(folder / "files"))
                self._write_state(-1)
            self._index.register_tokenizer("terms", _analyzer(module, module.Tokenizer.whitespace()))
            self._index.register_tokenizer("bigrams", _analyzer(module, module.Tokenizer.ngram(2, 2)))
            self._index.config_reader("manual")
            self._current = LexicalReader(self._index)
        except (ValueError, OSError, KeyError, TypeError) as error:
            raise IndexDamaged(path=str(folder), detail=str(error)) from error

    @property
    def in_memory(self) -> bool:
        """Whether this index has no files."""
        return self._folder is None

    @property
    def generation(self) -> int:
        """The generation of the catalog that this index was flushed at; -1 for never."""
        if self._folder is None:
            return -1
        return int(json.loads((self._folder / "state.json").read_text())["generation"])

    def add(self, entries: Sequence[Entry]) -> None:
        """Add entries and commit them, with the removals that were waiting."""
        document = _tantivy().Document.from_dict
        with self._writing() as writer:
            for entry in entries:
                fields = {
                    "row": [entry.row],
                    "scope": [entry.scope],
                    f"terms_{entry.language}": [entry.terms.replace(_SEPARATOR, " ")],
                }
                if entry.language == "ko":
                    fields["bigrams"] = [entry.squeezed]
                writer.add_document(document(fields, self._index.schema))
            writer.commit()
        self._dirty = False
        self.reload()

    def remove(self, rows: Sequence[int]) -> None:
        """Mark rows as gone; the next `add` or `flush` commits it."""
        if not rows:
            return
        # By query: tantivy's delete by term takes a Python int for a signed one, and finds nothing.
        wanted = _tantivy().Query.term_set_query(self._index.schema, "row", list(rows))
        with self._writing() as writer:
            writer.delete_documents_by_query(wanted)
        self._dirty = True

    def reader(self) -> LexicalReader:
        """The view at the last commit that this process made or reloaded."""
        return self._current

    def reload(self) -> None:
        """See what another process has committed."""
        self._index.reload()
        self._current = LexicalReader(self._index)

    def flush(self, generation: int) -> None:
        """Commit, and note the catalog's generation."""
        if self._dirty:
            self.add([])
        self._write_state(generation)

    def close(self) -> None:
        """Give the writer's lock back; what isn't committed is dropped."""
        if self._writer is not None:
            self._writer.rollback()
            self._writer.wait_merging_threads()
            self._writer = None

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        """The writer; its errors are mapped, and one that failed once stays broken and is given up."""
        try:
            if self._writer is None:
                self._writer = self._index.writer(heap_size=_HEAP, num_threads=1)
            yield self._writer
        except (ValueError, OSError) as error:
            self._writer = None
            if _is_full(str(error)) or (self._folder is not None and not has_space(self._folder)):
                raise StorageFull(path=str(self._folder)) from error
            raise IndexUnavailable(detail=str(error)) from error

    def _write_state(self, generation: int) -> None:
        if self._folder is not None:
            self._checksums = _checksums(self._folder / "files", self._checksums)
            state = {"version": _VERSION, "generation": generation, "checksums": self._checksums}
            write_atomically(self._folder / "state.json", json.dumps(state))


def _checked(folder: Path) -> dict[str, int]:
    """The checksums of the last flush, once the files were found to agree.

    What tantivy has merged away since then is fine; that nothing is missing it sees itself.

    Raises:
        ValueError: a file was altered, or another version of this program wrote them.
    """
    state = json.loads((folder / "state.json").read_text())
    if state["version"] != _VERSION:
        raise ValueError(f"version {state['version']}, this program's is {_VERSION}")
    noted: dict[str, int] = state["checksums"]
    for name, value in noted.items():
        if checksum(folder / "files" / name) not in (value, None):
            raise ValueError(f"{name} was altered")
    return noted


def _checksums(files: Path, known: dict[str, int]) -> dict[str, int]:
    """Those of the committed segments' files. They never change; others may be half written."""
    meta = json.loads((files / "meta.json").read_text())
    segments = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
    names = [path.name for path in files.iterdir() if path.name.split(".")[0] in segments]
    found = {name: known[name] if name in known else checksum(files / name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def _is_full(message: str) -> bool:
    return "No space left" in message or "StorageFull" in message


def field_of(language: Language) -> str:
    """The field that holds the terms of passages in a language."""
    return f"terms_{language}"


def _schema(module: Any) -> Any:
    builder = module.SchemaBuilder()
    builder.add_unsigned_field("row", indexed=True, fast=True)
    builder.add_text_field("scope", tokenizer_name="raw", index_option="basic")
    for language in LANGUAGES:
        builder.add_text_field(field_of(language), tokenizer_name="terms", index_option="freq")
    builder.add_text_field("bigrams", tokenizer_name="bigrams", index_option="freq")
    return builder.build()


def _analyzer(module: Any, tokenizer: Any) -> Any:
    return module.TextAnalyzerBuilder(tokenizer).build()
