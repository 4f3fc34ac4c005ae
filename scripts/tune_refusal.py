"""Fit when to refuse, and measure it, on corpora in BEIR's layout with one right passage a question.

    python scripts/tune_refusal.py --corpus KORQUAD --corpus SQUAD --samples samples --plot refusal.png

Half of the right passages are taken out, in several draws. Each question is put as it was written, beside
the passage, and in words that imitate a person's own (`own_words`). The model is fitted on the latter, about
half of the articles (and its threshold chosen there, by inner cross-validation), and measured on both, about
the other half. Then it is fitted on all: the printed table stands in `knowledge/ranking/answerable.py`. The
samples are measured with what the product has, untuned.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from knowledge.language import Analyzer
from knowledge.parsing import parse
from knowledge.passages import split
from knowledge.ranking import answerable, bm25, query
from knowledge.ranking.answerable import Judgement
from knowledge.ranking.evidence import Candidate, Evidence
from scripts.own_words import in_own_words
from scripts.ranking_lab import Corpus, Index, Item, Result, embed, read, search, with_corpora

Array = NDArray[np.float64]
FEATURES = [field.name for field in fields(Evidence)]
_REPEATS = 6
_DRAWS = 6
_INNER = 4
# Aimed at where the threshold is chosen, so that the other half stays under 5%.
_FALSE = 0.045
WRITTEN, OWN = "as written", "own words"
# The answerable questions that may stay below each of the product's bars.
_SHARES = {WRITTEN: (0.005, 0.045, 0.048, 0.1), OWN: (0.002, 0.005, 0.05)}


@dataclass(frozen=True, slots=True)
class Case:
    """One question, put to an index that has its right passage or hasn't."""

    group: str
    article: str
    answerable: bool
    judgement: Judgement
    evidence: Evidence


def judged(index: Index, analyzer: Analyzer, result: Result) -> Judgement | None:
    """The judgement of the best passage; None without any."""
    if not result.rows:
        return None
    item = index.items[result.rows[0]]
    best = Candidate(
        item.analysed, item.heading_path, float(result.fused.dense[0]), float(result.fused.trust[0])
    )
    language = item.analysed.language
    weights = {language: bm25.weigh(result.query, language, index)}
    return answerable.judge(result.query, best, result.lexical, weights, analyzer)


def cases(corpus: Corpus, analyzer: Analyzer, cache: Path, *, embedded: bool) -> Iterator[Case]:
    """Each question in each draw, as it was written and in own words, half of the passages hidden."""
    index = Index(corpus.items, corpus.vectors if embedded else None)
    written = [question.text for question in corpus.asked]
    own = in_own_words(written, corpus.language, analyzer, seed=1)
    gold = np.unique([question.gold for question in corpus.asked])
    for register, texts in ((WRITTEN, written), (OWN, own)):
        built = [query.build(text, analyzer) for text in texts]
        vectors = embed(texts, cache) if embedded else None
        group = f"{corpus.language}, {register}{'' if embedded else ', words alone'}"
        for seed in range(_DRAWS):
            hidden = set(np.random.default_rng(seed).permutation(gold)[: len(gold) // 2].tolist())
            index.hide(hidden)
            for number, question in enumerate(corpus.asked):
                vector = vectors[number] if vectors is not None else None
                found = search(index, analyzer, texts[number], vector, built=built[number])
                judgement = judged(index, analyzer, found)
                if judgement and judgement.evidence:
                    article = f"{corpus.name}/{question.article}"
                    yield Case(group, article, question.gold not in hidden, judgement, judgement.evidence)


class Sample:
    """All cases as arrays, with equal weight for each group; only those in own words teach."""

    def __init__(self, found: Sequence[Case]) -> None:
        self.x = np.array([astuple(case.evidence) for case in found])
        self.y = np.array([case.answerable for case in found])
        self.groups = np.array([case.group for case in found])
        self.articles = np.array([case.article for case in found])
        names, counts = np.unique(self.groups, return_counts=True)
        # Words alone are the rarer way to run, and the same questions over again.
        size = {
            name: (0.5 if name.endswith("alone") else 1.0) / count
            for name, count in zip(names, counts, strict=True)
        }
        self.weights = np.array([size[name] for name in self.groups]) * len(found) / len(names)
        self.teaches = np.array([OWN in case.group for case in found])
        self.center, self.scale = self.x.mean(0), self.x.std(0)

    def fitted(self, rows: NDArray[np.bool_]) -> LogisticRegression:
        rows = rows & self.teaches
        model = LogisticRegression(C=0.3, max_iter=3000)
        return model.fit(self.scaled(rows), self.y[rows], sample_weight=self.weights[rows])

    def scaled(self, rows: NDArray[np.bool_]) -> Array:
        found: Array = (self.x[rows] - self.center) / self.scale
        return found

    def out_of_fold(self, rows: NDArray[np.bool_], rng: np.random.Generator) -> Array:
        """The probabilities of these rows, each from a model that saw no question about its article."""
        articles = np.unique(self.articles[rows])
        fold = dict(zip(articles, rng.permutation(len(articles)) % _INNER, strict=True))
        folds = np.array([fold.get(article, -1) for article in self.articles])
        found = np.zeros(len(self.y))
        for number in range(_INNER):
            held = rows & (folds == number)
            found[held] = self.fitted(rows & (folds != number)).predict_proba(self.scaled(held))[:, 1]
        return found


def cross_validate(sample: Sample) -> dict[str, Array]:
    """For each group the mean of: refused, falsely refused, refused at exactly 5%, area under the curve."""
    found: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    articles = np.unique(sample.articles)
    for repeat in range(_REPEATS):
        rng = np.random.default_rng(100 + repeat)
        # Split inside each corpus, so that both halves have both languages.
        corpora = np.array([article.split("/")[0] for article in articles])
        half = {a for name in np.unique(corpora) for a in _half(articles[corpora == name], rng)}
        first = np.array([article in half for article in sample.articles])
        for fitting in (first, ~first):
            inner = sample.out_of_fold(fitting, rng)
            outer = np.zeros(len(sample.y))
            outer[~fitting] = sample.fitted(fitting).predict_proba(sample.scaled(~fitting))[:, 1]
            for group in np.unique(sample.groups):
                same = sample.groups == group
                threshold = np.quantile(inner[fitting & same & sample.y], _FALSE)
                yes, no = outer[~fitting & same & sample.y], outer[~fitting & same & ~sample.y]
                area = roc_auc_score(np.r_[np.ones(len(yes)), np.zeros(len(no))], np.r_[yes, no])
                at = float((no < np.quantile(yes, 0.05)).mean())
                found[group].append(
                    (float((no < threshold).mean()), float((yes < threshold).mean()), at, area)
                )
    return {group: np.array(rows).mean(0) for group, rows in found.items()}


def _half(articles: NDArray[np.str_], rng: np.random.Generator) -> NDArray[np.str_]:
    return rng.permutation(articles)[: len(articles) // 2]


def handbook(folder: Path, analyzer: Analyzer, cache: Path) -> tuple[Index, list[str]]:
    """The sample handbook by the product's own parser and splitter, and each passage's document."""
    items, documents = [], []
    for path in sorted(path for path in (folder / "handbook").rglob("*") if path.is_file()):
        name = str(path.relative_to(folder / "handbook"))
        for passage in split(parse(path.name, path.read_bytes()), name, analyzer.sentences):
            analysed = bm25.analyse(analyzer, [passage.full_text], [passage.language])[0]
            text = f"{passage.header}\n{passage.text}".strip()
            items.append(Item(passage.heading_path, text, analysed))
            documents.append(name)
    return Index(items, embed([item.full_text for item in items], cache)), documents


def samples(folder: Path, analyzer: Analyzer, cache: Path) -> None:
    """Print what becomes of the sample questions."""
    index, documents = handbook(folder, analyzer, cache)
    asked = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    vectors = embed([one["question"] for one in asked], cache)
    rows: dict[tuple[str, str], list[Judgement]] = defaultdict(list)
    places: dict[str, list[int]] = defaultdict(list)
    for one, vector in zip(asked, vectors, strict=True):
        result = search(index, analyzer, one["question"], vector)
        if one["documents"] and one["kind"] != "crosslingual":
            ordered = list(dict.fromkeys(documents[row] for row in result.rows))
            places[one["language"]].append(
                next((i for i, d in enumerate(ordered) if d in one["documents"]), 99)
            )
        judgement = judged(index, analyzer, result) or Judgement(0.0, answerable.NO_BARS, None)
        rows[one["language"], one["kind"]].append(judgement)
    for (language, kind), found in sorted(rows.items()):
        print(f"{language} {kind:13} {len(found):3}  {_treated(found)}")
    for language, ranks in places.items():
        first, three = (f"{np.mean(np.array(ranks) < k):.3f}" for k in (1, 3))
        print(language, "right document first", first, "among three", three)


def _treated(found: Sequence[Judgement]) -> str:
    """What becomes of questions, as the product judges them."""
    refused = np.mean([one.probability < one.bars.answer for one in found])
    hopeless = np.mean([one.probability < one.bars.ask for one in found])
    doubtful = np.mean([one.bars.answer <= one.probability < one.bars.trust for one in found])
    return f"refused {refused:.3f} ({hopeless:.3f} also by a model's side), with a reservation {doubtful:.3f}"


def plot(sample: Sample, path: Path) -> None:
    """Draw refused against falsely refused, out of fold."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    everything = np.ones(len(sample.y), np.bool_)
    found = sample.out_of_fold(everything, np.random.default_rng(0))
    figure, axes = plt.subplots(figsize=(5.5, 4.2), dpi=110)
    for group in np.unique(sample.groups):
        same = sample.groups == group
        thresholds = np.quantile(found[same & sample.y], np.linspace(0, 0.3, 200))
        refused = [100 * (found[same & ~sample.y] < threshold).mean() for threshold in thresholds]
        axes.plot(np.linspace(0, 30, 200), refused, label=group)
    axes.plot([0, 5, 5], [80, 80, 0], color="grey", linewidth=0.8, linestyle=":")
    axes.set(
        xlabel="answerable questions refused, %",
        ylabel="unanswerable questions refused, %",
        xlim=(0, 30),
        ylim=(0, 100),
    )
    axes.legend(loc="lower right")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main() -> None:
    """Fit, measure, print and plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    with_corpora(parser)
    parser.add_argument("--samples", type=Path, help="the folder of handbook/ and questions.jsonl")
    parser.add_argument("--plot", type=Path, help="where to write the curves, as PNG")
    arguments = parser.parse_args()
    analyzer = Analyzer()
    found: list[Case] = []
    for folder in arguments.corpus:
        corpus = read(folder, analyzer, arguments.cache)
        found += cases(corpus, analyzer, arguments.cache, embedded=True)
        if corpus.language == "en":
            found += cases(corpus, analyzer, arguments.cache, embedded=False)
    sample = Sample(found)
    for group, (refused, false, exactly, area) in cross_validate(sample).items():
        print(f"{group:27} refused {refused:.3f}, falsely {false:.3f}; at 5% {exactly:.3f}; area {area:.4f}")
    everything = np.ones(len(sample.y), np.bool_)
    model = sample.fitted(everything)
    slopes = model.coef_[0] / sample.scale
    print(json.dumps(dict(zip(FEATURES, slopes.round(3).tolist(), strict=True)), indent=4))
    print("intercept", round(float(model.intercept_[0] - slopes @ sample.center), 3))
    inner = sample.out_of_fold(everything, np.random.default_rng(0))
    for group in np.unique(sample.groups):
        same = sample.groups == group
        shares = _SHARES[OWN if OWN in group else WRITTEN]
        by_share = {share: round(float(np.quantile(inner[same & sample.y], share)), 3) for share in shares}
        print(f"{group}: bars by share of answerable questions below {by_share}")
        for is_answerable in (True, False):
            treated = [
                case.judgement for case in found if case.group == group and case.answerable == is_answerable
            ]
            print(f"{group}: {'' if is_answerable else 'un'}answerable, {_treated(treated)}")
    if arguments.samples:
        samples(arguments.samples, analyzer, arguments.cache)
    if arguments.plot:
        plot(sample, arguments.plot)


if __name__ == "__main__":
    main()
