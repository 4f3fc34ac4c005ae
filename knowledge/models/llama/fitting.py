"""A context that the memory can hold."""

from __future__ import annotations

import logging
from pathlib import Path

import psutil

from knowledge.errors import ModelUnavailable
from knowledge.models.llama.context import Context
from knowledge.models.llama.lookup import MOST
from knowledge.models.llama.memory import Footprint
from knowledge.models.llama.model import Model
from knowledge.models.llama.options import EngineOptions, KvType

_KEPT = 32  # sequences beside those that run
_LEAST = 512  # cells; with fewer no question fits
_log = logging.getLogger(__name__)


def room_beside(path: Path, options: EngineOptions) -> int:
    """Bytes that are left for a cache when the weights of this file are loaded."""
    free = int(psutil.virtual_memory().available) if options.memory is None else options.memory
    return Footprint(path.stat().st_size if path.is_file() else 0, 0).room(free)


def sequences(options: EngineOptions) -> int:
    """How many sequences the cache tells apart."""
    return options.max_sequences + _KEPT


def fitting_size(wanted: int, footprint: Footprint, kind: KvType, room: int) -> int:
    """`wanted` cells, halved until they fit, but no fewer than make sense."""
    size = wanted
    while size > _LEAST and footprint.cache(size, kind) > room:
        size //= 2
    return max(_LEAST, size)


def open_context(model: Model, options: EngineOptions, room: int) -> Context:
    """The largest context that fits, up to what was asked for.

    Args:
        model: whose weights are loaded.
        options: with the size that is wanted.
        room: bytes for the cache (`room_beside`).

    Raises:
        ModelUnavailable: not even a small one fits (`memory`).
    """
    footprint = Footprint(0, model.cell)
    size = fitting_size(options.context_size, footprint, options.kv_type, room)
    while True:
        try:
            context = Context(
                model,
                options,
                cells=size,
                sequences=sequences(options),
                outputs=options.max_sequences * (MOST + 1),
            )
        except MemoryError as error:
            if size <= _LEAST:
                raise ModelUnavailable(model=model.name, reason="memory", detail=str(error)) from error
            size = max(_LEAST, size // 2)
            continue
        if size < options.context_size:
            needed = footprint.cache(options.context_size, options.kv_type) >> 20
            _log.warning(
                "the context was reduced from %d to %d tokens: the whole would take %d MiB, %d MiB are free",
                options.context_size,
                size,
                needed,
                room >> 20,
            )
        return context
