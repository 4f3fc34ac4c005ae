"""Values for tests, with what a test doesn't care about filled in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np

from knowledge.catalog.records import AnalysedPassage, NewVersion
from knowledge.embedding import EmbeddingSpace, Vector
from knowledge.index import Entry, Live
from knowledge.ranking.bm25 import Analysed, pack
from knowledge.types import EVERYONE, Language, Passage, Scope

DIMENSIONS = 8
SPACE = EmbeddingSpace("test", DIMENSIONS)


def vector_of(text: str) -> Vector:
    """A vector of length 1 that depends on the text alone; shape (1, DIMENSIONS)."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
    array = np.random.default_rng(seed).standard_normal((1, DIMENSIONS)).astype(np.float32)
    return array / np.linalg.norm(array)


def analysed(text: str, language: Language = "en", *, number: int = 0, uri: str = "") -> AnalysedPassage:
    """A passage whose terms are its words."""
    words = text.lower().split()
    squeezed = "".join(words)
    passage = Passage(
        id=hashlib.sha256(f"{uri}\0{text}\0{number}".encode()).hexdigest()[:32],
        text=text,
        heading_path=("title",),
        start=0,
        end=len(text),
        lines=(1, 1),
        language=language,
    )
    digest = hashlib.sha256(passage.full_text.encode()).hexdigest()
    bigrams = max(len(squeezed) - 1, 0)
    return AnalysedPassage(passage, digest, Analysed(pack(words), len(words), squeezed, bigrams, language))


def live(rows: Iterable[int]) -> Live:
    """These rows, all of them to have vectors."""
    every = np.array(list(rows), np.int64)
    return Live(every, every)


def version(
    uri: str,
    texts: Sequence[str],
    *,
    scope: Scope = EVERYONE,
    language: Language = "en",
    mtime_ns: int = 1,
    replaces: str = "",
) -> NewVersion:
    """A version of a document with a passage for each text."""
    return NewVersion(
        uri=uri,
        title=uri.rsplit("/", 1)[-1],
        scope=scope,
        language=language,
        content_hash=hashlib.sha256("\n".join(texts).encode()).hexdigest(),
        recipe="test",
        size=sum(map(len, texts)),
        mtime_ns=mtime_ns,
        passages=tuple(analysed(text, language, number=i, uri=uri) for i, text in enumerate(texts)),
        replaces=replaces,
    )


def vectors_for(*versions: NewVersion) -> dict[str, Vector]:
    """Vectors by text hash, as an embedder would give them."""
    return {p.text_hash: vector_of(p.passage.text) for v in versions for p in v.passages}


def entry(
    row: int, text: str, *, scope: Scope = EVERYONE, language: Language = "en", vectors: bool = True
) -> Entry:
    """An index entry of a text."""
    found = analysed(text, language).analysed
    data = vector_of(text).tobytes() if vectors else None
    return Entry(row, row, scope, language, found.terms, found.squeezed, data)
