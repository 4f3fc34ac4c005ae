from __future__ import annotations

from dataclasses import fields, replace

import pytest

from knowledge.ranking import bm25, query
from knowledge.ranking.answerable import (
    BARS,
    COEFFICIENTS,
    SPOKEN_BARS,
    Bars,
    is_spoken,
    judge,
    probability,
)
from knowledge.ranking.evidence import Candidate, Evidence


def judged(analyzer, corpus, question, **changed):
    """The judgement of the best passage by words."""
    asked = query.build(question, analyzer)
    lexical = bm25.scores(asked, corpus.passages_, corpus)
    passage = corpus[int(lexical.argmax())]
    weights = {passage.language: bm25.weigh(asked, passage.language, corpus)}
    title = "휴가 규정" if passage.language == "ko" else "Travel policy"
    best = replace(Candidate(passage, (title,)), **changed)
    return judge(asked, best, lexical, weights, analyzer)


def test_every_kind_of_evidence_has_a_coefficient():
    """The table and the evidence name the same things."""
    assert COEFFICIENTS.keys() == {field.name for field in fields(Evidence)}


def test_strength_of_evidence():
    """More of the question found makes an answer likelier, more missing less likely."""
    base = Evidence(0.5, 0.5, 1.0, 1.5, 2.5, 0.0, 0.0, 0.0)
    for name, change in {"near": 0.3, "beyond": 0.3, "missing": -0.5, "run": 0.5, "standing": 1.0}.items():
        better = replace(base, **{name: getattr(base, name) + change})
        assert probability(better) > probability(base)
    trusted = replace(base, trusted=1.0)
    assert probability(replace(trusted, meaning=1.2)) > probability(replace(trusted, meaning=0.3))


@pytest.mark.parametrize(
    ("answered", "not_answered"),
    [
        ("남은 연차는 다음 해로 며칠까지 이월되는가?", "연차 촉진 통지는 누가 보내는가?"),
        ("What is the hotel limit in Berlin?", "Which airline is booked for flights to Berlin?"),
    ],
)
def test_likelier_when_the_passage_says_it(analyzer, corpus, answered, not_answered):
    """A question that the passage answers is likelier to have an answer than one near its topic."""
    assert judged(analyzer, corpus, answered).probability > judged(analyzer, corpus, not_answered).probability


def test_words_that_stand_nowhere(analyzer, corpus):
    """A question of unknown words isn't answered."""
    judgement = judged(analyzer, corpus, "Who invented quantum chromodynamics?")
    assert judgement.probability < judgement.bars.answer


def test_a_title_alone_is_no_answer(analyzer, corpus):
    """What the document's title says already doesn't count beyond it."""
    evidence = judged(analyzer, corpus, "Who wrote the travel policy?").evidence
    assert evidence is not None
    assert evidence.near > 0
    assert evidence.beyond < 0.5


def test_across_languages_meaning_decides(analyzer, corpus):
    """A Korean question about an English passage is judged by the embedding, if that knows both."""
    near = judged(analyzer, corpus, "Berlin hotel 요금 한도", dense=1.1, trust=0.9)
    far = judged(analyzer, corpus, "Berlin hotel 요금 한도", dense=0.1, trust=0.9)
    assert near.probability >= near.bars.trust
    assert far.probability < far.bars.answer
    assert near.evidence is None


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("연차는 며칠이에요?", True),
        ("회의실예약어떻게해요", True),
        ("VPN 접속이 안돼요 ㅠㅠ", True),
        ("김태희가 데뷔한 해는?", False),
        ("재택근무 승인 절차", True),
        ("백업은 얼마나 보관해?", True),
        ("Can I fly business class?", True),
        ("Whose OK do we need?", True),
        ("What year did Tesla die?", False),
        ("whats the hotel limit in tokyo?", True),
        ("Hotel limit Tokyo", True),
    ],
)
def test_register(analyzer, text, spoken):
    """A question in one's own words is told from one in the text's."""
    assert is_spoken(query.build(text, analyzer)) == spoken


def test_spoken_questions_are_refused_later(analyzer, corpus):
    """Who asks in own words is refused only at longer odds, and always before a model is not even asked."""
    for language in ("ko", "en"):
        assert SPOKEN_BARS[language].answer < BARS[language].answer
        for bars in (SPOKEN_BARS[language], BARS[language]):
            assert 0 < bars.ask < bars.answer < bars.trust < 1
    assert judged(analyzer, corpus, "남은 연차는 이월되나요?").bars == SPOKEN_BARS["ko"]
    assert judged(analyzer, corpus, "남은 연차의 이월 한도는?").bars == BARS["ko"]


def test_an_operator_moves_the_bar_for_answering():
    """The others stay where they are unless they would stand on the wrong side of it."""
    bars = Bars(0.1, 0.3, 0.5)
    assert bars.moved(None) == bars
    assert bars.moved(0.4) == Bars(0.1, 0.4, 0.5)
    assert bars.moved(0.0) == Bars(0.0, 0.0, 0.5)
    assert bars.moved(0.9) == Bars(0.1, 0.9, 0.9)
