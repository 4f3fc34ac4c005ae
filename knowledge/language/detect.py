"""Which of the two languages a text is written in."""

from __future__ import annotations

import re

from knowledge.language.stopwords import FUNCTION_WORDS
from knowledge.types import Language

# Syllables, and the letters that decomposed (NFD), compatibility and half-width text is made of.
HANGUL = "가-힣ᄀ-ᇿㄱ-ㆎꥠ-꥿ힰ-퟿ﾡ-ￜ"
_HANGUL = re.compile(f"[{HANGUL}]")
_LATIN = re.compile(r"[A-Za-z]")
# Compatibility letters are left out: alone they are laughter ("ㅋㅋ").
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|[가-힣ᄀ-ᇿ]+")
# Korean grammar glued to a foreign word: "Slack에서", "VPN이".
_GLUED = re.compile(rf"[A-Za-z0-9][{HANGUL}]")


def detect(text: str) -> Language:
    """Tell the language of the sentence's frame.

    Hangul alone doesn't make a text Korean ("What does 연차 mean?" is English), nor Latin letters English
    ("Kubernetes pod 재시작 방법" is Korean): what decides is whether Korean words or English function words
    are more. Text without either (digits, URLs, code) counts as English, which needs no morphemes.
    """
    if not _HANGUL.search(text):
        return "en"
    if not _LATIN.search(text):
        return "ko"
    korean = len(_GLUED.findall(text))
    english = 0
    for word in _WORD.findall(text):
        if word[0] >= "\u1100":
            korean += 1
        elif word.replace("’", "'").lower() in FUNCTION_WORDS:
            english += 1
    return "ko" if korean and korean >= english else "en"
