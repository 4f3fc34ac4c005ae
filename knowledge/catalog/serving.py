"""The embedding model that serves: questions are compared with its vectors until another's are whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from knowledge.catalog import reading
from knowledge.catalog.schema import state
from knowledge.embedding import EmbeddingSpace


class Serving(NamedTuple):
    """A model by its name, and what it is opened by (a hub name or a folder)."""

    embedder: str
    source: str


Earlier = Callable[[Serving], EmbeddingSpace | None]
"""Gives the space of a model that served before; None where the model is no longer on this machine."""


def serving(connection: Connection) -> Serving | None:
    """The model that serves; None before the first one."""
    embedder, source = connection.execute(select(state.c.embedder, state.c.embedder_source)).one()
    return Serving(embedder, source or "") if embedder else None


def serve(connection: Connection, space: EmbeddingSpace) -> int:
    """Note that this model serves from now on; gives the catalog's generation, by which readers notice."""
    step = int(serving(connection) is not None)
    generation: int = connection.execute(
        update(state)
        .values(
            embedder=space.embedder,
            embedder_source=space.source or None,
            generation=state.c.generation + step,
            words_counted_at=state.c.words_counted_at + step,  # no word came or went
        )
        .returning(state.c.generation)
    ).scalar_one()
    return generation


def choose(
    connection: Connection, wanted: EmbeddingSpace | None, earlier: Earlier, *, owner: bool
) -> EmbeddingSpace | None:
    """Whose vectors serve: the wanted model's, or an earlier one's for as long as the wanted lack some.

    Where the earlier one can't be had any more, the wanted one serves with what there is of it. Only an owner
    changes from one to the other; whoever only reads follows.
    """
    known = serving(connection)
    if wanted is None or known is None or known.embedder == wanted.embedder:
        return wanted
    if owner and not reading.lacks_vectors(connection, wanted):
        return wanted
    return earlier(known) or wanted
