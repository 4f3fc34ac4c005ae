from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.ranking import bm25, query
from knowledge.ranking.bm25 import Analysed, Bm25, count, count_terms, pack, unpack
from tests.knowledge.ranking.corpus import Corpus

WORDS = st.text(st.sampled_from("ab휴가😀"), min_size=1, max_size=3)


@given(st.lists(WORDS))
def test_packing(terms):
    """What was packed is unpacked."""
    assert unpack(pack(terms)) == terms


@given(st.lists(st.lists(WORDS, max_size=12), max_size=6), st.lists(WORDS, max_size=5))
def test_counting_terms(passages, terms):
    """Whole terms are counted, in every passage alone."""
    analysed = [Analysed(pack(passage), len(passage), "", 0, "ko") for passage in passages]
    expected = [[passage.count(term) for term in terms] for passage in passages]
    assert np.array_equal(count_terms(analysed, terms), np.array(expected).reshape(len(passages), len(terms)))


@given(st.lists(st.text(st.sampled_from("휴가신x"), max_size=20), max_size=6), st.lists(WORDS, max_size=5))
def test_counting_anything(texts, needles):
    """Overlapping matches count, matches over a text's end don't."""
    needles = [needle for needle in needles if len(needle) > 1]
    expected = [
        [sum(text.startswith(needle, i) for i in range(len(text))) for needle in needles] for text in texts
    ]
    assert np.array_equal(count(texts, needles), np.array(expected).reshape(len(texts), len(needles)))


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("남은 연차는 며칠까지 이월되나요?", 0),
        ("재택근무는누가승인해요", 1),
        ("VPN 오류 809", 2),
        ("How many unused days of leave carry over?", 3),
        ("hotel limit Berlin", 4),
    ],
)
def test_the_right_passage_is_first(analyzer, corpus, question, best):
    """The passage that has the question's words scores highest, also without spaces."""
    scores = bm25.scores(query.build(question, analyzer), corpus.passages_, corpus)
    assert scores.argmax() == best


def test_scores_are_shares(analyzer, corpus):
    """Scores lie between 0 and 1, and a question of unknown words scores nothing."""
    for question in ("연차 휴가", "leave policy annual leave", "VPN error 809"):
        scores = bm25.scores(query.build(question, analyzer), corpus.passages_, corpus)
        assert (scores >= 0).all()
        assert (scores <= 1).all()
    nothing = bm25.scores(query.build("quantum chromodynamics", analyzer), corpus.passages_, corpus)
    assert not nothing.any()


def test_unknown_words_lower_the_score(analyzer, corpus):
    """A word that stands nowhere counts against every passage: little coverage never looks perfect."""
    plain = bm25.scores(query.build("hotel limit", analyzer), corpus.passages_, corpus)
    more = bm25.scores(query.build("hotel limit zanzibar", analyzer), corpus.passages_, corpus)
    assert more.max() < 0.7 * plain.max()


def test_korean_question_about_english(analyzer, corpus):
    """Of an English passage, a Korean question matches only foreign words and numbers."""
    scores = bm25.scores(query.build("호텔 hotel 한도 190", analyzer), corpus.passages_, corpus)
    assert scores[4] > 0
    assert scores[3] == 0


def test_languages_have_their_own_statistics(analyzer, corpus):
    """Adding English passages doesn't change the scores of Korean ones."""
    asked = query.build("연차 이월", analyzer)
    korean = Corpus(analyzer, ["휴가\n연차는 이월된다.", "경비\n법인카드 한도"])
    both = Corpus(analyzer, ["휴가\n연차는 이월된다.", "경비\n법인카드 한도", "Leave", "A policy of leave"])
    alone = bm25.scores(asked, korean.passages_, korean)
    assert bm25.scores(asked, both.passages_, both)[:2].tolist() == alone.tolist()


def test_formula(analyzer):
    """The score is BM25 (Robertson and Zaragoza 2009) with Lucene's idf, over its bound."""
    corpus = Corpus(analyzer, ["budget budget travel", "budget", "hotel"])
    settings = Bm25(k1=0.6, b=0.75)
    found = bm25.scores(query.build("budget hotels", analyzer), corpus.passages_, corpus, settings)
    budget, hotel = (math.log(1 + (3 - df + 0.5) / (df + 0.5)) for df in (2, 1))
    norm = 0.6 * (1 - 0.75 + 0.75 * 3 / (5 / 3))
    assert found[0] == pytest.approx(budget * 2 * 1.6 / (2 + norm) / (1.6 * (budget + hotel)))


def test_no_candidates(analyzer, corpus):
    """Nothing to score is no error."""
    assert bm25.scores(query.build("연차", analyzer), [], corpus).shape == (0,)
    assert bm25.scores(query.build("?", analyzer), corpus.passages_, corpus).tolist() == [0.0] * 6
