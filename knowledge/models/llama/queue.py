"""Whose turn it is: start-time fair queueing.

After Goyal, Vin and Cheng 1996, "Start-time Fair Queuing": a question's tag is the later of the tag that was
served last and one after its asker's own last tag, and the lowest tag comes first. So whoever asks five
questions waits for the others' first ones before the second, and nobody is passed over for ever.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    tag: int
    arrival: int


class FairQueue(Generic[_T]):
    """Things that wait, each for an asker, of which no more than `limit` may."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._order: list[_Place] = []
        self._items: dict[_Place, _T] = {}
        self._last: dict[str, int] = {}
        self._served = 0
        self._arrivals = 0

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[_T]:
        """In the order of their turns."""
        return iter([self._items[place] for place in self._order])

    @property
    def full(self) -> bool:
        """Whether nothing more may wait."""
        return len(self._order) >= self._limit

    def add(self, item: _T, asker: str) -> None:
        """Append an item; whoever calls has looked at `full`."""
        tag = max(self._served, self._last.get(asker, -1) + 1)
        self._last[asker] = tag
        place = _Place(tag, self._arrivals)
        self._arrivals += 1
        bisect.insort(self._order, place)
        self._items[place] = item

    def take(self, item: _T) -> None:
        """Remove an item because its turn has come."""
        place = self._place(item)
        self._served = max(self._served, place.tag)
        self._remove(place)

    def discard(self, item: _T) -> None:
        """Remove an item that waits no longer."""
        self._remove(self._place(item))

    def _place(self, item: _T) -> _Place:
        return next(place for place, waiting in self._items.items() if waiting is item)

    def _remove(self, place: _Place) -> None:
        self._order.remove(place)
        del self._items[place]
        # An asker whose last tag was passed is as good as new.
        self._last = {asker: tag for asker, tag in self._last.items() if tag >= self._served}
