"""Guessing what comes next from what stands in the prompt: prompt-lookup decoding.

After Saxena 2023 (github.com/apoorvumang/prompt-lookup-decoding): an answer that quotes its sources goes on
as they do after the same few words. A guess costs one more token in a step that runs anyway, and several
right ones make several steps one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

_LONGEST, _SHORTEST = 3, 2  # tokens that have to be the same
MOST = 8
"""Tokens that are guessed at once."""
_PRIOR = 0.6  # the chance that a guess is right, before any was tried
_MEMORY = 0.85  # of that chance, after each guess
_FORGIVENESS = 0.004  # by which it goes back to the prior with each token that wasn't guessed


class Lookup:
    """The guesses for one answer.

    Args:
        prompt: its tokens.
    """

    def __init__(self, prompt: Sequence[int]) -> None:
        self._tokens: list[int] = []
        self._after: dict[tuple[int, ...], int] = {}  # the last tokens -> where those after them begin
        self._chance = _PRIOR
        for token in prompt:
            self.add(token)

    def add(self, token: int) -> None:
        """Another token stands."""
        # Those before it may be looked for from now on, and not by itself: it has nothing after it yet.
        end = len(self._tokens)
        for size in range(_SHORTEST, min(_LONGEST, end) + 1):
            self._after[tuple(self._tokens[end - size :])] = end
        self._tokens.append(token)

    def guess(self, limit: int, cost: Callable[[int], float], others: int) -> list[int]:
        """What is likely to come next, as far as it pays to try.

        Args:
            limit: tokens at most.
            cost: seconds of a step of so many tokens.
            others: tokens of other answers in the step.
        """
        found = self._find(min(limit, MOST))
        count = worthwhile(len(found), self._chance, cost, others)
        if not count:
            self._chance += (_PRIOR - self._chance) * _FORGIVENESS
        return found[:count]

    def learn(self, guessed: int, right: int) -> None:
        """Of the last guess, the first `right` tokens came."""
        for i in range(min(guessed, right + 1)):
            self._chance = _MEMORY * self._chance + (1 - _MEMORY) * (i < right)

    def _find(self, limit: int) -> list[int]:
        for size in range(_LONGEST, _SHORTEST - 1, -1):
            start = self._after.get(tuple(self._tokens[-size:]))
            if start is not None:
                return self._tokens[start : start + limit]
        return []


def worthwhile(available: int, chance: float, cost: Callable[[int], float], others: int) -> int:
    """How many guesses give the most tokens a second, all answers of the step counted.

    Args:
        available: guesses that there are.
        chance: that one is right, given those before it are.
        cost: seconds of a step of so many tokens.
        others: tokens of other answers in the step.
    """
    best, most = 0, (others + 1) / cost(others + 1)
    gained = 1.0
    for count in range(1, available + 1):
        gained += chance**count
        rate = (others + gained) / cost(others + 1 + count)
        if rate > most:
            best, most = count, rate
    return best
