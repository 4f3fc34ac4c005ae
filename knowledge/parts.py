"""What Knowledge is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.catalog import Catalog
from knowledge.embedding import Abilities, Embedder, EmbedderStatus
from knowledge.index import OpenIndex
from knowledge.index.embedded import open_embedded
from knowledge.language import Analyzer
from knowledge.models.chat import ChatModel
from knowledge.parsing.sandbox import Sandbox
from knowledge.sources.options import Folder
from knowledge.sources.web.pages import Pages


@dataclass(frozen=True, slots=True)
class Parts:
    """The settings, made into things.

    `abilities` measures, or remembers, what an embedder knows; `remembered` gives it only if it was measured
    before, and loads no model. `reopen` opens, by `EmbeddingSpace.source`, the embedder whose vectors the
    index has from before, if it is still to be had. Without a `sandbox`, which is for tests, documents are
    read in this process.
    """

    catalog: Catalog
    folder: Path  # of the index's files
    analyzer: Analyzer
    embedder: Embedder | None
    embedder_status: EmbedderStatus | None
    abilities: Callable[[Embedder], Abilities]
    remembered: Callable[[Embedder], Abilities | None] = lambda _: None
    reopen: Callable[[str], Embedder | None] = lambda _: None
    configured: tuple[Folder, ...] = ()
    state: Path | None = None
    sandbox: Sandbox | None = None
    pages: Pages | None = None  # None fetches nothing from the web
    answer_threshold: float | None = None
    stale_after: int | None = None  # days, of folders that don't say
    chat_model: ChatModel | None = None  # None quotes the documents only
    chat_model_name: str = ""  # answers are kept by it
    answer_tokens: int = 512
    open_index: OpenIndex = open_embedded  # of the store that keeps the index
    stores: Mapping[str, OpenIndex] = field(default_factory=dict)  # those it can be copied to
