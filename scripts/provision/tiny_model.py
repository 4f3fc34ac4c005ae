"""A language model of 0.7 MB with random weights, as a GGUF file, written with the standard library.

It answers nonsense; what matters is that its matrices have the types and the shapes (multiples of 256) that
send llama.cpp through the same kernels as a real model.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import random
import struct
from pathlib import Path

VOCABULARY = 512
_WIDTH, _INNER, _HEADS, _ALIGNMENT = 256, 512, 4, 32
# ggml's numbers for the types of tensors and metadata.
_F32, _Q8_0, _Q4_K, _Q6_K = 0, 8, 12, 14
_UINT32, _FLOAT32, _STRING = 4, 6, 8


def write(path: Path) -> None:
    """Write the model to `path`: one layer of the llama architecture, 512 tokens without text, fixed seed."""
    rng = random.Random(1)
    tensors = [
        ("token_embd.weight", (_WIDTH, VOCABULARY), _Q8_0),
        ("output_norm.weight", (_WIDTH,), _F32),
        ("output.weight", (_WIDTH, VOCABULARY), _Q6_K),
        ("blk.0.attn_norm.weight", (_WIDTH,), _F32),
        ("blk.0.attn_q.weight", (_WIDTH, _WIDTH), _Q4_K),
        ("blk.0.attn_k.weight", (_WIDTH, _WIDTH), _Q4_K),
        ("blk.0.attn_v.weight", (_WIDTH, _WIDTH), _Q6_K),
        ("blk.0.attn_output.weight", (_WIDTH, _WIDTH), _Q4_K),
        ("blk.0.ffn_norm.weight", (_WIDTH,), _F32),
        ("blk.0.ffn_gate.weight", (_WIDTH, _INNER), _Q4_K),
        ("blk.0.ffn_up.weight", (_WIDTH, _INNER), _Q8_0),
        ("blk.0.ffn_down.weight", (_INNER, _WIDTH), _Q6_K),
    ]
    metadata = [
        _text("general.architecture", "llama"),
        _text("tokenizer.ggml.model", "none"),
        _number("llama.vocab_size", VOCABULARY),
        _number("llama.context_length", 512),
        _number("llama.embedding_length", _WIDTH),
        _number("llama.block_count", 1),
        _number("llama.feed_forward_length", _INNER),
        _number("llama.attention.head_count", _HEADS),
        _number("llama.rope.dimension_count", _WIDTH // _HEADS),
        _key("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", _FLOAT32, 1e-5),
    ]
    header = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata)) + b"".join(metadata)
    body = bytearray()
    for name, shape, kind in tensors:
        header += _key(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, len(body))
        body += _weights(rng, shape, kind)
        body += bytes(-len(body) % _ALIGNMENT)
    path.write_bytes(header + bytes(-len(header) % _ALIGNMENT) + body)


def _key(name: str) -> bytes:
    return struct.pack("<Q", len(name)) + name.encode("ascii")


def _text(key: str, value: str) -> bytes:
    return _key(key) + struct.pack("<I", _STRING) + _key(value)


def _number(key: str, value: int) -> bytes:
    return _key(key) + struct.pack("<II", _UINT32, value)


def _weights(rng: random.Random, shape: tuple[int, ...], kind: int) -> bytes:
    """Blocks as ggml lays them out: small scales (as half floats), random bits."""
    count = shape[0] * (shape[1] if len(shape) > 1 else 1)
    if kind == _F32:
        return struct.pack(f"<{count}f", *[1.0] * count)
    blocks = bytearray()
    for _ in range(count // (32 if kind == _Q8_0 else 256)):
        if kind == _Q8_0:
            blocks += struct.pack("<e", 0.001) + rng.randbytes(32)
        elif kind == _Q4_K:
            blocks += struct.pack("<ee", 0.0002, 0.001) + rng.randbytes(12 + 128)
        else:
            scales = bytes(rng.randrange(1, 64) for _ in range(16))
            blocks += rng.randbytes(128 + 64) + scales + struct.pack("<e", 0.0001)
    return bytes(blocks)
