"""Small models of random weights, made on the spot: all that a real one has, but no knowledge."""

from __future__ import annotations

import json
import string
from pathlib import Path

WIDTH = 32
LENGTH = 40
"""Tokens that the model reads, special ones included."""


def make_model(folder: Path, *, pooling: str = "mean", dense: int = 0, include_prompt: bool = True) -> Path:
    """A Sentence Transformers model of two layers whose tokens are single letters, a few of them Hangul."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import WordPiece
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    letters = [*string.ascii_lowercase, *string.digits, *".,:", *"가나다라마바사"]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters)]
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=10_000))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=LENGTH,
    )
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.5,
    )
    parts = folder.with_name(folder.name + "-parts")
    BertModel(config).save_pretrained(parts)
    fast.save_pretrained(parts)
    chain = [
        Transformer(str(parts), max_seq_length=LENGTH),
        Pooling(WIDTH, pooling, include_prompt=include_prompt),
    ]
    if dense:
        chain.append(Dense(WIDTH, dense))
    SentenceTransformer(modules=chain, device="cpu").save(str(folder), create_model_card=False)
    return folder


def set_prompts(folder: Path, **prompts: str) -> Path:
    """Write the prompts into the model's configuration."""
    path = folder / "config_sentence_transformers.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**config, "prompts": prompts}), encoding="utf-8")
    return folder
