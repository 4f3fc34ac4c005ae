"""Which embedding model's vectors are wanted, and whose serve until those are whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from knowledge.catalog import Catalog, Connection, reading, serving
from knowledge.catalog.records import NewVersion
from knowledge.catalog.serving import Earlier, Serving
from knowledge.embedding import EmbeddingSpace
from knowledge.types import Language


def no_earlier(_: Serving) -> EmbeddingSpace | None:
    """For who has no other model than the wanted one."""
    return None


class Spaces:
    """The wanted model's vectors, and the ones that questions are compared with.

    Args:
        catalog: prepared.
        wanted: None for no vectors.
        earlier: gives the space of a model that served before.
        owner: whether this process may change from one to the other.
    """

    def __init__(
        self, catalog: Catalog, wanted: EmbeddingSpace | None, earlier: Earlier, *, owner: bool
    ) -> None:
        self._catalog = catalog
        self._earlier = earlier
        self._owner = owner
        self.wanted = wanted
        with catalog.read() as connection:
            self.serving = self.choose(connection)

    @property
    def embedder(self) -> str | None:
        """The name of the model that serves; None without any."""
        return self.serving.embedder if self.serving else None

    @property
    def is_changing(self) -> bool:
        """Whether another model than the wanted one serves."""
        return self.wanted is not None and self.embedder != self.wanted.embedder

    def choose(self, connection: Connection) -> EmbeddingSpace | None:
        """The space that is to serve in this state of the catalog."""
        return serving.choose(connection, self.wanted, self._earlier, owner=self._owner)

    def note(self) -> int | None:
        """Let the catalog know which model serves; gives its generation, None where it knew."""
        space = self.serving
        if space is None:
            return None
        with self._catalog.read() as connection:
            before = serving.serving(connection)
        if before is not None and before.embedder == space.embedder:
            return None
        with self._catalog.write() as connection:
            return serving.serve(connection, space)

    def learn(self, embedder: str, languages: frozenset[Language]) -> bool:
        """Take what was measured of a model; gives whether it changes which passages are to have vectors."""
        if self.wanted is not None and self.wanted.embedder == embedder:
            self.wanted = replace(self.wanted, languages=languages)
        if self.serving is None or self.serving.embedder != embedder or self.serving.languages == languages:
            return False
        self.serving = replace(self.serving, languages=languages)
        return True

    def texts_to_embed(self, versions: Iterable[NewVersion]) -> dict[str, str]:
        """Full texts, by hash, of new passages that are to have the serving model's vectors, and lack any."""
        space = self.serving
        if space is None:
            return {}
        texts = {
            each.text_hash: each.passage.full_text
            for version in versions
            for each in version.passages
            if each.passage.language in space.languages
        }
        with self._catalog.read() as connection:
            known = reading.hashes_with_vectors(connection, space.embedder, list(texts))
        return {text_hash: text for text_hash, text in texts.items() if text_hash not in known}

    def texts_without_vectors(self) -> dict[str, str]:
        """Full texts, by hash, of live passages that lack vectors of the wanted model."""
        if self.wanted is None:
            return {}
        with self._catalog.read() as connection:
            return reading.texts_without_vectors(connection, self.wanted)
