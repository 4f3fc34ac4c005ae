"""The loaded model and how it is run: the only module of ours that touches torch."""

from __future__ import annotations

import copy
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from knowledge.embedding.protocol import Vector
from knowledge.embedding.windows import cut
from knowledge.errors import MissingDependency, ModelUnavailable

OVERLAP = 32
"""Tokens that a window shares with the one before it."""

_CPU_BATCH = 2048
_DEVICE_BATCH = 16384
"""Tokens of a batch, padding included. On a CPU larger ones cost page faults, because the allocator gives
memory of that size back to the system after each operation (MiniLM: 2 µs a token in the kernel at 2048
tokens, 61 at 8192)."""

_SAMPLE = 16  # windows on which bfloat16 is tried
_MIN_COSINE = 0.999
_MIN_GAIN = 1.2

Tokens = list[int]


class Engine:
    """A loaded Sentence Transformers model, run on lists of tokens. Safe to use from several threads.

    Args:
        model: its name, for errors.
        folder: its files. No hub is asked.
        device: as torch names it.
        threads: CPU threads for documents; None takes one for each core.

    Raises:
        MissingDependency: sentence-transformers or torch isn't installed.
        ModelUnavailable: reason `device` (torch can't use it here), `memory` (there isn't enough), `damaged`
            (the files can't be read as a model) or `unsupported` (not a text model with a fast tokenizer).
    """

    def __init__(self, model: str, folder: Path, device: str, threads: int | None) -> None:
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging
        except ImportError as exc:
            raise MissingDependency(
                package="sentence-transformers", command="pip install 'saseo[embeddings]'"
            ) from exc
        self._name = model
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._device = torch.device(device)
            torch.empty(0, device=self._device)
        except (RuntimeError, AssertionError) as exc:
            raise ModelUnavailable(model=model, reason="device", detail=str(exc)) from exc
        try:
            # float32 whatever the files hold: half precision is slower on most CPUs.
            self._model = (
                SentenceTransformer(str(folder), device=device, local_files_only=True).float().eval()
            )
        except MemoryError as exc:
            raise ModelUnavailable(model=model, reason="memory", detail=str(exc)) from exc
        except Exception as exc:
            # The library documents no errors, and each of the file formats brings its own.
            raise ModelUnavailable(model=model, reason="damaged", detail=str(exc)) from exc
        self._tokenizer: Any = getattr(self._model.tokenizer, "backend_tokenizer", None)
        if self._tokenizer is None or not self._model.max_seq_length:
            raise ModelUnavailable(model=model, reason="unsupported", detail="no fast tokenizer")
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._before, self._after = self._special_tokens()
        self._capacity = max(1, self._model.max_seq_length - len(self._before) - len(self._after))
        self._padding = self._model.tokenizer.pad_token_id or 0
        self._pads_left = self._model.tokenizer.padding_side == "left"
        self._torch = torch
        self._threads = threads or _cores()
        self._torch_threads = torch.get_num_threads()
        self._documents: Any = None
        self._lock = threading.Lock()
        self.dimensions = int(self.run_one(self.tokenise("", [""])[0][0], 0).shape[0])

    def _special_tokens(self) -> tuple[Tokens, Tokens]:
        """What the tokenizer puts before and after a text."""
        example = self._tokenizer.encode("a")
        text = [at for at, special in enumerate(example.special_tokens_mask) if not special] or [0]
        return example.ids[: text[0]], example.ids[text[-1] + 1 :]

    def prompt_length(self, prompt: str) -> int:
        """Tokens of the prompt with what stands before it: what some models' pooling leaves out."""
        if not prompt:
            return 0
        return len(self._before) + len(self._tokenizer.encode(prompt, add_special_tokens=False).ids)

    def tokenise(self, prompt: str, texts: Sequence[str]) -> list[list[Tokens]]:
        """The windows of each text, at least one, each with the prompt and the special tokens."""
        # The tokenizer refuses what isn't UTF-8: half of a surrogate pair, as a person's JSON may have it.
        prompted = [(prompt + text).encode("utf-8", "replace").decode() for text in texts]
        encodings = self._tokenizer.encode_batch(prompted, add_special_tokens=False)
        return [[self._whole(ids) for ids in self._windows(prompt, encoding)] for encoding in encodings]

    def _whole(self, ids: Tokens) -> Tokens:
        return self._before + ids + self._after or [self._padding]

    def _windows(self, prompt: str, encoding: Any) -> Iterator[Tokens]:
        ids: Tokens = encoding.ids
        if len(ids) <= self._capacity:
            yield ids
            return
        # The text's first token may begin with the prompt's last space.
        ends = len(prompt.rstrip())
        asked = next((at for at, (_, end) in enumerate(encoding.offsets) if end > ends), 0)
        size = max(1, self._capacity - asked)
        for start, end in cut(encoding.word_ids[asked:], size, OVERLAP):
            yield ids[:asked] + ids[asked + start : asked + end]

    def run_one(self, tokens: Tokens, prompt_length: int) -> Vector:
        """Float32, shape (dimensions,), length 1."""
        vector: Vector = self._run(self._model, [tokens], prompt_length)[0]
        return vector

    def run_many(self, windows: Sequence[Tokens], prompt_length: int) -> Vector:
        """Float32, shape (len(windows), dimensions), rows of length 1.

        On a CPU each thread works at a batch of its own, in bfloat16 where that is native, faster and near
        enough.
        """
        on_cpu = self._device.type == "cpu"
        workers = self._threads if on_cpu else 1
        model = self._for_documents(windows, prompt_length) if on_cpu else self._model
        vectors = np.empty((len(windows), self.dimensions), np.float32)
        budget = min(_CPU_BATCH, -(-sum(map(len, windows)) // workers)) if on_cpu else _DEVICE_BATCH

        def work(batch: list[int]) -> None:
            vectors[batch] = self._run(model, [windows[at] for at in batch], prompt_length)

        with ThreadPoolExecutor(workers, "embedding") as pool:
            for _ in pool.map(work, batches([len(tokens) for tokens in windows], budget)):
                pass
        return vectors

    def _run(self, model: Any, windows: Sequence[Tokens], prompt_length: int) -> Vector:
        torch = self._torch
        width = max(map(len, windows))
        ids = np.full((len(windows), width), self._padding, np.int64)
        mask = np.zeros((len(windows), width), np.int64)
        for row, tokens in enumerate(windows):
            place = slice(width - len(tokens), width) if self._pads_left else slice(len(tokens))
            ids[row, place] = tokens
            mask[row, place] = 1
        features: dict[str, Any] = {
            "input_ids": torch.from_numpy(ids).to(self._device),
            "attention_mask": torch.from_numpy(mask).to(self._device),
        }
        if prompt_length:
            features["prompt_length"] = prompt_length
        try:
            with self._one_thread(), torch.inference_mode():
                embedding = model(features)["sentence_embedding"].float()
                vectors: Vector = torch.nn.functional.normalize(embedding, dim=1).cpu().numpy()
        except torch.OutOfMemoryError as exc:
            raise ModelUnavailable(model=self._name, reason="memory", detail=str(exc)) from exc
        return vectors

    @contextmanager
    def _one_thread(self) -> Iterator[None]:
        """Without threads inside an operation: they wait for each other, and they wait by spinning.

        On a busy machine that made a question take 350 ms instead of 8. The number belongs to the calling
        thread, but new threads begin with the one that was set last, so it is put back.
        """
        self._torch.set_num_threads(1)
        try:
            yield
        finally:
            self._torch.set_num_threads(self._torch_threads)

    def _for_documents(self, windows: Sequence[Tokens], prompt_length: int) -> Any:
        """The model, or its copy in bfloat16 if these windows show that it is worth having."""
        with self._lock:
            if self._documents is None and not native_bfloat16():
                self._documents = self._model
            elif self._documents is None and len(windows) >= _SAMPLE:
                half = copy.deepcopy(self._model).to(self._torch.bfloat16)
                pays = self._pays(half, windows[:_SAMPLE], prompt_length)
                self._documents = half if pays else self._model
            return self._documents or self._model

    def _pays(self, half: Any, windows: Sequence[Tokens], prompt_length: int) -> bool:
        seconds: dict[int, float] = {}
        vectors: dict[int, Vector] = {}
        for model in (half, self._model, half, self._model):
            begin = time.perf_counter()
            vectors[id(model)] = self._run(model, windows, prompt_length)
            seconds[id(model)] = time.perf_counter() - begin
        cosine = (vectors[id(half)] * vectors[id(self._model)]).sum(axis=1).min()
        return bool(cosine >= _MIN_COSINE and seconds[id(self._model)] >= _MIN_GAIN * seconds[id(half)])


def batches(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Positions in batches of like length, the longest first.

    No batch has more than `budget` tokens, padding included, but a text that is longer than that is a batch
    of its own.
    """
    found: list[list[int]] = []
    for at in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        if not found or lengths[found[-1][0]] * (len(found[-1]) + 1) > budget:
            found.append([])
        found[-1].append(at)
    return found


def _cores() -> int:
    """Physical cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    usable = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(usable, psutil.cpu_count(logical=False) or usable)


def native_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the CPU multiplies bfloat16 itself (AMX or AVX-512). Without that it is slower than float32."""
    try:
        text = cpuinfo.read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "").split()
    return "amx_bf16" in flags or "avx512_bf16" in flags
