"""Evaluating tokens and sampling from what comes out. One thread runs a context."""

from __future__ import annotations

import ctypes
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from knowledge.models.llama.library import complaints, library
from knowledge.models.llama.model import Model
from knowledge.models.llama.options import EngineOptions

Logits = NDArray[np.float32]

_TOP_K = 40  # as llama.cpp's own default: sorting a whole vocabulary for top-p takes too long


class Batch:
    """Tokens to evaluate in one step: an array for each of their properties, filled from the front."""

    def __init__(self, size: int) -> None:
        llama = library()
        self.tokens = np.zeros(size, np.int32)
        self.positions = np.zeros(size, np.int32)
        self.sequences = np.zeros(size, np.int32)
        self.wanted = np.zeros(size, np.int8)  # whose logits are read afterwards
        self._ones = np.ones(size, np.int32)
        self._addresses = self.sequences.ctypes.data + 4 * np.arange(size, dtype=np.uintp)
        number = ctypes.POINTER(ctypes.c_int32)
        self.structure = llama.llama_batch(
            n_tokens=0,
            token=self.tokens.ctypes.data_as(number),
            embd=None,
            pos=self.positions.ctypes.data_as(number),
            n_seq_id=self._ones.ctypes.data_as(number),
            seq_id=self._addresses.ctypes.data_as(ctypes.POINTER(number)),
            logits=self.wanted.ctypes.data_as(ctypes.POINTER(ctypes.c_int8)),
        )

    def __len__(self) -> int:
        return int(self.structure.n_tokens)

    @property
    def room(self) -> int:
        """How many more tokens fit."""
        return len(self.tokens) - len(self)

    def clear(self) -> None:
        """Empty the batch."""
        self.structure.n_tokens = 0

    def add(
        self,
        tokens: NDArray[np.int32],
        position: int,
        sequence: int,
        *,
        wanted: Literal["none", "last", "all"],
    ) -> int:
        """Append tokens that follow each other from `position`; `wanted` says whose logits are read.

        Returns:
            The index of the first.
        """
        first = len(self)
        after = first + len(tokens)
        self.tokens[first:after] = tokens
        self.positions[first:after] = np.arange(position, position + len(tokens))
        self.sequences[first:after] = sequence
        self.wanted[first:after] = wanted == "all"
        if wanted == "last":
            self.wanted[after - 1] = 1
        self.structure.n_tokens = after
        return first


class Context:
    """A key-value cache of `cells` tokens that `sequences` share, and the computation over it.

    Raises:
        MemoryError: llama.cpp couldn't have it.
    """

    def __init__(
        self, model: Model, options: EngineOptions, *, cells: int, sequences: int, outputs: int
    ) -> None:
        self._llama = llama = library()
        parameters = llama.llama_context_default_params()
        parameters.n_ctx = cells
        parameters.n_batch, parameters.n_ubatch = (
            options.step_size,
            min(options.step_size, options.micro_batch),
        )
        parameters.n_seq_max, parameters.kv_unified = sequences, True
        # Without this the graph has room for the logits of every token of a batch.
        parameters.n_outputs_max = max(outputs, sequences)
        parameters.n_threads = parameters.n_threads_batch = options.threads
        flash = options.flash_attention or options.kv_type != "f16"
        parameters.flash_attn_type = int(flash)
        kind = {"f16": llama.GGML_TYPE_F16, "q8_0": llama.GGML_TYPE_Q8_0}[options.kv_type]
        parameters.type_k = parameters.type_v = kind
        parameters.no_perf = True
        complaints.clear()
        self.handle = llama.llama_init_from_model(model.handle, parameters)
        if not self.handle:
            raise MemoryError("; ".join(complaints))
        self._memory = llama.llama_get_memory(self.handle)
        self.cells = int(llama.llama_n_ctx(self.handle))
        self._width = model.size

    def decode(self, batch: Batch) -> int:
        """Evaluate a batch; llama.cpp's return code, 0 when it went well."""
        return int(self._llama.llama_decode(self.handle, batch.structure))

    def logits(self, index: int) -> Logits:
        """The logits after the batch's token `index`, in place: what is written here is sampled from."""
        pointer = self._llama.llama_get_logits_ith(self.handle, index)
        return np.ctypeslib.as_array(pointer, (self._width,))

    def copy(self, source: int, target: int, end: int) -> None:
        """Let sequence `target` share the first `end` cells of `source`."""
        self._llama.llama_memory_seq_cp(self._memory, source, target, 0, end)

    def cut(self, sequence: int, start: int = 0) -> None:
        """Let a sequence end before position `start`."""
        self._llama.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def set_threads(self, count: int) -> None:
        """Use so many threads from the next step on."""
        self._llama.llama_set_n_threads(self.handle, count, count)

    def close(self) -> None:
        """Free the cache."""
        if self.handle:
            self._llama.llama_free(self.handle)
            self.handle = None


class Sampler:
    """Takes a token by the probabilities that the logits give; temperature 0 takes the likeliest.

    It draws one random number a token, whatever the logits are: the same seed gives the same answer however
    many tokens are evaluated at once.
    """

    def __init__(self, temperature: float, top_p: float, seed: int) -> None:
        self._llama = llama = library()
        self._chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        if temperature <= 0:
            links = [llama.llama_sampler_init_greedy()]
        else:
            links = [
                llama.llama_sampler_init_top_k(_TOP_K),
                llama.llama_sampler_init_top_p(top_p, 1),
                llama.llama_sampler_init_temp(temperature),
                llama.llama_sampler_init_dist(seed),
            ]
        for link in links:
            llama.llama_sampler_chain_add(self._chain, link)

    def sample(self, context: Context, index: int) -> int:
        """The token after the batch's token `index`."""
        return int(self._llama.llama_sampler_sample(self._chain, context.handle, index))

    def close(self) -> None:
        """Free the sampler."""
        if self._chain:
            self._llama.llama_sampler_free(self._chain)
            self._chain = None
