"""The retrieval figures of docs/measurements.md, through the product's own splitter and index, in one run.

    python -m scripts.measure_search KORQUAD SQUAD      two folders in BEIR's layout

Indexes each corpus once, and both in one; asks their questions as they are, without spaces (Korean) and with
two typos in each (English, five seeds); prints each row as soon as it is known.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import mean

from bot.corpus import RankedCorpus, open_corpus
from bot.evaluation import Corpus, evaluate, load_corpus
from bot.settings import Settings
from scripts.perturb import mistyped, unspaced

_SEEDS = range(5)
_TYPOS = 2
_FIGURES = ("recall@1", "recall@3", "mrr@10", "ms_per_query")


def main() -> None:
    """Index, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("korean", type=Path)
    parser.add_argument("english", type=Path)
    parser.add_argument("--embedder", default="minilm", help="a model of this machine, or none")
    arguments = parser.parse_args()
    change = {"embeddings_model": arguments.embedder}
    if arguments.embedder == "none":
        change = {"embeddings_provider": "none"}
    settings = Settings().model_copy(update=change)
    korean, english = load_corpus(arguments.korean), load_corpus(arguments.english)
    with _indexed(settings, korean) as ranked:
        _row("Korean", ranked, korean)
        _row("Korean without spaces", ranked, _asked(korean, unspaced))
    with _indexed(settings, english) as ranked:
        _row("English", ranked, english)
        spoilt = [_with_typos(english, seed) for seed in _SEEDS]
        _row(f"English, {_TYPOS} typos, mean of {len(spoilt)}", ranked, *spoilt)
    both = replace(korean, documents=(*korean.documents, *english.documents))
    with _indexed(settings, both) as ranked:
        _row("both in one, Korean", ranked, korean)
        _row("both in one, English", ranked, english)


@contextmanager
def _indexed(settings: Settings, corpus: Corpus) -> Iterator[RankedCorpus]:
    with open_corpus(settings, corpus.documents, lambda _: None) as ranked:
        yield ranked


def _asked(corpus: Corpus, spoil: Callable[[str], str]) -> Corpus:
    return replace(corpus, queries={number: spoil(text) for number, text in corpus.queries.items()})


def _with_typos(corpus: Corpus, seed: int) -> Corpus:
    drawn = random.Random(seed)
    return _asked(corpus, lambda text: mistyped(text, _TYPOS, drawn))


def _row(name: str, ranked: RankedCorpus, *asked: Corpus) -> None:
    found: Sequence[dict[str, float | int]] = [
        evaluate(corpus, ranked.rank).as_dict(ranked.passages) for corpus in asked
    ]
    figures = "  ".join(f"{figure} {mean(each[figure] for each in found):.3f}" for figure in _FIGURES)
    print(f"{name:32} {figures}", flush=True)


if __name__ == "__main__":
    main()
