"""The answer's language: a model that slips into another is noticed while it writes.

Qwen slips into Chinese, most often in single words: any Han character or kana that stands neither in the
passages nor in the question. Our own engine bars them in its sampler; a server elsewhere may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from knowledge.types import Language

_HAN_RANGES: Final = (
    "\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U000323af"
)
_HAN = re.compile(f"[{_HAN_RANGES}]")
_FOREIGN = re.compile(f"[{_HAN_RANGES}\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_WORD = re.compile(r"[^\W\d_]+")
_HANGUL = re.compile("[가-힣]")
_LATIN = re.compile("[A-Za-z]")
_ENOUGH = 40  # letters of its own after which a text's language is plain
_A_FEW = 12  # letters of its own after which a whole text must have some in the language's script
_A_SENTENCE = (2, 5)  # words and letters of its own: the same where it repeats none in that script either
# Words outside of code, after which the same holds where a passage has them all: Korean has fewer.
_QUOTED: Final[dict[Language, int]] = {"ko": 6, "en": 5}
_IN_CODE = re.compile("`[^`\n]*`")
_LEAST_SHARE = 0.25  # of those letters, in the language's own script


def han_in(texts: Iterable[str]) -> frozenset[str]:
    """The Han characters of some texts."""
    return frozenset(character for text in texts for character in _HAN.findall(text))


class LanguageGuard:
    """Watches one answer.

    Args:
        language: the one it is to be in.
        known: the texts whose words it may repeat in any language: passages, their titles, the question.
    """

    def __init__(self, language: Language, known: Iterable[str]) -> None:
        texts = list(known)
        self._script = _HANGUL if language == "ko" else _LATIN
        self._allowed = frozenset(character for text in texts for character in _FOREIGN.findall(text))
        self._known = frozenset(word for text in texts for word in _WORD.findall(text.lower()))
        self._words = 0
        self._letters = 0
        self._own = 0
        self._has_script = False
        self._in_code = False
        self._prose = 0  # words outside of code
        self._quoted = _QUOTED[language]

    def accepts(self, text: str) -> bool:
        """Whether the answer is still in its language with `text`, its next whole words."""
        if not self._allowed.issuperset(_FOREIGN.findall(text)):
            return False
        for number, part in enumerate(text.split("```")):
            self._in_code = self._in_code != bool(number)
            self._prose += 0 if self._in_code else len(_WORD.findall(_IN_CODE.sub("", part)))
        for word in _WORD.findall(text):
            own = len(self._script.findall(word))
            self._has_script = self._has_script or own > 0
            if word.lower() not in self._known:
                self._words += 1
                self._letters += len(word)
                self._own += own
        return self._letters < _ENOUGH or self._own >= _LEAST_SHARE * self._letters

    def accepts_the_whole(self) -> bool:
        """Whether the answer, which is over now, was in its language; of a word or two that can't be told."""
        words, letters = _A_SENTENCE
        if not self._has_script and (
            (self._words >= words and self._letters >= letters) or self._prose >= self._quoted
        ):
            return False
        return self._own > 0 or self._letters < _A_FEW
