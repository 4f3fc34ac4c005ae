"""The bookkeeping of cells, against a memory that checks every move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from knowledge.models.llama.prefixes import Prefixes

CELLS, SEQUENCES, RUNNING = 40, 6, 3


class FakeMemory:
    """A key-value cache that knows, for each cell, its position and the sequences in it, as llama.cpp does."""

    def __init__(self, cells: int) -> None:
        self.size = cells
        self.cells: list[tuple[int, set[int]]] = []

    def positions(self, sequence: int) -> list[int]:
        return sorted(position for position, holders in self.cells if sequence in holders)

    def evaluate(self, sequence: int, start: int, count: int) -> None:
        assert self.positions(sequence) == list(range(start))
        self.cells += [(start + i, {sequence}) for i in range(count)]
        assert len(self.cells) <= self.size, "over capacity"

    def copy(self, source: int, target: int, end: int) -> None:
        assert not self.positions(target), "the target is in use"
        assert len(self.positions(source)) >= end
        for position, holders in self.cells:
            if source in holders and position < end:
                holders.add(target)

    def cut(self, sequence: int, start: int = 0) -> None:
        for position, holders in self.cells:
            if position >= start:
                holders.discard(sequence)
        self.cells = [cell for cell in self.cells if cell[1]]


def tokens(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


class Bookkeeping(RuleBasedStateMachine):
    """Any order of admissions, steps, withdrawn guesses and ends, over few cells and much alike."""

    running = Bundle("running")

    def __init__(self) -> None:
        super().__init__()
        self.memory = FakeMemory(CELLS)
        self.prefixes = Prefixes(self.memory, CELLS, SEQUENCES)
        self.open = []

    @rule(
        target=running,
        prompt=st.lists(st.integers(0, 1), min_size=1, max_size=20),
        answer=st.integers(1, 10),
    )
    def admit(self, prompt, answer):
        if len(self.open) == RUNNING:
            return multiple()
        available = self.prefixes.available
        sequence = self.prefixes.admit(tokens(*prompt), answer)
        if sequence is None:
            assert len(prompt) + answer > available - 1 or self.open
            return multiple()
        assert sequence.length < len(prompt), "the last token is never taken over"
        assert sequence.tokens.tolist() == prompt[: sequence.length]
        self.open.append(sequence)
        return (sequence, prompt)

    @rule(pair=running, count=st.integers(1, 8), new=st.integers(0, 1))
    def extend(self, pair, count, new):
        sequence, prompt = pair
        if sequence not in self.open:
            return
        count = min(count, sequence.reserved)
        following = [*prompt[sequence.length :], *[new] * count][:count]
        start = sequence.length
        self.prefixes.extend(sequence, tokens(*following))
        self.memory.evaluate(sequence.number, start, count)

    @rule(pair=running, back=st.integers(0, 3))
    def cut(self, pair, back):
        sequence, prompt = pair
        if sequence in self.open and sequence.length - back >= len(prompt):
            self.prefixes.cut(sequence, sequence.length - back)

    @rule(pair=consumes(running))
    def keep(self, pair):
        if pair[0] in self.open:
            self.open.remove(pair[0])
            self.prefixes.keep(pair[0])

    @invariant()
    def the_memory_agrees(self):
        """Every sequence has exactly its positions, no other has any, and cells are counted as they are."""
        known = [*self.prefixes._running, *self.prefixes._kept]
        for sequence in known:
            assert self.memory.positions(sequence.number) == list(range(sequence.length))
        numbers = [sequence.number for sequence in known]
        assert len(set(numbers)) == len(numbers)
        assert set().union(*(holders for _, holders in self.memory.cells)) <= set(numbers)
        assert sorted([*numbers, *self.prefixes._numbers]) == list(range(SEQUENCES)), "a sequence leaked"
        assert len(self.memory.cells) == CELLS - len(self.prefixes._free)

    @invariant()
    def what_is_reserved_can_be_had(self):
        """All that running sequences may still need is there, now that everything else could be dropped."""
        assert self.prefixes.available >= 0

    def teardown(self):
        for sequence in self.open:
            self.prefixes.keep(sequence)
        assert self.prefixes.available == CELLS


TestBookkeeping = Bookkeeping.TestCase
TestBookkeeping.settings = settings(max_examples=60, stateful_step_count=30)


def evaluate(prefixes, sequence, following):
    """Go on with some tokens, also in the memory."""
    start = sequence.length
    prefixes.extend(sequence, tokens(*following))
    prefixes._memory.evaluate(sequence.number, start, len(following))


def fill(prefixes, prompt, answer=1):
    """Admit, evaluate the rest of the prompt, and keep; how much was there already."""
    sequence = prefixes.admit(tokens(*prompt), answer)
    shared = sequence.length
    evaluate(prefixes, sequence, prompt[shared:])
    prefixes.keep(sequence)
    return shared


@pytest.fixture
def prefixes():
    return Prefixes(FakeMemory(100), 100, 8)


def test_a_kept_prefix_is_taken_over(prefixes):
    """What another prompt begins with too isn't evaluated again, but for the last token."""
    assert fill(prefixes, range(20)) == 0
    assert fill(prefixes, range(20)) == 19
    assert fill(prefixes, [*range(10), 77, 78]) == 10
    assert prefixes.match(tokens(*range(15))) == 15


def test_a_running_prefix_is_taken_over(prefixes):
    """It needn't be over."""
    first = prefixes.admit(tokens(*range(20)), 5)
    evaluate(prefixes, first, range(12))
    assert prefixes.admit(tokens(*range(20)), 5).length == 12


def test_the_prefix_used_longest_ago_goes_first(prefixes):
    """Evicted is what nobody came back to."""
    for start in (0, 100, 200):
        fill(prefixes, range(start, start + 30))
    fill(prefixes, [*range(30), 7])  # comes back to the first
    fill(prefixes, range(300, 330))
    assert prefixes.match(tokens(*range(100, 130))) == 0
    assert prefixes.match(tokens(*range(30))) == 30
    assert prefixes.match(tokens(*range(200, 230))) == 30


def test_shared_cells_count_once(prefixes):
    """Many questions over one long prefix fit where their prompts side by side wouldn't."""
    long = list(range(70))
    fill(prefixes, long)
    running = [prefixes.admit(tokens(*long, 100 + i), 4) for i in range(5)]
    assert all(running)
    assert prefixes.available == 100 - 70 - 5 * 5


def test_clearing_forgets_everything(prefixes):
    """After a failure nothing is kept, nothing runs, and all can be had again."""
    fill(prefixes, range(30))
    evaluate(prefixes, prefixes.admit(tokens(*range(40)), 5), range(30, 35))
    prefixes.clear()
    assert prefixes.available == 100
    assert prefixes.match(tokens(*range(30))) == 0
    assert prefixes._memory.cells == []
    assert all(prefixes.admit(tokens(i), 9) for i in range(8))


def test_what_does_not_fit_is_not_admitted(prefixes):
    """Cells that a running answer may still need are nobody else's."""
    assert prefixes.admit(tokens(*range(50)), 30)
    assert prefixes.admit(tokens(*range(200, 215)), 6) is None
    assert prefixes.admit(tokens(*range(200, 215)), 5)


def test_more_than_was_reserved_is_refused(prefixes):
    """An answer can't take cells that weren't counted when it began."""
    sequence = prefixes.admit(tokens(1, 2), 1)
    with pytest.raises(ValueError, match="4 tokens"):
        prefixes.extend(sequence, tokens(1, 2, 3, 4))
