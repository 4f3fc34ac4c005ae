"""How long those in the queue will wait, from how fast the machine was lately."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence


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
