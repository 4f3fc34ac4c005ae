"""Measure the ranking on corpora in BEIR's layout that have one right passage for each question.

    python scripts/tune_ranking.py --corpus KORQUAD --corpus SQUAD

One corpus for each language, in Korean and English. `tune_refusal.py` does the same for refusing.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from knowledge.language import Analyzer
from knowledge.ranking import bm25, query
from scripts.perturb import mistyped, unspaced
from scripts.ranking_lab import Asked, Corpus, Index, Vectors, embed, read, search, with_corpora


def figures(ranks: Sequence[int]) -> str:
    """Recall and mean reciprocal rank."""
    rank = np.array(ranks, float)
    recall = "  ".join(f"R@{k} {100 * np.mean(rank <= k):.1f}" for k in (1, 3, 5))
    return (
        f"{recall}  MRR@10 {100 * np.mean(np.where(rank <= 10, 1 / rank, 0)):.1f}  ({len(ranks)} questions)"
    )


def ranks(
    index: Index, analyzer: Analyzer, asked: Sequence[Asked], vectors: Vectors | None, first: int = 0
) -> list[int]:
    """The rank of each question's right passage, 1000 where it wasn't found."""
    found = []
    for number, question in enumerate(asked):
        rows = search(index, analyzer, question.text, None if vectors is None else vectors[number]).rows
        gold = question.gold + first
        found.append(rows.index(gold) + 1 if gold in rows else 1000)
    return found


def measure(corpora: Sequence[Corpus], analyzer: Analyzer, cache: Path) -> None:
    """Print the ranking's figures."""
    for corpus in corpora:
        index = Index(corpus.items, corpus.vectors)
        print(
            corpus.name,
            "with MiniLM  ",
            figures(ranks(index, analyzer, corpus.asked, corpus.questions)),
            flush=True,
        )
        print(corpus.name, "words alone  ", figures(ranks(index, analyzer, corpus.asked, None)), flush=True)
        if corpus.language == "ko":
            asked = [replace(question, text=unspaced(question.text)) for question in corpus.asked]
            vectors = embed([question.text for question in asked], cache)
            print(corpus.name, "unspaced     ", figures(ranks(index, analyzer, asked, vectors)), flush=True)
            continue
        together: list[int] = []
        for seed in range(5):
            rng = random.Random(seed)
            asked = [replace(question, text=mistyped(question.text, 2, rng)) for question in corpus.asked]
            together += ranks(index, analyzer, asked, embed([question.text for question in asked], cache))
        print(corpus.name, "two typos, x5", figures(together), flush=True)
    items = [item for corpus in corpora for item in corpus.items]
    index = Index(items, np.concatenate([corpus.vectors for corpus in corpora]))
    first = 0
    for corpus in corpora:
        found = ranks(index, analyzer, corpus.asked, corpus.questions, first)
        print(corpus.name, "in one index ", figures(found), flush=True)
        first += len(corpus.items)
    for corpus in corpora:
        print(corpus.name, f"scoring {scoring_time(corpus, analyzer):.2f} ms a question for 150 candidates")


def scoring_time(corpus: Corpus, analyzer: Analyzer) -> float:
    """Processor milliseconds of `bm25.scores` for 150 candidates, the best of five runs over 50 questions."""
    index = Index(corpus.items)
    passages = [item.analysed for item in random.Random(0).sample(corpus.items, 150)]
    queries = [query.build(question.text, analyzer) for question in corpus.asked[:50]]
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        for one in queries:
            bm25.scores(one, passages, index)
        best = min(best, time.process_time() - began)
    return 1000 * best / len(queries)


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments = with_corpora(parser).parse_args()
    analyzer = Analyzer()
    measure(
        [read(folder, analyzer, arguments.cache) for folder in arguments.corpus], analyzer, arguments.cache
    )


if __name__ == "__main__":
    main()
