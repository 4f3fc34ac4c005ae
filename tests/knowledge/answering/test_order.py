"""The order of passages in a prompt."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.answering.order import PassageOrder

A, B, C, D = "a", "b", "c", "d"


def sizes(*ids: str) -> dict[str, int]:
    return dict.fromkeys(ids, 10)


def test_the_same_passages_come_in_the_same_order() -> None:
    """Whatever their rank, so that the second prompt begins as the first."""
    order = PassageOrder()
    assert order.arrange(sizes(C, A, B)) == order.arrange(sizes(B, C, A)) == (A, B, C)


def test_a_prompt_begins_like_the_one_with_which_it_shares_most() -> None:
    """What was read before is at the beginning; what is new comes after it."""
    order = PassageOrder()
    order.arrange(sizes(B, D))
    assert order.arrange(sizes(A, B, D)) == (B, D, A)
    assert order.arrange(sizes(A, B, C, D)) == (B, D, A, C)


def test_what_is_shared_is_measured_by_its_size() -> None:
    """One long passage is worth more than two short ones."""
    order = PassageOrder()
    order.arrange({A: 1, B: 1})
    order.arrange({D: 100})
    assert order.arrange({A: 1, B: 1, D: 100})[0] == D


def test_what_is_used_most_comes_first_among_the_new() -> None:
    """So that the next prompts may begin like this one."""
    order = PassageOrder()
    for other in ("x", "y", "z"):
        order.arrange({other: 10, "0": 100, D: 1})
    assert order.arrange(sizes(A, D)) == (D, A)


@settings(deadline=None)
@given(st.lists(st.sets(st.sampled_from("abcdef"), min_size=1), max_size=40))
def test_every_order_has_all_passages_once(questions: list[set[str]]) -> None:
    """Nothing is lost or doubled, however many prompts there were."""
    order = PassageOrder()
    for ids in questions:
        assert sorted(order.arrange(dict.fromkeys(ids, 5))) == sorted(ids)
