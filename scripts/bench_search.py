"""Times the whole hybrid search against FAISS's plain float scan of all vectors.

One thread, warm, without embedding the question. The corpus is made up: words by Zipf's law, vectors of low
rank with noise, in scopes of 1%, 29% and 70% of the passages. Prints the median of each search, its ratio to
`IndexFlatIP` over all vectors in interleaved runs, and recall@10 of the vectors against an exact search of
the same scopes.

    python scripts/bench_search.py [--passages 100000] [--questions 60] [--folder DIR]

`--folder` keeps the corpus between runs (making it takes some minutes).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import faiss
import numpy as np

from knowledge.catalog import Catalog
from knowledge.catalog.records import AnalysedPassage, NewVersion
from knowledge.embedding import Abilities, Ability, EmbeddingSpace, Vector
from knowledge.language import Analyzer
from knowledge.library import Library
from knowledge.ranking.bm25 import Analysed, pack
from knowledge.retrieve import Retriever
from knowledge.types import EVERYONE, LANGUAGES, Passage, Scope

DIMENSIONS = 768
RANK = 96
WORDS = 30_000
PASSAGE_WORDS = 80
QUESTION_WORDS = 10
BATCH = 2_000
SMALL, MIDDLE = Scope("slack:T1/C1"), Scope("slack:T1")
FILTERS = {
    "1%": frozenset({SMALL}),
    "30%": frozenset({SMALL, MIDDLE}),
    "100%": frozenset({SMALL, MIDDLE, EVERYONE}),
}


class Corpus:
    """The made-up passages and questions; the same for the same seed."""

    def __init__(self, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self._basis = self._random.standard_normal((RANK, DIMENSIONS)).astype(np.float32) / 10
        weights = 1 / np.arange(1, WORDS + 1)
        self._zipf = weights / weights.sum()

    def versions(self, first: int, count: int) -> tuple[list[NewVersion], dict[str, Vector]]:
        """Documents of one passage each, and their vectors by text hash."""
        vectors = self._vectors(count)
        versions: list[NewVersion] = []
        by_hash: dict[str, Vector] = {}
        for i, words in enumerate(self._words(count, PASSAGE_WORDS)):
            text = " ".join(words)
            digest = hashlib.sha256(f"{first + i} {text}".encode()).hexdigest()
            passage = Passage(digest[:32], text, ("Title",), 0, len(text), lines=(1, 1))
            analysed = Analysed(pack(words), len(words), "".join(words), 0, "en")
            by_hash[digest] = vectors[i][None, :]
            versions.append(
                NewVersion(
                    uri=f"/corpus/{first + i}.txt",
                    title="Title",
                    scope=_scope(first + i),
                    language="en",
                    content_hash=digest,
                    recipe="bench",
                    size=len(text),
                    mtime_ns=1,
                    passages=(AnalysedPassage(passage, digest, analysed),),
                )
            )
        return versions, by_hash

    def questions(self, count: int) -> tuple[list[str], Vector]:
        """Texts, and vectors of shape (count, DIMENSIONS)."""
        return [" ".join(words) for words in self._words(count, QUESTION_WORDS)], self._vectors(count)

    def _words(self, texts: int, length: int) -> Iterator[list[str]]:
        for row in self._random.choice(WORDS, size=(texts, length), p=self._zipf):
            yield [f"w{number}" for number in row]

    def _vectors(self, count: int) -> Vector:
        vectors = self._random.standard_normal((count, RANK)).astype(np.float32) @ self._basis
        vectors += 0.25 * self._random.standard_normal((count, DIMENSIONS)).astype(np.float32)
        unit: Vector = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


class Prepared:
    """An embedder whose questions are embedded already."""

    name = "prepared"
    dimensions = DIMENSIONS

    def __init__(self, questions: dict[str, Vector]) -> None:
        self._questions = questions

    def embed_query(self, text: str) -> Vector:
        """The vector that was prepared for a question."""
        return self._questions[text]

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        """Refused: the documents' vectors are made with the corpus.

        Raises:
            ValueError: always.
        """
        raise ValueError(f"{len(texts)} texts to embed, and only questions were prepared")


def main() -> None:
    """Make the corpus, search it, print the table."""
    arguments = _arguments()
    faiss.omp_set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        library = _library(folder, arguments.passages)
        try:
            _measure(library, folder, arguments.questions)
        finally:
            library.close()


def _library(folder: Path, passages: int) -> Library:
    catalog = Catalog.in_folder(folder)
    catalog.prepare()
    library = Library(catalog, folder / "index", EmbeddingSpace("prepared", DIMENSIONS), owner=True)
    fill(library, passages)
    return library


def fill(library: Library, passages: int) -> None:
    """Put the made-up passages into a library, unless they are there."""
    with library.pin(FILTERS["100%"]) as snapshot:
        if snapshot.statistics.passages("en") == passages:
            return
    corpus = Corpus()
    for first in range(0, passages, BATCH):
        versions, vectors = corpus.versions(first, min(BATCH, passages - first))
        library.replace(versions, vectors)
    library.finish()


def _measure(library: Library, folder: Path, count: int) -> None:
    texts, vectors = Corpus(seed=1).questions(count)
    perfect = Ability(1.0, 0.0, 0.1, 0.8, 0.1)
    abilities = Abilities("prepared", {(a, b): perfect for a in LANGUAGES for b in LANGUAGES})
    others, other_vectors = Corpus(seed=2).questions(count)  # to warm up with
    embedder = Prepared(dict(zip([*texts, *others], [*vectors, *other_vectors], strict=True)))
    retriever = Retriever(Analyzer(), embedder, abilities)
    rows, everything, scopes = _all_vectors(folder)
    flat = faiss.IndexFlatIP(DIMENSIONS)
    flat.add(everything)
    print(f"{len(rows):,} passages x {DIMENSIONS}, {count} questions, one thread, p50")
    for name, wanted in FILTERS.items():
        allowed = np.flatnonzero(np.isin(scopes, list(wanted)))
        ours: list[float] = []
        plain: list[float] = []
        found = 0
        for text in others:
            with library.pin(wanted) as snapshot:
                retriever.retrieve(text, snapshot, 10)
        for text, vector in zip(texts, vectors, strict=True):
            with library.pin(wanted) as snapshot:
                dense = set(snapshot.search_dense(vector, 10).rows.tolist())
            exact = allowed[np.argsort(-(everything[allowed] @ vector))[:10]]
            found += len(dense & set(rows[exact].tolist()))
            began = time.perf_counter()
            with library.pin(wanted) as snapshot:
                retriever.retrieve(text, snapshot, 10)
            ours.append(time.perf_counter() - began)
            began = time.perf_counter()
            flat.search(vector[None, :], 10)
            plain.append(time.perf_counter() - began)
        mine, other = statistics.median(ours), statistics.median(plain)
        print(
            f"filter {name:>4}: hybrid {1000 * mine:6.1f} ms, IndexFlatIP {1000 * other:6.1f} ms,"
            f" ratio {mine / other:.2f}, recall@10 {found / (10 * count):.3f}"
        )


def _all_vectors(folder: Path) -> tuple[np.ndarray, Vector, np.ndarray]:
    """Rows, vectors and scopes of everything in the index's files."""
    dense = folder / "index" / "dense"
    lines = json.loads((dense / "manifest.json").read_text())["segments"]
    rows = [np.load(dense / f"{line['name']}.rows.npy") for line in lines]
    vectors = [np.load(dense / f"{line['name']}.vectors.npy") for line in lines]
    scopes = [np.full(len(part), line["scope"]) for part, line in zip(rows, lines, strict=True)]
    return np.concatenate(rows), np.concatenate(vectors), np.concatenate(scopes)


def _scope(number: int) -> Scope:
    place = number % 100
    return SMALL if place < 1 else MIDDLE if place < 30 else EVERYONE


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
