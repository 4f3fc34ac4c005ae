"""The tiny models themselves, read back with the library that others read them with."""

from __future__ import annotations

import gguf
import pytest

from tests import gguf_models


def test_a_scripted_model_has_every_token_once(tmp_path):
    """llama.cpp aborts on a vocabulary with a token that stands twice, so repeated text is cut around it."""
    path = gguf_models.scripted(tmp_path / "m.gguf", "가나가나가나 가나가나가나 ababababab")
    field = gguf.GGUFReader(path).fields["tokenizer.ggml.tokens"]
    tokens = field.contents()
    assert len(tokens) == len(set(tokens))


def test_words_that_occur_twice_cannot_be_quoted(tmp_path):
    """What follows a token must be one token."""
    with pytest.raises(ValueError, match="once"):
        gguf_models.quoting(tmp_path / "m.gguf", "one two three two")
