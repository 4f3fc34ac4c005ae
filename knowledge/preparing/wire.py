"""What crosses the pipes: pickles, each document's of its own so that none is held for long.

A pickle is read in one go, with the interpreter's lock held.
"""

from __future__ import annotations

import pickle
from typing import Any, BinaryIO

_OURS = frozenset(
    (
        ("knowledge.catalog.records", "AnalysedPassage"),
        ("knowledge.ranking.bm25", "Analysed"),
        ("knowledge.types", "Passage"),
        ("knowledge.types", "Place"),
    )
)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _OURS:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def send(pipe: BinaryIO, *values: object) -> None:
    """Say some things, one after the other."""
    for value in values:
        pickle.dump(value, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """What the child says next: plain values and our own frozen dataclasses. Nothing else is called or made.

    Raises:
        UnpicklingError: it says something else.
        EOFError: it is gone.
    """
    return _Unpickler(pipe).load()
