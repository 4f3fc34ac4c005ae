"""How fast this machine runs a model, by threads, answers at once, and tokens of a step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from knowledge.errors import GenerationFailed
from knowledge.models.llama.context import Batch
from knowledge.models.llama.fitting import open_context, room_beside
from knowledge.models.llama.model import Model
from knowledge.models.llama.options import EngineOptions
from knowledge.models.llama.points import Figure, Plan, Point, visit


class Measurement:
    """A model with a small cache, in which the steps of a plan are tried. It isn't sampled from.

    Args:
        path: a GGUF file.
        options: how it would be run; `max_sequences`, `batch` and `threads` are the plan's largest.
        plan: what to try.

    Raises:
        ModelUnavailable, MissingDependency: as of the engine.
        GenerationFailed: llama.cpp gives up on a step (`crashed`).
    """

    def __init__(self, path: Path, options: EngineOptions, plan: Plan) -> None:
        room = room_beside(path, options)
        self._model = Model(path, options.gpu_layers)
        try:
            self._context = open_context(self._model, options, room)
        except BaseException:
            self._model.close()
            raise
        self._plan = plan
        self._name = path.stem
        self._tokens = np.random.default_rng(0).integers(0, self._model.size, options.batch, np.int32)
        self._batch = Batch(options.step_size)
        self._reader = plan.sequences[-1]
        # Reads the weights from the disk too: the first step is no measure. The answers go on from here.
        self._before = plan.portions[0]
        self._batch.add(self._tokens[: self._before], 0, 0, wanted="last")
        self._decode(plan.threads[-1])
        for sequence in range(1, self._reader):
            self._context.copy(0, sequence, self._before)

    def figures(self) -> Iterator[tuple[Figure | None, int, int]]:
        """As `visit` yields them."""
        return visit(self._plan, self._step)

    def close(self) -> None:
        """Free the model."""
        self._context.close()
        self._model.close()

    def _step(self, point: Point) -> float:
        self._batch.clear()
        if point.kind == "read":
            self._batch.add(self._tokens[: point.tokens], 0, self._reader, wanted="last")
        else:
            for sequence in range(point.tokens):
                token = self._tokens[sequence : sequence + 1]
                self._batch.add(token, self._before, sequence, wanted="last")
        seconds = self._decode(point.threads)
        if point.kind == "read":
            self._context.cut(self._reader)
        else:
            for sequence in range(point.tokens):
                self._context.cut(sequence, self._before)
        return seconds

    def _decode(self, threads: int) -> float:
        self._context.set_threads(threads)
        began = time.perf_counter()
        status = self._context.decode(self._batch)
        if status:
            raise GenerationFailed(reason="crashed", model=self._name, detail=f"status {status}")
        self._context.logits(len(self._batch) - 1)  # a graphics card is done only then
        return time.perf_counter() - began
