"""From parsed files to versions that the catalog can take: cut into passages and analysed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from knowledge.catalog.records import NewVersion
from knowledge.language import Analyzer
from knowledge.preparing import Prepared, Preparing
from knowledge.sources.folders import FileState
from knowledge.types import Language, ParsedDocument, Scope


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
    of which something was left out: it names `readers` too, for others may read all of it.
    """

    def __init__(self, analyzer: Analyzer, readers: str = "") -> None:
        self._preparing = Preparing(analyzer)
        self.recipe = self._preparing.recipe
        self.recipe_in_part = f"{self.recipe}/{readers}"

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

    def close(self) -> None:
        """At the end of the run: give back what it took."""
        self._preparing.close()


def content_hash(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _main_language(passages: Prepared) -> Language:
    sizes: dict[Language, int] = {"ko": 0, "en": 0}
    for each in passages:
        sizes[each.passage.language] += len(each.passage.text)
    return "ko" if sizes["ko"] > sizes["en"] else "en"
