"""Writes a model of random weights in the shape of a real Qwen 2.5, to measure speed with: it talks nonsense.

    python scripts/random_gguf.py 1.5B out.gguf [--vocabulary ggml-vocab-qwen2.gguf]

Tensors have the types of a Q4_K_M file, with random bits and small scales. The vocabulary is Qwen2's own
where `--vocabulary` names llama.cpp's file of it (`models/ggml-vocab-qwen2.gguf`; llama-cpp-python's source
distribution carries it under `vendor/llama.cpp`); else a made-up one of the same size, with as many tokens
of Chinese, of Korean and of pieces of characters. The program says which it took.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

Kind = gguf.GGMLQuantizationType
Bytes = NDArray[np.uint8]

# Of Qwen2's tokens: with Chinese, with Korean, cut inside a character.
HAN, HANGUL, CUT = 25_619, 3_473, 1_448
CONTROLS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers of a model."""

    layers: int
    width: int
    inner: int
    heads: int
    kv_heads: int
    tokens: int
    tied: bool  # the output matrix is the embedding


SHAPES = {
    "0.5B": Shape(24, 896, 4864, 14, 2, 151_936, tied=True),
    "1.5B": Shape(28, 1536, 8960, 12, 2, 151_936, tied=True),
    "7B": Shape(28, 3584, 18_944, 28, 4, 152_064, tied=False),
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tokens in GPT-2's alphabet of bytes, their types, and the merges that lead to them."""

    tokens: list[str]
    types: list[int]
    merges: list[str]
    pre: str
    origin: str


def real_vocabulary(path: Path, size: int) -> Vocabulary:
    """Qwen2's, filled up to `size` with unused tokens."""
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    types = fields["tokenizer.ggml.token_type"].contents()
    merges = fields["tokenizer.ggml.merges"].contents()
    missing = size - len(tokens)
    tokens += [f"[PAD{len(tokens) + i}]" for i in range(missing)]
    types += [gguf.TokenType.UNUSED] * missing
    return Vocabulary(tokens, types, merges, "qwen2", str(path))


def made_up_vocabulary(size: int) -> Vocabulary:
    """Words of Latin letters, and as much Chinese, Korean and cut characters as Qwen2 has."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = iter(range(256, 512))
    letters = [chr(byte) if byte in kept else chr(next(moved)) for byte in range(256)]

    def spell(text: bytes) -> str:
        return "".join(letters[byte] for byte in text)

    han = [chr(0x4E00 + i) for i in range(20_000)] + [
        chr(0x4E00 + i) + chr(0x4E01 + i) for i in range(HAN - 20_000)
    ]
    hangul = [chr(0xAC00 + 3 * i) for i in range(HANGUL)]
    cut = [chr(0xAC01 + 7 * i).encode()[: 1 + i % 2] + b"" for i in range(CUT)]
    spelt = dict.fromkeys(spell(text.encode()) for text in (*han, *hangul))
    spelt |= dict.fromkeys(spell(b"x" + piece) for piece in cut)
    tokens = list(dict.fromkeys([*letters, *spelt]))
    words = size - len(tokens) - len(CONTROLS)
    tokens += [spell(f" w{i}".encode()) for i in range(words)]
    types = [int(gguf.TokenType.NORMAL)] * len(tokens) + [int(gguf.TokenType.CONTROL)] * len(CONTROLS)
    return Vocabulary([*tokens, *CONTROLS], types, [f"{letters[0]} {letters[0]}"], "llama-bpe", "made up")


def tensors(shape: Shape) -> Iterator[tuple[str, tuple[int, ...], Kind]]:
    """Name, shape (rows first) and type of every tensor, as a Q4_K_M file has them."""
    width, inner = shape.width, shape.inner
    kv = width // shape.heads * shape.kv_heads
    yield "token_embd.weight", (shape.tokens, width), Kind.Q6_K if shape.tied else Kind.Q4_K
    yield "output_norm.weight", (width,), Kind.F32
    if not shape.tied:
        yield "output.weight", (shape.tokens, width), Kind.Q6_K
    for i in range(shape.layers):
        eighth = shape.layers // 8
        better = i < eighth or i >= 7 * eighth or (i - eighth) % 3 == 2
        more = Kind.Q6_K if better else Kind.Q4_K
        block = f"blk.{i}."
        yield f"{block}attn_norm.weight", (width,), Kind.F32
        yield f"{block}ffn_norm.weight", (width,), Kind.F32
        for name, rows, kind in (("q", width, Kind.Q4_K), ("k", kv, Kind.Q4_K), ("v", kv, more)):
            yield f"{block}attn_{name}.weight", (rows, width), kind
            yield f"{block}attn_{name}.bias", (rows,), Kind.F32
        yield f"{block}attn_output.weight", (width, width), Kind.Q4_K
        yield f"{block}ffn_gate.weight", (inner, width), Kind.Q4_K
        yield f"{block}ffn_up.weight", (inner, width), Kind.Q4_K
        yield f"{block}ffn_down.weight", (width, inner), more


def fitting(kind: Kind, columns: int) -> Kind:
    """The type that is taken instead where a row is no multiple of 256."""
    if columns % 256 == 0 or kind == Kind.F32:
        return kind
    return Kind.Q8_0


def weights(rng: np.random.Generator, shape: tuple[int, ...], kind: Kind) -> Bytes:
    """Random blocks, of values around zero with a deviation of about 0.02."""
    if kind == Kind.F32:
        values = np.ones(shape, np.float32) if len(shape) == 1 else np.zeros(shape, np.float32)
        return values.view(np.uint8)
    per_block, size = gguf.GGML_QUANT_SIZES[kind]
    rows, columns = shape
    blocks = np.frombuffer(rng.bytes(rows * columns // per_block * size), np.uint8).reshape(-1, size).copy()

    def half(value: float) -> Bytes:
        return np.array([value], np.float16).view(np.uint8)

    if kind == Kind.Q4_K:
        blocks[:, :2], blocks[:, 2:4] = half(1.1e-4), half(8.2e-4)
    elif kind == Kind.Q6_K:
        blocks[:, 192:208] = blocks[:, 192:208] % 63 + 1
        blocks[:, 208:] = half(3e-5)
    else:
        blocks[:, :2] = half(2.7e-4)
    return blocks.reshape(rows, -1)


def write(path: Path, shape: Shape, vocabulary: Vocabulary, seed: int = 0) -> None:
    """Write the file; tensors are made one at a time."""
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_name(f"random weights in the shape of Qwen2.5 ({shape.width} wide)")
    writer.add_context_length(32_768)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_freq_base(1_000_000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_K_M)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(vocabulary.pre)
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    writer.add_token_merges(vocabulary.merges)
    writer.add_eos_token_id(vocabulary.tokens.index("<|im_end|>"))
    writer.add_bos_token_id(vocabulary.tokens.index("<|endoftext|>"))
    writer.add_add_bos_token(value=False)
    writer.add_chat_template(TEMPLATE)
    planned = [(name, size, fitting(kind, size[-1])) for name, size, kind in tensors(shape)]
    for name, size, kind in planned:
        per_block, block = gguf.GGML_QUANT_SIZES[kind]
        count = int(np.prod(size))
        if kind == Kind.F32:
            writer.add_tensor_info(name, size, np.dtype(np.float32), 4 * count)
        else:
            row = size[-1] // per_block * block
            writer.add_tensor_info(name, (size[0], row), np.dtype(np.uint8), size[0] * row, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    rng = np.random.default_rng(seed)
    for _, size, kind in planned:
        writer.write_tensor_data(weights(rng, size, kind))
    writer.close()


def main() -> None:
    """Read the command line, write the file, say what it is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shape", choices=sorted(SHAPES))
    parser.add_argument("out", type=Path)
    parser.add_argument("--vocabulary", type=Path)
    given = parser.parse_args()
    shape = SHAPES[given.shape]
    vocabulary = (
        real_vocabulary(given.vocabulary, shape.tokens)
        if given.vocabulary
        else made_up_vocabulary(shape.tokens)
    )
    write(given.out, shape, vocabulary)
    print(f"{given.out}: {given.out.stat().st_size / 1e9:.2f} GB, vocabulary: {vocabulary.origin}")


if __name__ == "__main__":
    main()
