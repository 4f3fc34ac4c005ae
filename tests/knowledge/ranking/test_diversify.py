from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.ranking.bm25 import Analysed, pack
from knowledge.ranking.diversify import choose


def passage(*terms):
    """A passage of these terms."""
    return Analysed(pack(terms), len(terms), "", 0, "en")


RULES = [f"word{i}" for i in range(20)]
OTHER = [f"other{i}" for i in range(20)]


def test_copies_are_shown_once():
    """A passage that says what a better one says isn't shown again, but remembered with it."""
    passages = [passage(*RULES), passage(*OTHER), passage(*RULES[:19], "and")]
    chosen = choose([0.9, 0.5, 0.8], passages, [1, 2, 3], 5)
    assert [(one.index, one.also) for one in chosen] == [(0, (2,)), (1, ())]


def test_a_part_of_a_long_passage_is_no_copy():
    """A passage that holds another one and much more is kept beside it."""
    chosen = choose([0.9, 0.8], [passage(*RULES), passage(*RULES, *OTHER)], [1, 2], 5)
    assert len(chosen) == 2


def test_short_passages_are_copies_only_if_equal():
    """Of a few words one matters."""
    passages = [passage("port", "4500"), passage("port", "500"), passage("4500", "port")]
    assert [one.index for one in choose([3, 2, 1], passages, [1, 2, 3], 5)] == [0, 1]


def test_documents_take_turns():
    """A nearly as good passage of another document comes before the third of the same one."""
    passages = [passage(f"a{i}") for i in range(4)]
    chosen = choose([0.9, 0.8, 0.75, 0.7], passages, [1, 1, 1, 2], 4)
    assert [one.index for one in chosen] == [0, 1, 3, 2]


@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.integers(0, 9)), max_size=12), st.integers(1, 6)
)
def test_choice(rows, limit):
    """The best comes first, nothing is shown twice, and no more than was asked for."""
    passages = [passage(*RULES[word : word + 9]) for _, _, word in rows]
    scores = [score for score, _, _ in rows]
    chosen = choose(scores, passages, [document for _, document, _ in rows], limit)
    assert len(chosen) <= limit
    shown = [index for one in chosen for index in (one.index, *one.also)]
    assert len(shown) == len(set(shown))
    if rows:
        assert scores[chosen[0].index] == max(scores)
