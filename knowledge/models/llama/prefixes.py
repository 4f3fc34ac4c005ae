"""Which sequence holds which cells of the key-value cache, and what a new prompt takes over from others.

A sequence is what one answer was made of: the tokens of its prompt and of what was written, each in a cell.
Two sequences that begin alike share the cells of what they have in common. When an answer is over its
sequence is kept for the questions to come, until its cells are needed: the one that was used longest ago
goes first.

This is bookkeeping: `Memory` is who really moves cells. Nothing is ever added that doesn't surely fit: a
running sequence has cells reserved for all it may still need.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Tokens = NDArray[np.int32]
Cells = NDArray[np.int64]


class Memory(Protocol):
    """The key-value cache, as far as sequences go."""

    def copy(self, source: int, target: int, end: int) -> None:
        """Let sequence `target` share the first `end` cells of `source`."""

    def cut(self, sequence: int, start: int = 0) -> None:
        """Let a sequence end before position `start`."""


class Sequence:
    """One sequence: the tokens that are in cells, and the cells. Made by `Prefixes.admit` only."""

    def __init__(self, number: int, room: int) -> None:
        self.number = number
        self.reserved = room  # cells that it may still take
        self.used = 0  # when it was used last, in admissions
        self._tokens = np.zeros(room, np.int32)
        self._cells = np.zeros(room, np.int64)
        self.length = 0

    @property
    def tokens(self) -> Tokens:
        """The tokens in its cells."""
        return self._tokens[: self.length]

    @property
    def cells(self) -> Cells:
        """The cells, in the same order."""
        return self._cells[: self.length]

    def extend(self, tokens: Tokens, cells: Cells) -> None:
        """More tokens, in these cells."""
        end = self.length + len(tokens)
        self._tokens[self.length : end] = tokens
        self._cells[self.length : end] = cells
        self.length = end
        self.reserved -= len(tokens)


class Prefixes:
    """The sequences that run and those that are kept.

    Args:
        memory: what is told of every change.
        cells: of the cache.
        sequences: that it can tell apart, at least two more than ever run at once.
    """

    def __init__(self, memory: Memory, cells: int, sequences: int) -> None:
        self._memory = memory
        self._holders = np.zeros(cells, np.int32)  # how many sequences share each cell
        self._free = list(range(cells))
        self._numbers = list(range(sequences))
        self._running: list[Sequence] = []
        self._kept: list[Sequence] = []
        self._admissions = 0

    @property
    def available(self) -> int:
        """Cells that a new sequence could have: nobody runs in them, and nobody has reserved them."""
        return self._available(np.empty(0, np.int64))

    def match(self, prompt: Tokens) -> int:
        """How many of a prompt's first tokens are in cells already."""
        return self._best(prompt)[1]

    def admit(self, prompt: Tokens, answer: int) -> Sequence | None:
        """Begin a sequence with as much of the prompt as some other sequence begins with too.

        The prompt's last token isn't taken over: what follows it is only known after evaluating it.

        Args:
            prompt: its tokens, at least one.
            answer: cells for what is written.

        Returns:
            The sequence, with cells reserved for the rest; None if there is no room for it now.
        """
        source, shared = self._best(prompt[:-1])
        total = len(prompt) + answer
        taken = source.cells[:shared] if source else np.empty(0, np.int64)
        if total - shared > self._available(taken):
            return None
        self._admissions += 1
        if source:
            source.used = self._admissions
        if not self._numbers:
            self._evict(spare=source)
        sequence = Sequence(self._numbers.pop(), total)
        self._running.append(sequence)
        if source and shared:
            self._memory.copy(source.number, sequence.number, shared)
            self._holders[taken] += 1
            sequence.extend(source.tokens[:shared], taken)
        return sequence

    def extend(self, sequence: Sequence, tokens: Tokens) -> None:
        """A running sequence is about to go on with these tokens, for which it has cells reserved."""
        if len(tokens) > sequence.reserved:
            message = f"{len(tokens)} tokens, {sequence.reserved} cells"
            raise ValueError(message)
        while len(self._free) < len(tokens):
            self._evict()
        cells = np.array(self._free[len(self._free) - len(tokens) :], np.int64)
        del self._free[len(self._free) - len(tokens) :]
        self._holders[cells] = 1
        sequence.extend(tokens, cells)

    def cut(self, sequence: Sequence, length: int) -> None:
        """A running sequence takes back what it has beyond its first `length` tokens."""
        if length == sequence.length:
            return
        self._memory.cut(sequence.number, length)
        self._release(sequence.cells[length:])
        sequence.reserved += sequence.length - length
        sequence.length = length

    def keep(self, sequence: Sequence) -> None:
        """A running sequence is over; its cells stay for others until they are needed."""
        self._running.remove(sequence)
        sequence.reserved = 0
        sequence.used = self._admissions
        if self._covered(sequence):
            self._drop(sequence)
            return
        for other in [other for other in self._kept if common(other.tokens, sequence.tokens) == other.length]:
            self._kept.remove(other)
            self._drop(other)
        self._kept.append(sequence)

    def clear(self) -> None:
        """Drop everything, also what runs."""
        for sequence in (*self._running, *self._kept):
            self._drop(sequence)
        self._running.clear()
        self._kept.clear()

    def _covered(self, sequence: Sequence) -> bool:
        """Whether another sequence begins with all that this one has."""
        others = (*self._running, *self._kept)
        return any(common(other.tokens, sequence.tokens) == sequence.length for other in others)

    def _best(self, prompt: Tokens) -> tuple[Sequence | None, int]:
        """The sequence that has most of the prompt's first tokens, and how many."""
        best, most = None, 0
        for sequence in (*self._running, *self._kept):
            shared = common(sequence.tokens, prompt)
            if shared > most:
                best, most = sequence, shared
        return best, most

    def _available(self, taken: Cells) -> int:
        """Cells that could be had if those of `taken` were in use."""
        busy = np.zeros(len(self._holders), bool)
        busy[taken] = True
        for sequence in self._running:
            busy[sequence.cells] = True
        return len(busy) - int(np.count_nonzero(busy)) - sum(s.reserved for s in self._running)

    def _evict(self, spare: Sequence | None = None) -> None:
        """Drop the kept sequence that was used longest ago, but not `spare`."""
        oldest = min((s for s in self._kept if s is not spare), key=lambda s: s.used)
        self._kept.remove(oldest)
        self._drop(oldest)

    def _drop(self, sequence: Sequence) -> None:
        self._memory.cut(sequence.number)
        self._release(sequence.cells)
        self._numbers.append(sequence.number)

    def _release(self, cells: Cells) -> None:
        self._holders[cells] -= 1
        self._free.extend(cells[self._holders[cells] == 0].tolist())


def common(a: Tokens, b: Tokens) -> int:
    """How many tokens both begin with."""
    size = min(len(a), len(b))
    different = np.flatnonzero(a[:size] != b[:size])
    return int(different[0]) if len(different) else size
