"""The work itself: documents into passages, with the terms by which they are found."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from knowledge.catalog.records import AnalysedPassage
from knowledge.language import Analyzer
from knowledge.passages import REVISION, split
from knowledge.ranking.bm25 import analyse
from knowledge.types import ParsedDocument

Prepared = tuple[AnalysedPassage, ...]
"""A document's passages, in its order."""


def prepared(analyzer: Analyzer, documents: Sequence[tuple[str, ParsedDocument]]) -> list[Prepared]:
    """Cut documents, each given with its uri, and analyse their passages, all of them at once."""
    cut = [tuple(split(document, uri, analyzer.sentences)) for uri, document in documents]
    passages = [passage for passages in cut for passage in passages]
    texts = [passage.full_text for passage in passages]
    analysed = analyse(analyzer, texts, [passage.language for passage in passages])
    ready = iter(
        [
            AnalysedPassage(passage, sha256(text.encode()).hexdigest(), found)
            for passage, text, found in zip(passages, texts, analysed, strict=True)
        ]
    )
    return [tuple(next(ready) for _ in passages) for passages in cut]


def recipe(analyzer: Analyzer) -> str:
    """The same where the same documents give the same passages with the same analysis."""
    return f"{REVISION}/{analyzer.version}"
