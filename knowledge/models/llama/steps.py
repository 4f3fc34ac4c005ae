"""One step: a token or more of every answer that is being written, and a portion of a prompt."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.models.llama.answer import Answer, Ending
from knowledge.models.llama.context import Batch, Context
from knowledge.models.llama.lookup import MOST
from knowledge.models.llama.options import EngineOptions
from knowledge.models.llama.prefixes import Prefixes
from knowledge.models.llama.speeds import Speeds
from knowledge.models.llama.threads import ThreadCount

_WHILE_WRITING = 1.0  # seconds that a portion of a prompt may hold up the answers that are being written
_ALONE = 2.0  # seconds of a portion when there are none
_LEAST = 64  # tokens of a portion; with fewer each costs more
# llama.cpp multiplies its weights with so many tokens at once (`ggml_gemm_q4_K_8x8_q8_K`; four where the
# processor has no AVX-512). Each that is left over beside them takes about as long as four.
_ROWS = 16
# From so many tokens on, llama.cpp's attention takes them as tiles (`GGML_FA_TILE_Q`): each token of a tile
# then costs what all cells that any of them looks at cost, also cells of other answers.
_TILE = 64


class StepFailed(Exception):
    """llama.cpp gave up on a step, with this code."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What one answer has in the batch, from `first` on; nothing is `wanted` of a prompt that isn't over."""

    answer: Answer
    first: int
    guess: tuple[int, ...] = ()
    wanted: bool = True


class Steps:
    """Takes answers forward, a step at a time."""

    def __init__(self, context: Context, prefixes: Prefixes, speeds: Speeds, options: EngineOptions) -> None:
        self._context = context
        self._prefixes = prefixes
        self._speeds = speeds
        self._most = options.threads
        self.threads = ThreadCount(options.threads)
        self._batch = Batch(options.step_size)
        self.count = 0

    def run(self, answers: Sequence[Answer]) -> Iterator[tuple[Answer, Ending]]:
        """Do one step.

        Yields:
            The answers that are over, as soon as they are: what is evaluated after them may fail.

        Raises:
            StepFailed: none of these answers can go on.
        """
        writing = [answer for answer in answers if answer.last is not None]
        reading = sorted((answer for answer in answers if answer.last is None), key=self._patience)
        self._batch.clear()
        parts = [self._write(answer, len(writing)) for answer in writing]
        if parts and (not reading or self._is_apart(reading)):
            yield from self._evaluated(parts, reading=False)
            self._batch.clear()
            parts = []
        room = self._room(writing=bool(writing))
        for answer in reading:
            if room <= 0:
                break
            taken = len(self._batch)
            parts.append(self._read(answer, room))
            room -= len(self._batch) - taken
        if parts:
            yield from self._evaluated(parts, reading=True)

    def _is_apart(self, reading: Sequence[Answer]) -> bool:
        """Whether what is read is evaluated apart from what is written, as it would fill a tile with it."""
        unread = sum(answer.unread for answer in reading)
        return len(self._batch) + min(unread, self._room(writing=True)) >= _TILE

    def _evaluated(self, parts: Sequence[_Part], *, reading: bool) -> list[tuple[Answer, Ending]]:
        """Evaluate the batch and take what came out; the answers that are over."""
        self._decode(reading=reading)
        return [(part.answer, ending) for part in parts if (ending := self._take(part))]

    def _write(self, answer: Answer, writing: int) -> _Part:
        """An answer's last token, and what is likely to follow it."""
        assert answer.last is not None  # noqa: S101 (said by the caller)
        left = answer.question.limit - answer.written - 1
        limit = min(left, MOST, self._batch.room - writing)
        guess = (
            answer.lookup.guess(limit, self._speeds.step, writing - 1) if answer.lookup and limit > 0 else []
        )
        tokens = np.array([answer.last, *guess], np.int32)
        first = self._batch.add(tokens, answer.sequence.length, answer.sequence.number, wanted="all")
        self._prefixes.extend(answer.sequence, tokens)
        return _Part(answer, first, tuple(guess))

    def _read(self, answer: Answer, room: int) -> _Part:
        """The next tokens of a prompt."""
        prompt, start = answer.question.prompt, answer.sequence.length
        tokens = prompt[start : start + room]
        whole = start + len(tokens) == len(prompt)
        first = self._batch.add(tokens, start, answer.sequence.number, wanted="last" if whole else "none")
        self._prefixes.extend(answer.sequence, tokens)
        return _Part(answer, first if not whole else first + len(tokens) - 1, wanted=whole)

    def _decode(self, *, reading: bool) -> None:
        current = self.threads.current
        self._context.set_threads(self._most if reading else current)
        tokens = len(self._batch)
        began = time.monotonic()
        status = self._context.decode(self._batch)
        if status:
            raise StepFailed(status)
        seconds = time.monotonic() - began
        self.count += 1
        if reading or not self.threads.trying:
            self._speeds.observe(seconds, tokens, reading=reading)
        if not reading:
            self.threads.observe(seconds / self._speeds.shape(tokens))

    def _take(self, part: _Part) -> Ending | None:
        """Take what came out for one answer, and tell it; how it ended, if it did."""
        answer = part.answer
        if not part.wanted:
            answer.tell_progress()
            return None
        if answer.last is None:
            answer.tell_progress()
        right, ending = 0, None
        for i in range(len(part.guess) + 1):
            token = answer.sampling.take(self._context, part.first + i)
            ending = answer.write(token)
            if i == len(part.guess) or token != part.guess[i] or ending:
                break
            right += 1
        wrong = len(part.guess) - right
        if part.guess and answer.lookup:
            answer.lookup.learn(len(part.guess), right)
            answer.drafted += right
        self._prefixes.cut(answer.sequence, answer.sequence.length - wrong)
        answer.tell_text()
        return ending

    def _room(self, *, writing: bool) -> int:
        """Tokens of prompts in this step, such that none of all its tokens is left over (`_ROWS`)."""
        taken = len(self._batch)
        most = min(taken + self._portion(writing=writing), len(self._batch.tokens))
        whole = most // _ROWS * _ROWS
        return (whole if whole > taken else most) - taken

    def _portion(self, *, writing: bool) -> int:
        """Tokens of prompts that may be read in one step: all that fit, unless that takes too long."""
        rate = self._speeds.read_rate
        if rate is None:
            return _LEAST if writing else len(self._batch.tokens)
        return max(_LEAST, int(rate * (_WHILE_WRITING if writing else _ALONE)))

    def _patience(self, answer: Answer) -> float:
        """Short prompts go first, and waiting counts: seconds that are left, less the seconds waited."""
        rate = self._speeds.read_rate or 100.0
        return answer.unread / rate - (time.monotonic() - answer.question.asked)
