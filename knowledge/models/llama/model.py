"""A GGUF file's weights, vocabulary and metadata, as llama.cpp sees them."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from knowledge.errors import ModelUnavailable
from knowledge.models.llama.library import complaints, library

_PIECE_LIMIT = 512  # bytes; no token is longer


class Model:
    """A model's weights and vocabulary.

    Raises:
        ModelUnavailable: there is no such file (`not_downloaded`), it is no whole GGUF file (`damaged`), it
            doesn't fit into memory (`memory`), or llama.cpp doesn't know what is in it or it doesn't generate
            text (`unsupported`).
    """

    def __init__(self, path: Path, gpu_layers: int) -> None:
        _check_file(path)
        self.name = path.name
        self._llama = llama = library()
        parameters = llama.llama_model_default_params()
        parameters.n_gpu_layers = gpu_layers
        # Not mapped: most weights are kept in an order that suits the processor, beside the mapped ones.
        parameters.load_mode = llama.LLAMA_LOAD_MODE_NONE
        complaints.clear()
        self.handle = llama.llama_model_load_from_file(str(path).encode(), parameters)
        if not self.handle:
            told = "; ".join(complaints)
            unknown = "unknown model architecture" in told or "unknown pre-tokenizer" in told
            reason = "memory" if "allocate" in told else "unsupported" if unknown else "damaged"
            raise ModelUnavailable(model=path.name, reason=reason, detail=complaints[0] if told else "")
        self.metadata = self._metadata()
        self._vocabulary = llama.llama_model_get_vocab(self.handle)
        self.size = int(llama.llama_vocab_n_tokens(self._vocabulary))
        if why := self._why_not():
            self.close()
            raise ModelUnavailable(model=path.name, reason="unsupported", detail=why)

    def _why_not(self) -> str:
        """Why the model can't answer; empty if it can."""
        llama = self._llama
        architecture = self.metadata.get("general.architecture", "")
        if self.metadata.get(f"{architecture}.attention.causal") == "false":
            return "an embedding model"
        if llama.llama_model_has_encoder(self.handle) or not llama.llama_model_has_decoder(self.handle):
            return "a model with an encoder"
        if llama.llama_model_is_recurrent(self.handle) or llama.llama_model_is_hybrid(self.handle):
            return "a recurrent model"
        if llama.llama_vocab_type(self._vocabulary) == llama.LLAMA_VOCAB_TYPE_NONE:
            return "a model without a vocabulary"
        return ""

    def _metadata(self) -> dict[str, str]:
        llama, buffer = self._llama, ctypes.create_string_buffer(1 << 16)
        found = {}
        for i in range(llama.llama_model_meta_count(self.handle)):
            llama.llama_model_meta_key_by_index(self.handle, i, buffer, len(buffer))
            key = buffer.value.decode("utf-8", "replace")
            length = llama.llama_model_meta_val_str_by_index(self.handle, i, buffer, len(buffer))
            if length >= len(buffer):
                buffer = ctypes.create_string_buffer(length + 1)
                llama.llama_model_meta_val_str_by_index(self.handle, i, buffer, len(buffer))
            found[key] = buffer.value.decode("utf-8", "replace")
        return found

    @property
    def template(self) -> str | None:
        """The chat template that came with the model."""
        told = self._llama.llama_model_chat_template(self.handle, None)
        return told.decode("utf-8", "replace") if told else None

    @property
    def context_length(self) -> int:
        """Tokens that the model was trained to look back on."""
        return int(self._llama.llama_model_n_ctx_train(self.handle))

    @property
    def cell(self) -> int:
        """Bytes of one token in the key-value cache at 16 bits."""
        llama = self._llama
        architecture = self.metadata.get("general.architecture", "")
        heads = int(llama.llama_model_n_head(self.handle)) or 1
        width = int(llama.llama_model_n_embd(self.handle)) // heads
        key = int(self.metadata.get(f"{architecture}.attention.key_length", width))
        value = int(self.metadata.get(f"{architecture}.attention.value_length", width))
        numbers = (
            llama.llama_model_n_layer(self.handle) * llama.llama_model_n_head_kv(self.handle) * (key + value)
        )
        return int(2 * numbers)

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """The text's tokens; `special`: the names of control tokens in it are those tokens."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8
        while True:
            tokens = (self._llama.llama_token * room)()
            count = self._llama.llama_tokenize(
                self._vocabulary,
                raw,
                len(raw),
                tokens,
                room,
                False,  # noqa: FBT003 (add_special)
                special,
            )
            if count >= 0:
                return list(tokens[:count])
            room = -count

    def pieces(self) -> list[bytes]:
        """The bytes of every token; none for a control token."""
        llama, buffer = self._llama, ctypes.create_string_buffer(_PIECE_LIMIT)
        convert, vocabulary = llama.llama_token_to_piece, self._vocabulary
        found = []
        for token in range(self.size):
            length = convert(vocabulary, token, buffer, _PIECE_LIMIT, 0, False)  # noqa: FBT003 (special)
            found.append(buffer.raw[: max(0, length)])
        return found

    def ends(self) -> frozenset[int]:
        """The tokens that end an answer."""
        llama = self._llama
        return frozenset(t for t in range(self.size) if llama.llama_vocab_is_eog(self._vocabulary, t))

    def controls(self) -> frozenset[int]:
        """The tokens that stand for no text: control tokens and unused ones."""
        llama = self._llama
        mask = llama.LLAMA_TOKEN_ATTR_CONTROL | llama.LLAMA_TOKEN_ATTR_UNUSED | llama.LLAMA_TOKEN_ATTR_UNKNOWN
        attribute = llama.llama_vocab_get_attr
        return frozenset(t for t in range(self.size) if attribute(self._vocabulary, t) & mask)

    def special_text(self, kind: str) -> str:
        """The text of the token that begins (`bos`) or ends (`eos`) a document; empty if there is none."""
        llama = self._llama
        find = llama.llama_vocab_bos if kind == "bos" else llama.llama_vocab_eos
        token = int(find(self._vocabulary))
        if token < 0:
            return ""
        return str(llama.llama_vocab_get_text(self._vocabulary, token).decode("utf-8", "replace"))

    @property
    def adds_bos(self) -> bool:
        """Whether every prompt starts with the token that begins a document."""
        return bool(self._llama.llama_vocab_get_add_bos(self._vocabulary))

    def render(self, template: str, messages: Sequence[Any]) -> str:
        """The template (Jinja2, in a sandbox) filled in, up to where the answer begins.

        Raises:
            ValueError: the template doesn't take these messages.
        """
        from jinja2 import TemplateError
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        try:
            formatter = Jinja2ChatFormatter(
                template, eos_token=self.special_text("eos"), bos_token=self.special_text("bos")
            )
            return str(formatter(messages=list(messages)).prompt)
        except (TemplateError, TypeError, LookupError, AttributeError) as error:
            raise ValueError(str(error)) from error

    def close(self) -> None:
        """Free the weights."""
        if self.handle:
            self._llama.llama_model_free(self.handle)
            self.handle = None


def _check_file(path: Path) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except FileNotFoundError as error:
        raise ModelUnavailable(model=str(path), reason="not_downloaded", detail="") from error
    except IsADirectoryError as error:
        raise ModelUnavailable(model=str(path), reason="unsupported", detail="a folder") from error
    except OSError as error:
        raise ModelUnavailable(model=str(path), reason="damaged", detail=error.strerror or "") from error
    if magic != b"GGUF":
        raise ModelUnavailable(model=path.name, reason="damaged", detail="not a GGUF file")
