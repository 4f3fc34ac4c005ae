"""Which passages a model is given."""

from __future__ import annotations

from knowledge.answering.selection import estimated_tokens, materials, select
from knowledge.service import Knowledge
from tests.librarian import ANALYZER, EVERYBODY


def test_the_best_passages_are_given_and_not_many(handbook: Knowledge) -> None:
    """What people wait for is the reading: a few passages, near the best one in score, and about a page in all."""
    for question in (
        "연차는 며칠인가요?",
        "What is the hotel limit for London?",
        "법인카드 한도",
        "on-call pay",
    ):
        found = handbook.retrieve(question, EVERYBODY)
        given = select(found)
        assert given == found.candidates[: len(given)]
        assert 1 <= len(given) <= 4
        assert all(each.score >= 0.5 * given[0].score for each in given)
        assert len(given) == 1 or sum(estimated_tokens(each.passage.full_text) for each in given) <= 1_200


def test_a_passages_parts_know_what_they_have_of_the_question(handbook: Knowledge) -> None:
    """Rows and sentences in their order; the one that is asked for weighs most."""
    found = handbook.retrieve("남은 연차는 며칠까지 이월되나요?", EVERYBODY)
    material = materials(found, select(found), ANALYZER)[0]
    best = max(material.units, key=lambda unit: unit.weight)
    assert "이월" in best.text
    places = [material.text.index(unit.text) for unit in material.units]
    assert places == sorted(places)
