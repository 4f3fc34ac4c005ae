"""How many tokens a text takes at most, for a server that can't count them.

A prompt that turns out longer than it was taken for is cut or refused, one that turns out shorter wastes a
little room: so the estimate errs upwards. The shares are for the vocabularies of today's multilingual models
(Qwen's, Llama 3's, GPT-4o's): a Hangul syllable is rarely more than one token, a Latin word seldom more than
one for three letters, a digit or a mark one each.
"""

from __future__ import annotations

import re
from math import ceil

_PIECES = re.compile(
    r"(?P<hangul>[가-힣])|(?P<latin>[A-Za-z]+)|(?P<space>[ ](?=[A-Za-z가-힣]))|(?P<spaces>[ ]+)|(?P<other>.)",
    re.DOTALL,
)
_LETTERS_A_TOKEN = 3
_RARE_SYLLABLES = 1.1


def estimate_tokens(text: str) -> int:
    """Tokens of `text`, rather too many than too few."""
    tokens = 0.0
    for piece in _PIECES.finditer(text):
        match piece.lastgroup:
            case "hangul":
                tokens += _RARE_SYLLABLES
            case "latin":
                tokens += ceil(len(piece[0]) / _LETTERS_A_TOKEN)
            case "space":
                continue  # it belongs to the word after it
            case "spaces":
                tokens += 1
            case _:
                # A character that is in no vocabulary is written in bytes.
                tokens += len(piece[0].encode("utf-8", "surrogatepass"))
    return ceil(tokens)
