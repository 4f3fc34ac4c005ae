"""The recommended language model's file: where it comes from and what it weighs."""

from __future__ import annotations

MODEL_NAME = "Qwen2.5-7B-Instruct (Q4_K_M)"
REPOSITORY = "bartowski/Qwen2.5-7B-Instruct-GGUF"
FILE_NAME = "Qwen2.5-7B-Instruct-Q4_K_M.gguf"
LICENCE = "Apache-2.0"
DOWNLOAD_SIZE = 4_683_074_240
"""Bytes, as the hub lists the file."""
BYTES_PER_TOKEN_OF_CONTEXT = 57_344
"""Of the key-value cache: 28 layers x 2 x 4 heads x 128 x 2 bytes."""
