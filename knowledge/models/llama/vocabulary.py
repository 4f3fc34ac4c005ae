"""A model's tokens: what they say, and a conversation as tokens.

What people and documents write becomes plain text in any case: only the template's own parts may be control
tokens, so that no text can end a turn or begin one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

import numpy as np

from knowledge.models.chat import ChatMessage
from knowledge.models.llama.han import HanTokens, Tokens
from knowledge.models.llama.model import Model

_log = logging.getLogger(__name__)

_START, _END = "<|im_start|>", "<|im_end|>"
# Stands for a message's text while a template is filled in; private-use characters, which no template
# contains.
_MARK = "\ue5a0{}\ue5a1"
_MARKS = re.compile("\ue5a0([0-9]+)\ue5a1")

Part = tuple[str, bool]
"""Some text of a prompt, and whether it belongs to the template."""


class Vocabulary:
    """The tokens of a model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.size = model.size
        self.pieces = model.pieces()
        self.ends = model.ends()
        controls = model.controls()
        for token in controls | self.ends:
            self.pieces[token] = b""
        self.never: Tokens = np.array(sorted(controls - self.ends), np.int64)
        """Tokens that an answer can't have."""
        self.han = HanTokens(self.pieces)
        self._template = model.template or ""
        self._bos = model.tokenize(model.special_text("bos"), special=True) if model.adds_bos else []

    def count(self, text: str) -> int:
        """The number of tokens of a text."""
        return len(self._model.tokenize(text))

    def prompt(self, messages: Sequence[ChatMessage]) -> list[int]:
        """A conversation's tokens, up to where the answer begins."""
        tokens: list[int] = []
        for text, special in self._parts(messages):
            tokens += self._model.tokenize(text, special=special)
        if self._bos and tokens[: len(self._bos)] != self._bos:
            tokens = [*self._bos, *tokens]
        return tokens

    def _parts(self, messages: Sequence[ChatMessage]) -> list[Part]:
        if self._template:
            for attempt in (messages, _without_system(messages)):
                try:
                    return self._filled(attempt)
                except ValueError as error:
                    _log.debug("the chat template refuses: %s", error)
        return _chatml(messages)

    def _filled(self, messages: Sequence[ChatMessage]) -> list[Part]:
        """The model's own template.

        Raises:
            ValueError: it doesn't take such a conversation, or leaves a message out.
        """
        marked = [{"role": m.role, "content": _MARK.format(i)} for i, m in enumerate(messages)]
        pieces = _MARKS.split(self._model.render(self._template, marked))
        if sorted(map(int, pieces[1::2])) != list(range(len(messages))):
            raise ValueError("a message is left out")
        parts = []
        for i, piece in enumerate(pieces):
            parts.append((messages[int(piece)].content, False) if i % 2 else (piece, True))
        return [part for part in parts if part[0]]


def _chatml(messages: Sequence[ChatMessage]) -> list[Part]:
    parts: list[Part] = []
    for message in messages:
        parts += [(_START, True), (f"{message.role}\n{message.content}", False), (_END, True), ("\n", False)]
    return [*parts, (_START, True), ("assistant\n", False)]


def _without_system(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The same for a template without a system message: its text stands before what the user says first."""
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    rest = [message for message in messages if message.role != "system"]
    if not rest or not system:
        return rest
    first = ChatMessage(rest[0].role, f"{system}\n\n{rest[0].content}")
    return [first, *rest[1:]]
