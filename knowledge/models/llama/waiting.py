"""How long those in the queue will wait, from how fast the machine was lately."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from knowledge.models.llama.answer import Answer, Question
from knowledge.models.llama.speeds import Speeds


def waits(running: Iterable[float], waiting: Sequence[float], slots: int) -> list[float]:
    """Seconds until each of `waiting` begins, in their order.

    Args:
        running: seconds that each running answer still takes.
        waiting: seconds that each waiting one will take.
        slots: answers that run at once.
    """
    ends = sorted(running)
    ends = [0.0] * max(0, slots - len(ends)) + ends
    heapq.heapify(ends)
    begins = []
    for seconds in waiting:
        begins.append(heapq.heappop(ends))
        heapq.heappush(ends, begins[-1] + seconds)
    return begins


def expected_waits(
    answers: Iterable[Answer], questions: Sequence[Question], speeds: Speeds, slots: int
) -> list[float]:
    """Seconds until each question begins; none as long as nothing was measured."""
    reading, writing = speeds.read_rate, speeds.write_rate
    if reading is None or writing is None:
        return []
    usual = speeds.usual_answer
    running = [answer.unread / reading + answer.left(usual) / writing for answer in answers]
    coming = [len(q.prompt) / reading + min(q.limit, usual) / writing for q in questions]
    return waits(running, coming, slots)
