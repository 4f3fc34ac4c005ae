"""The search as it gets ready: by words within seconds of a start, by meaning once the model is loaded."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from knowledge.attached import Enclosed
from knowledge.embedders import Embedders
from knowledge.errors import IndexUnavailable, MissingDependency, ModelUnavailable
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
        embedders: without any, or with one that turns out not to work, words alone are searched.
        threshold: the least probability at which the documents count as answering; None takes the calibrated
            one.
    """

    def __init__(
        self,
        library: Callable[[], Library],
        analyzer: Analyzer,
        embedders: Embedders,
        threshold: float | None,
    ) -> None:
        self._library = library
        self._analyzer = analyzer
        self._embedders = embedders
        self._threshold = threshold
        self._by_words = Retriever(analyzer, None, None, threshold)
        self._complete: tuple[str | None, Retriever] | None = None  # by whose vectors it searches
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
            found = look(lambda _: self._by_words)
            if found.is_answerable and not found.is_doubtful:
                return found
        return look(self._completed)

    def warm(self) -> None:
        """Open the index and load what questions need, what they need most first."""
        self.is_warming = True
        try:
            look = partial(self._look, "first", frozenset({EVERYONE}), 1, "", None)
            with ThreadPoolExecutor(1, "warm") as beside:
                korean = beside.submit(self._analyzer.terms, "처음", "ko")
                look(lambda _: self._by_words)
                korean.result()
            look(self._completed)
        finally:
            self.is_warming = False

    def _look(
        self,
        text: str,
        scopes: frozenset[Scope],
        limit: int,
        context: str,
        enclosed: Enclosed | None,
        retriever_for: Callable[[str | None], Retriever],
    ) -> Retrieval:
        library = self._library()
        looks = 1
        while True:
            serving = library.embedder
            retriever = retriever_for(serving)  # not within the snapshot: it may load a model
            with library.pin(scopes) as snapshot:
                if snapshot.embedder == serving:
                    try:
                        found = retriever.retrieve(text, snapshot, limit, context, enclosed)
                    except IndexUnavailable:
                        if looks == _LOOKS or library.still_has(snapshot):
                            raise
                    else:
                        if looks == _LOOKS or library.still_has(snapshot):
                            return found
                    looks += 1

    def _completed(self, serving: str | None) -> Retriever:
        """What searches by words and by the vectors of a model, once the model is loaded."""
        with self._completing:
            if self._complete is None or self._complete[0] != serving:
                embedder, abilities = self._embedders.of(serving), None
                if embedder is not None:
                    try:
                        embedder.embed_query("")
                        abilities = self._embedders.abilities(embedder)
                    except (ModelUnavailable, MissingDependency) as error:
                        _log.warning("searching by words alone, without the embedding model: %s", error)
                        embedder = None
                retriever = Retriever(self._analyzer, embedder, abilities, self._threshold)
                self._complete = serving, retriever
            return self._complete[1]
