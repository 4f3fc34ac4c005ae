"""What retrieval relies on: texts go in, vectors come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.types import LANGUAGES, Language

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbeddingSpace:
    """The vectors of one model, which can be compared with each other and with no others.

    `embedder` is the model's name, `dimensions` the length of a vector. `languages` are those of the passages
    that have vectors: in any other, the model tells nothing (`Abilities.passages`). `source` is what the
    model is opened by, a hub name or a folder; empty where that isn't known.
    """

    embedder: str
    dimensions: int
    languages: frozenset[Language] = frozenset(LANGUAGES)
    source: str = ""


class Embedder(Protocol):
    """Embeds documents and queries, which are never the same call.

    All vectors are float32 and have length 1. The same text gives the same vector whatever stands beside it
    in the call, up to rounding: a cosine of at least 0.999, which a CPU's bfloat16 reaches, and 1 - 1e-5 in
    float32.
    """

    @property
    def name(self) -> str:
        """The model's name and what else changes its vectors: of one name, the vectors are the same."""

    @property
    def dimensions(self) -> int:
        """The length of a vector."""

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        """One array of shape (windows, dimensions) for each text.

        A text that is longer than the model reads is cut in windows, a shorter one (an empty one too) is one
        window. Many texts in one call are faster than many calls: batches are made of texts of like length.

        Raises:
            ModelUnavailable: the model can't be loaded.
            MissingDependency: its library isn't installed.
        """

    def embed_query(self, text: str) -> Vector:
        """Shape (dimensions,). A query longer than the model reads is cut off. Raises as for documents."""
