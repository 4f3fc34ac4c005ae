"""Measures retrieval on a corpus in BEIR's layout.

Layout: Thakur et al. 2021, "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval
Models": `corpus.jsonl` (`_id`, `title`, `text`), `queries.jsonl` (`_id`, `text`) and `qrels/test.tsv` (query
id, document id, gain).
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.errors import InvalidCorpus

DEPTH = 10
"""Documents that are ranked for each query."""

Rank = Callable[[str, int], Sequence[str]]
"""(question, limit) -> ids of documents, best first, each once."""


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    """One line of corpus.jsonl."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """`queries` are those with a relevant document, by id; `relevant[query]` maps documents to gains."""

    documents: tuple[CorpusDocument, ...]
    queries: Mapping[str, str]
    relevant: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over the queries, as fractions. `recall_curve[k - 1]` is Recall@k for k up to DEPTH."""

    recall_curve: tuple[float, ...]
    mrr_at_10: float
    ndcg_at_10: float
    queries: int
    ms_per_query: float

    def as_dict(self, passages: int) -> dict[str, float | int]:
        """The contract of `eval --json`."""
        return {
            "recall@1": self.recall_curve[0],
            "recall@3": self.recall_curve[2],
            "recall@5": self.recall_curve[4],
            "mrr@10": self.mrr_at_10,
            "ndcg@10": self.ndcg_at_10,
            "queries": self.queries,
            "passages": passages,
            "ms_per_query": self.ms_per_query,
        }


def load_corpus(folder: Path) -> Corpus:
    """Read a corpus.

    Raises: InvalidCorpus: a file is missing or can't be read, or a line isn't what it must be; names file and
        line.
    """
    documents = tuple(
        CorpusDocument(
            _field(record, "_id", where), _optional(record, "title", where), _field(record, "text", where)
        )
        for where, record in _records(folder / "corpus.jsonl")
    )
    queries: dict[str, str] = {}
    for where, record in _records(folder / "queries.jsonl"):
        queries[_field(record, "_id", where)] = _field(record, "text", where)
    _check_unique([document.id for document in documents], folder / "corpus.jsonl")
    relevant: dict[str, dict[str, int]] = {}
    for query, document, gain in _judgements(folder / "qrels" / "test.tsv"):
        if gain > 0 and query in queries:
            relevant.setdefault(query, {})[document] = gain
    if not relevant:
        raise InvalidCorpus(path=str(folder / "qrels" / "test.tsv"), reason="no_queries", detail="")
    return Corpus(documents, {query: queries[query] for query in relevant}, relevant)


def evaluate(
    corpus: Corpus,
    rank: Rank,
    *,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Scores:
    """Rank the queries (the first `limit`) and average. `progress` is told queries done and in all."""
    chosen = list(corpus.queries.items())[:limit]
    recalls = [0.0] * DEPTH
    mrr = ndcg = seconds = 0.0
    for done, (query, question) in enumerate(chosen, 1):
        began = time.perf_counter()
        ranking = list(rank(question, DEPTH))
        seconds += time.perf_counter() - began
        relevant = corpus.relevant[query]
        for depth in range(1, DEPTH + 1):
            recalls[depth - 1] += recall(ranking, relevant, depth)
        mrr += reciprocal_rank(ranking, relevant, DEPTH)
        ndcg += normalised_gain(ranking, relevant, DEPTH)
        if progress:
            progress(done, len(chosen))
    count = len(chosen)
    return Scores(
        tuple(total / count for total in recalls), mrr / count, ndcg / count, count, 1000 * seconds / count
    )


def recall(ranking: Sequence[str], relevant: Mapping[str, int], depth: int) -> float:
    """The part of the relevant documents that stand among the first `depth`."""
    return sum(document in relevant for document in ranking[:depth]) / len(relevant)


def reciprocal_rank(ranking: Sequence[str], relevant: Mapping[str, int], depth: int) -> float:
    """1 / rank of the first relevant document, or 0 when none is among the first `depth`."""
    return next((1 / rank for rank, document in enumerate(ranking[:depth], 1) if document in relevant), 0.0)


def normalised_gain(ranking: Sequence[str], relevant: Mapping[str, int], depth: int) -> float:
    """NDCG with linear gains, as trec_eval and BEIR compute it (Järvelin and Kekäläinen 2002)."""
    gains = [relevant.get(document, 0) for document in ranking[:depth]]
    best = sorted(relevant.values(), reverse=True)[:depth]
    return _discounted(gains) / _discounted(best)


def plot(scores: Scores, path: Path, *, name: str) -> None:
    """Draw Recall@k and the summary figures into an image file (the name's ending chooses the format).

    Raises:
        ModuleNotFoundError: matplotlib isn't installed.
        OSError: the file can't be written.
        ValueError: no such image format.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    depths = range(1, DEPTH + 1)
    axes.plot(depths, scores.recall_curve, marker="o", color="#1f6f78", label="Recall@k")
    for depth in (1, 3, 5):
        value = scores.recall_curve[depth - 1]
        axes.annotate(
            f"{value:.3f}", (depth, value), textcoords="offset points", xytext=(0, 8), ha="center", fontsize=9
        )
    axes.axhline(scores.mrr_at_10, color="#b5651d", linestyle="--", label=f"MRR@10 = {scores.mrr_at_10:.3f}")
    axes.axhline(
        scores.ndcg_at_10, color="#6a4c93", linestyle=":", label=f"nDCG@10 = {scores.ndcg_at_10:.3f}"
    )
    axes.set(
        xlabel="k",
        xticks=list(depths),
        title=f"{name}: {scores.queries:,} queries, {scores.ms_per_query:.1f} ms each",
    )
    lowest = min(*scores.recall_curve, scores.mrr_at_10, scores.ndcg_at_10)
    axes.set_ylim(max(0.0, lowest - 0.1), 1.02)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    figure.savefig(path)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Where (`path:line`) and what of every line that isn't blank."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield f"{path}:{number}", line.rstrip("\r\n")
    except FileNotFoundError:
        raise InvalidCorpus(path=str(path), reason="missing", detail="") from None
    except UnicodeDecodeError as error:
        raise InvalidCorpus(path=str(path), reason="encoding", detail="") from error
    except OSError as error:
        raise InvalidCorpus(path=str(path), reason="missing", detail=error.strerror or "") from error


def _records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, line in _lines(path):
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise InvalidCorpus(path=where, reason="json", detail=error.msg) from None
        if not isinstance(record, dict):
            raise InvalidCorpus(path=where, reason="json", detail="")
        yield where, record


def _field(record: dict[str, Any], name: str, where: str) -> str:
    value = record.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and name == "_id":
        return str(value)
    if not isinstance(value, str) or not value:
        raise InvalidCorpus(path=where, reason="field", detail=name)
    return value


def _optional(record: dict[str, Any], name: str, where: str) -> str:
    return _field(record, name, where) if record.get(name) else ""


def _judgements(path: Path) -> Iterator[tuple[str, str, int]]:
    for position, (where, line) in enumerate(_lines(path)):
        columns = line.split("\t")
        try:
            query, document, gain = columns[0], columns[1], int(columns[2])
        except (IndexError, ValueError):
            if position == 0:  # the header
                continue
            raise InvalidCorpus(path=where, reason="qrels", detail="") from None
        yield query, document, gain


def _check_unique(ids: Sequence[str], path: Path) -> None:
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            raise InvalidCorpus(path=str(path), reason="twice", detail=each)
        seen.add(each)
