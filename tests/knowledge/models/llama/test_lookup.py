"""Guesses from the prompt, and whether they pay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.models.llama.lookup import Lookup, worthwhile


def cheap(tokens):
    """A step costs the same whatever is in it."""
    return 1.0


def dear(tokens):
    """Each token costs as much as a step of its own."""
    return float(tokens)


def usual(tokens):
    """Measured on two cores: a step of four tokens takes 1.6 times one of one."""
    return 1 + 0.2 * (tokens - 1)


def test_goes_on_as_the_prompt_does():
    """After three tokens that stand in the prompt, what follows them there is guessed."""
    lookup = Lookup([1, 2, 3, 4, 5, 6, 7, 8, 9])
    for token in (2, 3, 4):
        lookup.add(token)
    assert lookup.guess(3, cheap, 0) == [5, 6, 7]


def test_guesses_nothing_new():
    """Words that the prompt doesn't have are followed by no guess."""
    lookup = Lookup([1, 2, 3, 4])
    lookup.add(9)
    assert lookup.guess(3, cheap, 0) == []


def test_the_answer_so_far_counts_too():
    """A list that repeats itself is guessed from its own lines."""
    lookup = Lookup([0])
    for token in (5, 6, 7, 8, 5, 6):
        lookup.add(token)
    assert lookup.guess(2, cheap, 0) == [7, 8]


def test_wrong_guesses_end_the_guessing_for_a_while():
    """When nothing comes true the cost isn't paid any more; later it is tried again."""
    lookup = Lookup([1, 2, 3] * 3)
    tries = 0
    for _ in range(200):
        guess = lookup.guess(4, usual, 0)
        lookup.learn(len(guess), 0)
        tries += bool(guess)
    assert 1 <= tries < 30


@given(st.integers(0, 8), st.floats(0, 1), st.integers(0, 8))
def test_guesses_pay_or_are_not_made(available, chance, others):
    """The number of guesses is never one that makes a step slower per token than none."""

    def rate(count):
        return (others + sum(chance**i for i in range(count + 1))) / usual(others + 1 + count)

    best = worthwhile(available, chance, usual, others)
    assert 0 <= best <= available
    assert rate(best) >= rate(0)


def test_nothing_is_guessed_where_tokens_are_dear():
    """A machine that is busy with other answers' tokens has none to spare for guesses."""
    assert worthwhile(8, 0.9, dear, 0) == 0
    assert worthwhile(8, 0.5, usual, 7) == 0
    assert worthwhile(8, 1.0, usual, 0) == 8
