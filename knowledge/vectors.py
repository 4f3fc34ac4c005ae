"""The vectors of one run by one model, as long as the model works."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cached_property

from knowledge.embedding import Abilities, Embedder, Vector
from knowledge.errors import MissingDependency, ModelUnavailable
from knowledge.reports import Problem
from knowledge.types import LANGUAGES, Language

_log = logging.getLogger(__name__)
_EMBED_AT_ONCE = 64  # texts between two looks at whether to stop, or to give way: seconds, on a slow machine
_EMBED_BESIDE_ANSWERS = 8  # while somebody waits for an answer all the same


class Vectors:
    """Makes the vectors of one run.

    `failure` is what became of a model that can't be used; from then on nothing is embedded, and the
    documents are found by their words.

    Args:
        embedder: None makes none.
        abilities: measures, or remembers, what an embedder knows.
        is_urgent: whether something else is, so that little is embedded at once.
    """

    def __init__(
        self,
        embedder: Embedder | None,
        abilities: Callable[[Embedder], Abilities],
        is_urgent: Callable[[], bool] = lambda: False,
    ) -> None:
        self._embedder = embedder
        self._abilities = abilities
        self._is_urgent = is_urgent
        self.failure: Problem | None = None

    @property
    def embedder(self) -> str:
        """The model's name; empty for none."""
        return self._embedder.name if self._embedder else ""

    @cached_property
    def languages(self) -> frozenset[Language]:
        """Those whose passages are worth a vector: all, where it can't be measured. May load the model."""
        try:
            return self._abilities(self._embedder).passages if self._embedder else frozenset()
        except (ModelUnavailable, MissingDependency) as error:
            _log.warning("what the embedding model knows can't be measured: %s", error)
            return frozenset(LANGUAGES)

    def embed(self, texts: Mapping[str, str], check: Callable[[int], None]) -> dict[str, Vector]:
        """Vectors by text hash; of fewer texts than were given, or none, without a model that works.

        Args:
            texts: by hash.
            check: called with the number of texts done, between batches; it may raise to stop.
        """
        if self._embedder is None or self.failure is not None:
            return {}
        # By length, so that a batch is of texts of like length, which costs the least padding.
        order = sorted(texts, key=lambda text_hash: len(texts[text_hash]))
        vectors: dict[str, Vector] = {}
        start = 0
        while start < len(order):
            check(start)
            hashes = order[start : start + (_EMBED_BESIDE_ANSWERS if self._is_urgent() else _EMBED_AT_ONCE)]
            start += len(hashes)
            try:
                found = self._embedder.embed_documents([texts[text_hash] for text_hash in hashes])
            except (ModelUnavailable, MissingDependency) as error:
                _log.warning("indexing goes on without the embedding model: %s", error)
                self.failure = Problem(self._embedder.name, error)
                break
            vectors.update(zip(hashes, found, strict=True))
        return vectors
