"""From parsed files to versions that the catalog can take: cut into passages, analysed, embedded."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from knowledge.catalog.records import NewVersion
from knowledge.embedding import Abilities, Embedder, Vector
from knowledge.errors import MissingDependency, ModelUnavailable
from knowledge.language import Analyzer
from knowledge.preparing import Prepared, Preparing
from knowledge.reports import Problem
from knowledge.sources.folders import FileState
from knowledge.types import LANGUAGES, Language, ParsedDocument, Scope

_log = logging.getLogger(__name__)
_EMBED_AT_ONCE = 64  # texts between two looks at whether to stop, or to give way: seconds, on a slow machine


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that has been parsed, and not yet cut into passages."""

    file: FileState
    scope: Scope
    content_hash: str
    document: ParsedDocument
    replaces: str = ""

    @property
    def weight(self) -> int:
        """Characters to analyse and embed."""
        return len(self.document.text)


class Ingest:
    """Makes the versions of one run.

    `recipe` names how: a document made by another recipe is made anew. `recipe_in_part` is that of documents
    of which something was left out: it names `readers` too, for others may read all of it. `failure` is what
    became of a model that can't be used; from then on nothing is embedded, and the documents are found by
    their words. `abilities` measures, or remembers, what the embedder knows.
    """

    def __init__(
        self,
        analyzer: Analyzer,
        embedder: Embedder | None,
        abilities: Callable[[Embedder], Abilities],
        readers: str = "",
    ) -> None:
        self._preparing = Preparing(analyzer)
        self._embedder = embedder
        self._abilities = abilities
        self.recipe = self._preparing.recipe
        self.recipe_in_part = f"{self.recipe}/{readers}"
        self.failure: Problem | None = None

    def versions(self, drafts: Sequence[Draft], check: Callable[[], None]) -> list[NewVersion]:
        """Cut and analyse many documents at once.

        Args:
            drafts: of different documents.
            check: called now and then while it takes long; it may raise to stop.
        """
        found = self._preparing.prepare([(draft.file.uri, draft.document) for draft in drafts], check)
        return [
            NewVersion(
                uri=draft.file.uri,
                title=draft.document.title,
                scope=draft.scope,
                language=_main_language(passages),
                content_hash=draft.content_hash,
                recipe=self.recipe_in_part if draft.document.omissions else self.recipe,
                size=draft.file.size,
                mtime_ns=draft.file.mtime_ns,
                passages=passages,
                replaces=draft.replaces,
                omissions=draft.document.omissions,
            )
            for draft, passages in zip(drafts, found, strict=True)
        ]

    @cached_property
    def languages(self) -> frozenset[Language]:
        """Those whose passages are worth a vector: all, where it can't be measured. May load the model."""
        try:
            return self._abilities(self._embedder).passages if self._embedder else frozenset()
        except (ModelUnavailable, MissingDependency) as error:
            _log.warning("what the embedding model knows can't be measured: %s", error)
            return frozenset(LANGUAGES)

    def close(self) -> None:
        """At the end of the run: give back what it took."""
        self._preparing.close()

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
        for start in range(0, len(order), _EMBED_AT_ONCE):
            check(start)
            hashes = order[start : start + _EMBED_AT_ONCE]
            try:
                found = self._embedder.embed_documents([texts[text_hash] for text_hash in hashes])
            except (ModelUnavailable, MissingDependency) as error:
                _log.warning("indexing goes on without the embedding model: %s", error)
                self.failure = Problem(self._embedder.name, error)
                break
            vectors.update(zip(hashes, found, strict=True))
        return vectors


def content_hash(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _main_language(passages: Prepared) -> Language:
    sizes: dict[Language, int] = {"ko": 0, "en": 0}
    for each in passages:
        sizes[each.passage.language] += len(each.passage.text)
    return "ko" if sizes["ko"] > sizes["en"] else "en"
