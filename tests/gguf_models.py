"""Tiny models as GGUF files, so that tests run the real llama.cpp.

All have a vocabulary of the 256 bytes, some pieces, and control tokens; each of about a megabyte is written in
some milliseconds. Any prompt is answered as the file's writer says:

    scripted(path, "연차는 15일입니다.")      the text, in pieces of which some are cut inside a syllable; then the end
    quoting(path, "every word only once")   the same in whole words, which stand as the same tokens in a prompt
                                            that contains the text: prompt lookup finds them
    counting(path, 40)                      forty tokens ("w0 w1 w2 ..."), then the end
    endless(path)                           never ends by itself
    contextual(path, seed)                  nonsense that depends on every token of the prompt (random weights)
    embedding(path)                         an embedding model: it can't answer at all

Each returns `path`. `scripted` also takes another architecture, chat template or control tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import cycle, pairwise
from pathlib import Path

import gguf
import numpy as np

CHATML = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CHATML_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
_CONTEXT = 32768
_SURE, _SECOND = 40.0, 20.0  # logits of the next piece, and of the one after it


def scripted(
    path: Path,
    text: str,
    *,
    architecture: str = "qwen2",
    controls: Sequence[str] = CHATML,
    template: str | None = CHATML_TEMPLATE,
    start: str = "\n",
) -> Path:
    """A model that answers with `text`. Should a piece be barred, the one after it comes next.

    Args:
        path: of the file to write.
        text: at least two bytes.
        architecture: of the transformer.
        controls: the control tokens; the last ends an answer.
        template: the chat template in the file; None leaves it out.
        start: the token that stands last in a prompt.
    """
    pieces = _cut(text.encode())
    return _write_chain(path, pieces, architecture, controls, template, start)


def quoting(path: Path, text: str) -> Path:
    """A model that answers with `text`: words of letters, each only once, with one space between them."""
    pieces = [piece.encode() for piece in re.findall(r" ?[^\W\d_]+|\.$", text)]
    if b"".join(pieces) != text.encode() or len(set(pieces)) < len(pieces):
        message = f"not words that occur once each: {text}"
        raise ValueError(message)
    return _write_chain(path, pieces, "qwen2", CHATML, CHATML_TEMPLATE, "\n")


def counting(path: Path, tokens: int) -> Path:
    """A model whose answers have so many tokens, the end not counted."""
    pieces = [f"w{i} ".encode() for i in range(tokens)]
    return _write_chain(path, pieces, "qwen2", CHATML, CHATML_TEMPLATE, "\n")


def endless(path: Path, text: str = "again and again ") -> Path:
    """A model that says `text` over and over."""
    pieces = _cut(text.encode())
    return _write_chain(path, pieces, "qwen2", CHATML, CHATML_TEMPLATE, "\n", loop=True)


def contextual(path: Path, seed: int = 0) -> Path:
    """A model of two layers with random weights: each token depends on all before it, and none is the last."""
    rng = np.random.default_rng(seed)
    tokens = [*_BYTES, *CHATML]
    width, layers = 64, 2
    output = rng.standard_normal((len(tokens), width))
    output[256:] = 0  # no control token
    output[:32] = output[127:256] = 0  # visible ASCII only
    return _write(
        path,
        tokens,
        embedding=rng.standard_normal((len(tokens), width)),
        output=output,
        weight=lambda *shape: rng.standard_normal(shape) / np.sqrt(shape[-1]),
        layers=layers,
        controls=CHATML,
    )


def embedding(path: Path) -> Path:
    """A BERT of one layer with random weights: it embeds and doesn't generate."""
    width, inner, positions = 32, 64, 128
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"▁{chr(c)}" for c in range(97, 123))]
    rng = np.random.default_rng(0)
    writer = gguf.GGUFWriter(path, "bert")
    writer.add_context_length(positions)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(inner)
    writer.add_block_count(1)
    writer.add_head_count(2)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(value=False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_type_count(2)
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL] * 5 + [gguf.TokenType.NORMAL] * (len(tokens) - 5))
    writer.add_unk_token_id(1)
    writer.add_sep_token_id(3)
    writer.add_pad_token_id(0)
    writer.add_bos_token_id(2)
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (len(tokens), width),
        "token_types.weight": (2, width),
        "position_embd.weight": (positions, width),
    }
    for name in ("token_embd_norm", "blk.0.attn_output_norm", "blk.0.layer_output_norm"):
        shapes |= {f"{name}.weight": (width,), f"{name}.bias": (width,)}
    for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
        shapes |= {f"blk.0.{name}.weight": (width, width), f"blk.0.{name}.bias": (width,)}
    shapes |= {"blk.0.ffn_up.weight": (inner, width), "blk.0.ffn_up.bias": (inner,)}
    shapes |= {"blk.0.ffn_down.weight": (width, inner), "blk.0.ffn_down.bias": (width,)}
    for name, shape in shapes.items():
        writer.add_tensor(name, rng.standard_normal(shape).astype(np.float32))
    return _finish(writer, path)


def _alphabet() -> list[str]:
    """GPT-2's letter for each byte: printable ones stand for themselves, the rest are moved above 255."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = iter(range(256, 512))
    return [chr(byte) if byte in kept else chr(next(moved)) for byte in range(256)]


_BYTES = _alphabet()


def _spell(piece: bytes) -> str:
    return "".join(_BYTES[byte] for byte in piece)


def _cut(text: bytes) -> list[bytes]:
    """Pieces of two bytes or more, no two alike."""
    pieces: list[bytes] = []
    sizes, at = cycle((4, 2, 5, 3)), 0
    while at < len(text):
        size = next(sizes)
        while text[at : at + size] in pieces and at + size < len(text):
            size += 1
        pieces.append(text[at : at + size])
        at += size
    while len(pieces) > 1 and (len(pieces[-1]) < 2 or pieces[-1] in pieces[:-1]):
        last = pieces.pop()
        pieces[-1] += last
    return pieces


def _write_chain(
    path: Path,
    pieces: Sequence[bytes],
    architecture: str,
    controls: Sequence[str],
    template: str | None,
    start: str,
    *,
    loop: bool = False,
) -> Path:
    tokens = [*_BYTES, *(_spell(piece) for piece in pieces if len(piece) > 1), *controls]  # none twice
    count = len(tokens)
    spelt = [start if start in controls else _spell(start.encode()), *map(_spell, pieces)]
    chain = [tokens.index(token) for token in spelt]
    chain.append(chain[1] if loop else count - 1)
    # One-hot embeddings through one layer that adds nothing: the output matrix is a table of what follows what.
    width = -(-count // 64) * 64
    output = np.zeros((count, width))
    for current, following in pairwise(chain):
        output[following, current] = _SURE / np.sqrt(width)
    for current, following in zip(chain, chain[2:], strict=False):
        output[following, current] = max(output[following, current], _SECOND / np.sqrt(width))
    return _write(
        path,
        tokens,
        embedding=np.eye(count, width),
        output=output,
        weight=lambda *shape: np.zeros(shape),
        layers=1,
        controls=controls,
        architecture=architecture,
        template=template,
    )


def _write(
    path: Path,
    tokens: Sequence[str],
    *,
    embedding: np.ndarray,
    output: np.ndarray,
    weight: Callable[..., np.ndarray],
    layers: int,
    controls: Sequence[str],
    architecture: str = "qwen2",
    template: str | None = CHATML_TEMPLATE,
) -> Path:
    width, head, inner = embedding.shape[1], 32, 32
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(path.stem)
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(width // head)
    writer.add_head_count_kv(1)
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(1_000_000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    # With Llama 3's rules a whole word that is a token becomes that token, without merges that lead to it.
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    kinds = [gguf.TokenType.CONTROL if token in controls else gguf.TokenType.NORMAL for token in tokens]
    writer.add_token_types(kinds)
    writer.add_token_merges([f"{_BYTES[0]} {_BYTES[0]}"])  # may not be empty
    writer.add_eos_token_id(len(tokens) - 1)
    writer.add_bos_token_id(len(tokens) - len(controls))
    writer.add_add_bos_token(value=False)
    if template is not None:
        writer.add_chat_template(template)
    tensors = {"token_embd.weight": embedding, "output_norm.weight": np.ones(width), "output.weight": output}
    for layer in range(layers):
        block = f"blk.{layer}."
        tensors |= {f"{block}attn_norm.weight": np.ones(width), f"{block}ffn_norm.weight": np.ones(width)}
        for name, rows in (("q", width), ("k", head), ("v", head)):
            tensors[f"{block}attn_{name}.weight"] = weight(rows, width)
            if architecture == "qwen2":
                tensors[f"{block}attn_{name}.bias"] = np.zeros(rows)
        tensors[f"{block}attn_output.weight"] = weight(width, width)
        tensors[f"{block}ffn_gate.weight"] = weight(inner, width)
        tensors[f"{block}ffn_up.weight"] = weight(inner, width)
        tensors[f"{block}ffn_down.weight"] = weight(width, inner)
    for name, tensor in tensors.items():
        writer.add_tensor(name, np.ascontiguousarray(tensor, np.float32))
    return _finish(writer, path)


def _finish(writer: gguf.GGUFWriter, path: Path) -> Path:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
