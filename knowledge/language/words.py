"""Words that aren't Hangul, numbers and identifiers: what they are made of, and what they are found by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from knowledge.language.stopwords import FUNCTION_WORDS

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufe0f\ufeff]")
# Letters that stand alone are laughter and tears ("ㅋㅋ", "ㅠㅠ"); NFKC has composed all others to syllables.
_LOOSE_JAMO = re.compile("[ᄀ-ᇿ]+")
_ATOM = r"[^\W_가-힣]+"
# Atoms joined as in v2.3.1, ERR_CONN_42, follow-up, O'Brien, R&D; a comma joins thousands only.
_WORD = re.compile(rf"{_ATOM}(?:(?:[._'&-]|(?<=\d),(?=\d{{3}}(?!\d))){_ATOM})*(?:(?<=[A-Za-z])(?:\+\+|#))?")
_JOINER = re.compile(r"[._'&,-]")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\WA-Za-z\d_]+")
_CAMEL = re.compile(r"[a-z][A-Z]")
_MEASURE = re.compile(r"(\d+)([a-z]{1,4})")
_ORDINALS = frozenset({"st", "nd", "rd", "th"})
_VERSION = re.compile(r"v(\d.*)")
_INITIALS = re.compile(r"[a-z](?:\.[a-z])+")
_LONGEST = 64


class Word(NamedTuple):
    """One written word, in lower case: its form as a whole, and the parts it is also found by.

    `capital` tells that it began with a capital letter; `shouted`, that all of its letters were capitals,
    so that "IT" isn't taken for "it".
    """

    start: int
    whole: str
    parts: tuple[str, ...]
    capital: bool
    shouted: bool


def normalized(text: str) -> str:
    """NFKC (full-width letters, decomposed Hangul) without invisible characters and loose jamo."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).replace("’", "'")
    return _LOOSE_JAMO.sub(" ", _INVISIBLE.sub("", text))


def words(text: str) -> Iterator[Word]:
    """The words of a normalized text that aren't Hangul, from left to right."""
    for match in _WORD.finditer(text):
        written = match[0]
        folded = written if written.isascii() else _folded(written)
        whole = folded.lower()
        shouted = len(written) > 1 and written.isupper()
        yield Word(match.start(), *_forms(folded, whole), written[0].isupper(), shouted)


def _folded(word: str) -> str:
    """Without accents: people ask for Beyonce and for Beyoncé."""
    letters = unicodedata.normalize("NFD", word)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _forms(written: str, whole: str) -> tuple[str, tuple[str, ...]]:
    if whole.endswith("'s"):
        written, whole = written[:-2], whole[:-2]
    if version := _VERSION.fullmatch(whole):
        written = whole = version[1]
    parts: list[str] = []
    if whole.isdecimal():
        whole = _number(whole)
    elif "," in whole and whole.replace(",", "").isdecimal():
        whole = whole.replace(",", "")
    elif _INITIALS.fullmatch(whole):
        whole = whole.replace(".", "")
    elif not (whole.isalpha() and not _CAMEL.search(written)) and whole not in FUNCTION_WORDS:
        parts = [part for piece in _JOINER.split(written) for part in _split(piece)]
        if "_" not in whole and "." not in whole:
            whole = _JOINER.sub("", whole)
    return (whole if len(whole) <= _LONGEST else ""), tuple(part for part in parts if part != whole)


def _number(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _split(piece: str) -> Iterator[str]:
    """The parts of a piece without joiners: getUserName, 500MB; a single letter is no part."""
    lower = piece.lower()
    if lower.isdecimal():
        yield _number(lower)
    elif _CAMEL.search(piece):
        for hump in _HUMP.findall(piece):
            if len(hump) > 1 or hump.isdecimal():
                yield hump.lower()
    elif (measure := _MEASURE.fullmatch(lower)) and measure[2] not in _ORDINALS:
        yield _number(measure[1])
        if len(measure[2]) > 1:
            yield measure[2]
    elif len(piece) > 1:
        yield lower
