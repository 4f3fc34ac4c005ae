"""The search as it gets ready: by words within seconds of a start, by meaning once the model is loaded."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from knowledge.attached import Enclosed
from knowledge.embedding import Abilities, Embedder
from knowledge.errors import MissingDependency, ModelUnavailable
from knowledge.language import Analyzer
from knowledge.library import Library
from knowledge.retrieve import Retrieval, Retriever
from knowledge.types import EVERYONE, Scope

_log = logging.getLogger(__name__)
_LOOKS = 5  # at a shared index whose owner keeps changing it


class Search:
    """Finds passages in the library's current state. Thread-safe; methods block.

    Loading an embedding model takes ten seconds and more. While `warm` is at it, a question that the
    documents answer by its words alone is served at once; any other one waits for the model.

    Args:
        library: opens it, or gives the open one.
        analyzer: of questions and passages.
        embedder: None searches by words alone, as does one that turns out not to work.
        abilities: measures, or remembers, what the embedder knows.
        threshold: the least probability at which the documents count as answering; None takes the calibrated
            one.
    """

    def __init__(
        self,
        library: Callable[[], Library],
        analyzer: Analyzer,
        embedder: Embedder | None,
        abilities: Callable[[Embedder], Abilities],
        threshold: float | None,
    ) -> None:
        self._library = library
        self._analyzer = analyzer
        self._embedder = embedder
        self._abilities = abilities
        self._threshold = threshold
        self._by_words = Retriever(analyzer, None, None, threshold)
        self._complete: Retriever | None = None
        self._completing = threading.Lock()
        self.is_warming = False

    def retrieve(
        self,
        text: str,
        scopes: frozenset[Scope],
        limit: int,
        context: str = "",
        enclosed: Enclosed | None = None,
    ) -> Retrieval:
        """The passages that answer best, as `Retriever.retrieve` finds them."""
        look = partial(self._look, text, scopes, limit, context, enclosed)
        if self.is_warming and self._complete is None:
            found = look(self._by_words)
            if found.is_answerable and not found.is_doubtful:
                return found
        return look(self._completed())

    def warm(self) -> None:
        """Open the index and load what questions need, what they need most first."""
        self.is_warming = True
        try:
            look = partial(self._look, "first", frozenset({EVERYONE}), 1, "", None)
            with ThreadPoolExecutor(1, "warm") as beside:
                korean = beside.submit(self._analyzer.terms, "처음", "ko")
                look(self._by_words)
                korean.result()
            look(self._completed())
        finally:
            self.is_warming = False

    def _look(
        self,
        text: str,
        scopes: frozenset[Scope],
        limit: int,
        context: str,
        enclosed: Enclosed | None,
        retriever: Retriever,
    ) -> Retrieval:
        library = self._library()
        looks = 1
        while True:
            with library.pin(scopes) as snapshot:
                found = retriever.retrieve(text, snapshot, limit, context, enclosed)
                if looks == _LOOKS or library.still_has(snapshot):
                    return found
            looks += 1

    def _completed(self) -> Retriever:
        """What searches by words and meaning, once the model is loaded."""
        with self._completing:
            if self._complete is None:
                embedder, abilities = self._embedder, None
                if embedder is not None:
                    try:
                        embedder.embed_query("")
                        abilities = self._abilities(embedder)
                    except (ModelUnavailable, MissingDependency) as error:
                        _log.warning("searching by words alone, without the embedding model: %s", error)
                        embedder = None
                self._complete = Retriever(self._analyzer, embedder, abilities, self._threshold)
            return self._complete
