"""What a language model takes of the memory: one estimate for who starts it and who asks if it fits."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.models.llama.options import KvType

COMPUTATION_BYTES = 256 << 20
"""What the computation takes beside weights and cache, about."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """A model's size in bytes: its weights, and a token of context in the key-value cache at 16 bits."""

    weights: int
    cell: int

    def cache(self, tokens: int, kind: KvType) -> int:
        """Bytes of a cache for so many tokens. q8_0 has 34 bytes for 32 values, which take 64 at 16 bits."""
        whole = tokens * self.cell
        return whole * 34 // 64 if kind == "q8_0" else whole

    def whole(self, tokens: int, kind: KvType) -> int:
        """Bytes of all of it, with a cache for so many tokens."""
        return self.weights + self.cache(tokens, kind) + COMPUTATION_BYTES

    def room(self, free: int) -> int:
        """Bytes that are left for the cache of so many that are free before the model is loaded."""
        return max(0, free - self.weights - COMPUTATION_BYTES)
