"""A librarian's embedding models: the wanted one, and the one that serves until its vectors are whole."""

from __future__ import annotations

import threading
from collections.abc import Callable

from knowledge.catalog.serving import Serving
from knowledge.embedding import Abilities, Embedder, EmbeddingSpace
from knowledge.types import LANGUAGES
from knowledge.vectors import Vectors


class Embedders:
    """Thread-safe; loads no model.

    Args:
        wanted: None for no vectors.
        source: what the wanted one is opened by.
        reopen: opens a model by its source; None where it isn't on this machine any more.
        abilities: measures, or remembers, what a model knows.
        remembered: gives it only if it was measured before.
        is_urgent: whether a run has to leave the processor to something else.
    """

    def __init__(
        self,
        wanted: Embedder | None,
        source: str,
        reopen: Callable[[str], Embedder | None],
        abilities: Callable[[Embedder], Abilities],
        remembered: Callable[[Embedder], Abilities | None],
        is_urgent: Callable[[], bool],
    ) -> None:
        self._wanted = wanted
        self._source = source
        self._reopen = reopen
        self._remembered = remembered
        self._is_urgent = is_urgent
        self._lock = threading.Lock()
        self._earlier: Embedder | None = None
        self.abilities = abilities

    @property
    def wanted_space(self) -> EmbeddingSpace | None:
        """That of the wanted model's vectors; until it was measured what it knows, of all passages."""
        return self._space(self._wanted, self._source) if self._wanted else None

    def earlier_space(self, known: Serving) -> EmbeddingSpace | None:
        """That of a model that served before; None where it isn't to be had, or has become another one."""
        found = self._reopen(known.source) if known.source else None
        if found is None or found.name != known.embedder:
            return None
        with self._lock:
            if self._earlier is None or self._earlier.name != found.name:
                self._earlier = found
            return self._space(self._earlier, known.source)

    def of(self, name: str | None) -> Embedder | None:
        """A model whose space was given, by its name. The earlier one goes once the wanted one serves."""
        with self._lock:
            if self._wanted is not None and self._wanted.name == name:
                self._earlier = None
                return self._wanted
            return self._earlier if self._earlier is not None and self._earlier.name == name else None

    def vectors(self, serving: str | None) -> tuple[Vectors, Vectors]:
        """What makes a run's vectors, by the model that serves and by the wanted one; mostly the same."""
        embedder = self.of(serving)
        vectors = Vectors(embedder, self.abilities, self._is_urgent)
        if embedder is self._wanted:
            return vectors, vectors
        return vectors, Vectors(self._wanted, self.abilities, self._is_urgent)

    def _space(self, embedder: Embedder, source: str) -> EmbeddingSpace:
        known = self._remembered(embedder)
        languages = known.passages if known else frozenset(LANGUAGES)
        return EmbeddingSpace(embedder.name, embedder.dimensions, languages, source)
