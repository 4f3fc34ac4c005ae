"""Measuring retrieval: the corpus, the figures."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation import (
    evaluate,
    load_corpus,
    normalised_gain,
    plot,
    recall,
    reciprocal_rank,
)
from knowledge.errors import InvalidCorpus


def write(folder, *, documents=None, queries=None, qrels=None):
    """A corpus of two documents and two queries, or with other lines."""
    documents = documents or ['{"_id": "d1", "title": "T", "text": "one"}', '{"_id": 2, "text": "two"}']
    queries = queries or ['{"_id": "q1", "text": "one?"}', '{"_id": "q2", "text": "two?"}']
    qrels = qrels or ["query-id\tcorpus-id\tscore", "q1\td1\t1", "q2\t2\t2", "q2\td1\t1"]
    (folder / "qrels").mkdir(exist_ok=True)
    for name, lines in (("corpus.jsonl", documents), ("queries.jsonl", queries), ("qrels/test.tsv", qrels)):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_corpus_is_read(tmp_path):
    """Titles may lack, ids may be numbers, a header is passed over, gains are kept."""
    corpus = load_corpus(write(tmp_path))
    assert [(document.id, document.title) for document in corpus.documents] == [("d1", "T"), ("2", "")]
    assert corpus.queries == {"q1": "one?", "q2": "two?"}
    assert corpus.relevant == {"q1": {"d1": 1}, "q2": {"2": 2, "d1": 1}}


def test_only_judged_queries_count(tmp_path):
    """Queries without a relevant document, and judgements of 0 or of unknown queries, are left out."""
    corpus = load_corpus(write(tmp_path, qrels=["q1\td1\t1", "q2\td1\t0", "q9\td1\t1"]))
    assert list(corpus.queries) == ["q1"]


@pytest.mark.parametrize(
    ("broken", "place", "reason"),
    [
        ({"documents": ['{"_id": "d1", "text": "a"}', "{oops"]}, "corpus.jsonl:2", "json"),
        ({"documents": ["[1]"]}, "corpus.jsonl:1", "json"),
        ({"documents": ['{"_id": "d1"}']}, "corpus.jsonl:1", "field"),
        ({"documents": ['{"_id": "d1", "text": "a"}'] * 2}, "corpus.jsonl", "twice"),
        ({"queries": ['{"_id": "q1", "text": 5}']}, "queries.jsonl:1", "field"),
        ({"qrels": ["header", "q1 d1 1"]}, "test.tsv:2", "qrels"),
        ({"qrels": ["header", "q1\td1\tmuch"]}, "test.tsv:2", "qrels"),
        ({"qrels": ["header", "q1\td1\t0"]}, "test.tsv", "no_queries"),
    ],
)
def test_a_malformed_corpus_is_refused_with_its_place(tmp_path, broken, place, reason):
    """The error names file and line."""
    with pytest.raises(InvalidCorpus) as caught:
        load_corpus(write(tmp_path, **broken))
    assert str(caught.value.parameters["path"]).endswith(place)
    assert caught.value.parameters["reason"] == reason


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_or_misencoded_file_is_named(tmp_path, name):
    """Each of the three files is needed, in UTF-8."""
    write(tmp_path)
    (tmp_path / name).write_bytes("한글".encode("cp949"))
    with pytest.raises(InvalidCorpus) as caught:
        load_corpus(tmp_path)
    assert caught.value.parameters["reason"] == "encoding"
    (tmp_path / name).unlink()
    with pytest.raises(InvalidCorpus) as caught:
        load_corpus(tmp_path)
    assert str(caught.value.parameters["path"]).endswith(name)


def test_the_figures_by_hand():
    """Recall is the part of the relevant ones; MRR takes the first; nDCG discounts linear gains."""
    ranking, relevant = ["x", "b", "a", "y"], {"a": 2, "b": 1, "c": 1}
    assert recall(ranking, relevant, 1) == 0
    assert recall(ranking, relevant, 3) == pytest.approx(2 / 3)
    assert reciprocal_rank(ranking, relevant, 10) == 1 / 2
    assert reciprocal_rank(["x"] * 10 + ["a"], relevant, 10) == 0
    got = 1 / math.log2(3) + 2 / math.log2(4)
    best = 2 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert normalised_gain(ranking, relevant, 10) == pytest.approx(got / best)


@given(
    st.lists(st.integers(0, 30), unique=True, max_size=20),
    st.dictionaries(st.integers(0, 30), st.integers(1, 3), min_size=1, max_size=12),
)
def test_the_figures_are_fractions(ranking, relevant):
    """Whatever the ranking, each figure is from 0 to 1, and the ideal ranking scores 1."""
    ideal = sorted(relevant, key=lambda each: -relevant[each])
    for figure in (recall, reciprocal_rank, normalised_gain):
        assert 0 <= figure(ranking, relevant, 10) <= 1 + 1e-9
    assert normalised_gain(ideal, relevant, 10) == pytest.approx(1)
    assert reciprocal_rank(ideal, relevant, 10) == 1


def test_an_evaluation_averages_and_has_the_contracts_keys(tmp_path):
    """Means over the queries under the agreed names; progress is told."""
    corpus = load_corpus(write(tmp_path))
    rankings = {"one?": ["2", "d1"], "two?": ["2", "d1"]}
    told = []
    scores = evaluate(corpus, lambda text, limit: rankings[text], progress=lambda *now: told.append(now))
    figures = scores.as_dict(passages=7)
    assert list(figures) == [
        "recall@1",
        "recall@3",
        "recall@5",
        "mrr@10",
        "ndcg@10",
        "queries",
        "passages",
        "ms_per_query",
    ]
    assert figures["recall@1"] == pytest.approx((0 + 1 / 2) / 2)
    assert figures["recall@3"] == 1
    assert figures["mrr@10"] == pytest.approx((1 / 2 + 1) / 2)
    assert (figures["queries"], figures["passages"]) == (2, 7)
    assert figures["ms_per_query"] >= 0
    assert told == [(1, 2), (2, 2)]
    json.dumps(figures)


def test_the_number_of_queries_can_be_limited(tmp_path):
    """Only the first queries are asked."""
    scores = evaluate(load_corpus(write(tmp_path)), lambda text, limit: ["d1"], limit=1)
    assert scores.queries == 1
    assert scores.recall_curve[0] == 1


def test_a_picture_is_drawn(tmp_path):
    """A PNG file of the figures; an unknown ending is refused."""
    scores = evaluate(load_corpus(write(tmp_path)), lambda text, limit: ["d1"])
    plot(scores, tmp_path / "out.png", name="corpus")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="xyz"):
        plot(scores, tmp_path / "out.xyz", name="corpus")
