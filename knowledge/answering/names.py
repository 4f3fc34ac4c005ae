"""Names in an answer that its sources don't have.

A name is compared only within its script: what "인사팀" is called in English is nobody's claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from knowledge.language import Analyzer
from knowledge.types import Language

_NAME = re.compile(
    r"(?<![\w@/.-])[A-Z][A-Za-z&'’]*(?:-[A-Z][A-Za-z]+)*"
    r"(?:\s(?:of|and|for|the)?\s?[A-Z][A-Za-z&'’-]*)*"
)
_WORD = re.compile(r"[A-Z][A-Za-z&'’-]*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s+|\n\s*|^\s*[-*•]\s+|[(\"“]\s*)$")
_POSSESSIVE = re.compile(r"['’]s$")
_HANGUL = re.compile("[가-힣]{2,}")
_COMMON_WORDS = """
i yes no not the a an ok faq pdf url web pc it id app email e-mail api ceo hr usb wifi english
korean korea note please however if also see for to in on at and or but when you your we our they
this that these there it's january february march april may june july august september october
november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday
friday saturday sunday mon tue wed thu fri sat sun am pm kst utc internet
"""
_COMMON = frozenset(_COMMON_WORDS.split())  # with a capital, and the name of nothing in particular
_LONGEST_ACRONYM = 6


class Vocabulary(Protocol):
    """The words that may be used."""

    def has(self, words: str) -> bool:
        """Whether these words stand there."""

    def has_initials(self, letters: str) -> bool:
        """Whether neighbouring words begin with these letters: HR for human resources."""

    def has_acronym(self, letters: str) -> bool:
        """Whether these letters stand there as a word."""


def latin_names(text: str, language: Language, known: Vocabulary) -> Iterator[tuple[int, int]]:
    """Where names in Latin letters begin and end that nobody knows."""
    for found in _NAME.finditer(text):
        words: Sequence[str] = _WORD.findall(found[0])
        initials = "".join(part[0] for word in words for part in word.split("-") if part)
        if known.has(found[0]) or (len(initials) > 1 and known.has_acronym(initials)):
            continue
        if language == "en" and _SENTENCE_START.search(text, 0, found.start()):
            words = words[1:]  # the first has its capital from the sentence
        strange = [word for word in words if word.lower() not in _COMMON and not _stands(word, known)]
        if strange:
            yield text.find(strange[0], found.start()), found.end()


def korean_names(text: str, known: Vocabulary, analyzer: Analyzer) -> Iterator[tuple[int, int]]:
    """Where names in Hangul begin and end that nobody knows."""
    for name in dict.fromkeys(term.form for term in analyzer.tagged(text, "ko") if term.tag == "NNP"):
        start = text.find(name)
        if start >= 0 and _HANGUL.fullmatch(name) and not known.has(name):
            yield start, start + len(name)


def _stands(word: str, known: Vocabulary) -> bool:
    word = _POSSESSIVE.sub("", word)
    singular = word[:-1] if word.endswith("s") and len(word) > 3 else word
    return known.has(singular) or (
        word.isupper() and len(word) <= _LONGEST_ACRONYM and known.has_initials(word)
    )
