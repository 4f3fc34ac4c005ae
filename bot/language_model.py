"""The recommended language model's file: where it comes from, what it weighs, and fetching it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from knowledge.embedding.hub import Hub

MODEL_NAME = "Qwen2.5-7B-Instruct (Q4_K_M)"
REPOSITORY = "bartowski/Qwen2.5-7B-Instruct-GGUF"
FILE_NAME = "Qwen2.5-7B-Instruct-Q4_K_M.gguf"
LICENCE = "Apache-2.0"
DOWNLOAD_SIZE = 4_683_074_240
"""Bytes, as the hub lists the file."""
BYTES_PER_TOKEN_OF_CONTEXT = 57_344
"""Of the key-value cache: 28 layers x 2 x 4 heads x 128 x 2 bytes."""


def fetch(hub: Hub, folder: Path, progress: Callable[[int, int], None]) -> Path:
    """Download the file into `folder`, going on where an earlier try stopped, and return its path.

    `progress` is told the bytes that are here and the bytes that are needed.

    Raises:
        ModelUnavailable: the hub can't be reached or doesn't give the file, or what came is damaged.
        StorageFull: the disk is, or would be, full.
    """
    workplace = folder / ".download"
    snapshot = hub.fetch(REPOSITORY, workplace, lambda names: [n for n in names if n == FILE_NAME], progress)
    target = (snapshot / FILE_NAME).replace(folder / FILE_NAME)
    shutil.rmtree(workplace)
    return target
