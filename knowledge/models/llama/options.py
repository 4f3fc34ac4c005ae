"""What the engine is told before it starts, and what it tells while it runs; imports nothing of llama.cpp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatEvent

KvType = Literal["f16", "q8_0"]
EngineEvent = ChatEvent | GenerationFailed
"""What a listener is told: the last one is `Done` or `GenerationFailed`."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How a model is run.

    Args:
        context_size: tokens that the key-value cache holds, for all questions and kept prefixes together.
        question_size: tokens that one question's prompt and answer may have together.
        max_sequences: questions that are answered at once.
        threads: the most that may be used; fewer are where that is faster.
        batch: tokens that are evaluated in one step at most.
        micro_batch: tokens that llama.cpp computes at once within a step.
        flash_attention: compute attention without writing its matrix down; a `kv_type` of q8_0 needs it.
        kv_type: the precision of the key-value cache; q8_0 halves its memory.
        gpu_layers: layers that are computed on the graphics card, -1 for all.
        seed: of sampling where a request has none; None takes a new one each time.
        temperature, top_p, max_tokens: where a request has none.
        repetition_penalty: divides the logits of tokens written lately; 1 is none.
        queue_limit: questions that may wait.
        prompt_lookup: draft from the prompt where the answer quotes it.
        memory: bytes that the weights and the cache may take; None: what the machine has free.
    """

    context_size: int = 32768
    question_size: int = 8192
    max_sequences: int = 8
    threads: int = 8
    batch: int = 512
    micro_batch: int = 512
    flash_attention: bool = True
    kv_type: KvType = "f16"
    gpu_layers: int = 0
    seed: int | None = None
    temperature: float = 0.7
    top_p: float = 0.9
    repetition_penalty: float = 1.05
    max_tokens: int = 512
    queue_limit: int = 64
    prompt_lookup: bool = True
    memory: int | None = None

    @property
    def step_size(self) -> int:
        """Tokens of a step at most: as `batch` says, but every answer that is written has one."""
        return max(self.batch, self.max_sequences)


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """The engine at one moment, and its totals since it started.

    `last_step` is when it last gave a sign of life (`time.monotonic()`); it gives one at least every second
    also when there is nothing to do, and between the steps of work, each of which takes seconds at most.
    """

    model: str
    context_size: int
    """In use: less than was wanted where memory couldn't hold it."""
    waiting: int
    running: int
    free_cells: int
    """Of the cache: holding nothing, or only prefixes that may be evicted."""
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    drafted_tokens: int
    """Of the completion: guessed by prompt lookup, and right."""
    steps: int
    """Calls of llama.cpp's decoder."""
    prefill_rate: float | None
    """Tokens a second while prompts are evaluated, lately."""
    decode_rate: float | None
    """Tokens a second that one answer gets, lately."""
    threads: int
    """In use."""
    last_step: float
