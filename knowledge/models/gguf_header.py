"""What a GGUF file says of itself, and whether it is whole: its header alone, in a fraction of a second.

The `gguf` package's reader builds an object for each of the vocabulary's 150,000 entries, which is too slow
for a check at each start. The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from knowledge.errors import ModelUnavailable

Value = int | float | bool | str | list["Value"] | None
"""Of a long list and of a list of texts, None: nobody here asks for a vocabulary."""

_NUMBERS = "BbHhIif?"  # struct's letters for the types 0 to 7; 8 is a text, 9 a list
_LARGE_NUMBERS = {10: "Q", 11: "q", 12: "d"}
_TEXT, _LIST = 8, 9
_LONGEST_LIST = 4096
_LONGEST_TEXT = 1 << 24
_MOST_ENTRIES = 1 << 20

# fmt: off
# ggml's types of tensors: weights in a block, and bytes of a block.
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18),
}
# llama.cpp's numbers for the mixes of types that people know by name.
_MIXES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
    12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K",
    19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL",
    26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16",
}
# fmt: on
_ENCODERS = ("bert", "t5encoder", "clip", "wavtokenizer", "gemma-embedding", "llama-embed")


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a language model's file says of itself.

    `quantisation` is empty where the file doesn't tell. `cache_bytes_per_token` is what a token of context
    takes in the key-value cache at 16 bits, 0 where the file doesn't tell.
    """

    architecture: str
    name: str
    quantisation: str
    context_length: int
    cache_bytes_per_token: int


def read_header(path: Path) -> GgufHeader:
    """Read the header of a language model's file, and hold the file's size against it.

    Raises:
        ModelUnavailable: reason `unreadable`, `not_gguf`, `truncated` (the file is shorter than it says),
            `damaged`, `not_generating` (an embedding model, an adapter, a vocabulary), `part` (one of several
            files) or `unsupported` (a format of the future, or big-endian).
    """
    try:
        with path.open("rb") as file:
            return _read(path.name, file, os.fstat(file.fileno()).st_size)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise ModelUnavailable(model=str(path), reason="unreadable", detail=detail) from error
    except EOFError as error:
        raise ModelUnavailable(model=path.name, reason="truncated") from error
    except (ValueError, OverflowError, TypeError, struct.error) as error:
        raise ModelUnavailable(model=path.name, reason="damaged", detail=str(error)) from error


def _read(name: str, file: IO[bytes], size: int) -> GgufHeader:
    def refuse(reason: str) -> ModelUnavailable:
        return ModelUnavailable(model=name, reason=reason)

    if file.read(4) != b"GGUF":
        raise refuse("not_gguf")
    reader = _Reader(file, size)
    if reader.number("I") not in {2, 3}:
        raise refuse("unsupported")
    tensors, entries = reader.number("Q"), reader.number("Q")
    if max(tensors, entries) > _MOST_ENTRIES:
        raise ValueError(f"{tensors} tensors and {entries} entries")
    facts = {reader.text(): reader.value(reader.number("I")) for _ in range(entries)}
    if _number(facts, "split.count") > 1:
        raise refuse("part")
    if not tensors or not _generates(facts):
        raise refuse("not_generating")
    end = max(reader.tensor() for _ in range(tensors))
    alignment = _number(facts, "general.alignment") or 32
    if size < file.tell() + -file.tell() % alignment + end:
        raise EOFError
    return GgufHeader(
        architecture=str(facts.get("general.architecture", "")),
        name=str(facts.get("general.name", "")),
        quantisation=_MIXES.get(_number(facts, "general.file_type", -1), ""),
        context_length=_number(facts, f"{facts.get('general.architecture')}.context_length"),
        cache_bytes_per_token=_cache_bytes(facts),
    )


def _generates(facts: Mapping[str, Value]) -> bool:
    architecture = str(facts.get("general.architecture", ""))
    return not (
        any(kind in architecture for kind in _ENCODERS)
        or _number(facts, f"{architecture}.pooling_type")
        or facts.get("general.type", "model") != "model"
    )


def _cache_bytes(facts: Mapping[str, Value]) -> int:
    prefix = str(facts.get("general.architecture", ""))
    heads = _number(facts, f"{prefix}.attention.head_count")
    layers = _number(facts, f"{prefix}.block_count")
    per_layer = facts.get(f"{prefix}.attention.head_count_kv", heads)
    shared = sum(map(_whole, per_layer)) if isinstance(per_layer, list) else layers * _whole(per_layer)
    width = _number(facts, f"{prefix}.embedding_length") // heads if heads else 0
    key = _number(facts, f"{prefix}.attention.key_length", width)
    value = _number(facts, f"{prefix}.attention.value_length", width)
    return shared * (key + value) * 2


def _number(facts: Mapping[str, Value], key: str, otherwise: int = 0) -> int:
    return _whole(facts.get(key, otherwise))


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0


class _Reader:
    """Reads on. EOFError: the file ends too early; ValueError: what it says makes no sense."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._size = size

    def number(self, letter: str) -> int:
        return int(self._numbers(letter, 1)[0])

    def text(self) -> str:
        length = self.number("Q")
        if length > _LONGEST_TEXT:
            raise ValueError(f"a text of {length} bytes")
        return self._bytes(length).decode("utf-8", errors="replace")

    def value(self, kind: int) -> Value:
        if kind == _TEXT:
            return self.text()
        if kind == _LIST:
            return self._list()
        found: int | float | bool = self._numbers(self._letter(kind), 1)[0]
        return found

    def tensor(self) -> int:
        """Read one tensor's entry and give where its data end, in bytes from the first tensor's."""
        self.text()
        dimensions = self.number("I")
        if dimensions > 8:
            raise ValueError(f"{dimensions} dimensions")
        shape = self._numbers("Q", dimensions)
        kind, offset = self.number("I"), self.number("Q")
        count = 1
        for length in shape:
            count *= int(length)
        weights, size = _BLOCKS.get(kind, (1, 0))
        return offset + count // weights * size

    def _list(self) -> Value:
        kind, count = self.number("I"), self.number("Q")
        if kind == _LIST:
            raise ValueError("a list of lists")
        if kind == _TEXT:
            for _ in range(count):
                self._skip(self.number("Q"))
            return None
        letter = self._letter(kind)
        if count > _LONGEST_LIST:
            self._skip(count * struct.calcsize(f"<{letter}"))
            return None
        return list(self._numbers(letter, count))

    def _letter(self, kind: int) -> str:
        if kind < len(_NUMBERS):
            return _NUMBERS[kind]
        if kind not in _LARGE_NUMBERS:
            raise ValueError(f"a value of type {kind}")
        return _LARGE_NUMBERS[kind]

    def _numbers(self, letter: str, count: int) -> tuple[int, ...]:
        form = f"<{count}{letter}"
        return struct.unpack(form, self._bytes(struct.calcsize(form)))

    def _bytes(self, count: int) -> bytes:
        found = self._file.read(count)
        if len(found) < count:
            raise EOFError
        return found

    def _skip(self, count: int) -> None:
        if self._file.tell() + count > self._size:
            raise EOFError
        self._file.seek(count, os.SEEK_CUR)
