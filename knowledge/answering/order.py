"""The order of passages in a prompt, such that a model which keeps prompts evaluates little anew.

Only a common beginning is reused, so the order is not the rank's: a prompt begins like the earlier prompt
with which it can share most, then come the passages that are used most. (The idea of keeping prefixes by the
documents in them: Jin et al. 2024, "RAGCache"; the order by frequency: Han et al. 2000, the FP-tree.)
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Mapping
from itertools import takewhile

_REMEMBERED = 256  # prompts; a model keeps fewer


class PassageOrder:
    """Remembers the orders it gave, in memory. Thread-safe.

    An order tells nothing of what others asked: the passages are the asker's own, and a prompt isn't shown.
    """

    def __init__(self) -> None:
        self._recent: OrderedDict[tuple[str, ...], None] = OrderedDict()
        self._used: Counter[str] = Counter()
        self._lock = threading.Lock()

    def arrange(self, sizes: Mapping[str, int]) -> tuple[str, ...]:
        """Put passages, by id with their sizes (in any one unit), into the order of a prompt."""
        with self._lock:
            shared: tuple[str, ...] = ()
            most = 0
            for order in reversed(self._recent):
                beginning = tuple(takewhile(sizes.__contains__, order))
                size = sum(sizes[passage] for passage in beginning)
                if size > most:
                    shared, most = beginning, size
            rest = sorted(sizes.keys() - set(shared), key=lambda passage: (-self._used[passage], passage))
            order = (*shared, *rest)
            self._remember(order)
            return order

    def _remember(self, order: tuple[str, ...]) -> None:
        if order in self._recent:
            self._recent.move_to_end(order)
            return
        self._recent[order] = None
        self._used.update(order)
        if len(self._recent) > _REMEMBERED:
            forgotten, _ = self._recent.popitem(last=False)
            self._used.subtract(forgotten)
            self._used = +self._used
