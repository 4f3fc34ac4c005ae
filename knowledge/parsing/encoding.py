"""Bytes to text: which encoding, and one normal form that every offset and line number refers to."""

from __future__ import annotations

import codecs
import functools
import re
import unicodedata
from collections.abc import Callable
from itertools import islice

from knowledge.errors import Unreadable

# UTF-32 first: its little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b")) + b"\x7f"
_SAMPLE = 64 * 1024
_MOST_CONTROLS = 0.02
# Sorting the combining marks of one letter takes normalisation quadratic time (ten seconds for a hostile
# 80,000). None needs more than the 30 of the Stream-Safe Text Format, Unicode Standard Annex 15, section 13.
_MOST_MARKS = 30

_TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_TO_SPACE = re.compile(r"[\x0b\x0c\x85]")
# Controls, and what shows nothing but breaks words: soft hyphen, zero-width space, byte order mark.
_DROPPED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\ufeff\ud800-\udfff]")

_ASTRAL = re.compile("[\U00010000-\U0001ffff]")
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_HANGUL = re.compile(r"[가-힣]")
# Hanja, and lone letters of Hangul, as which kana come out. As numbers: normalisation, which any tool may do
# to this file, takes the last range's beginning to an ideograph that stands before all syllables.
_FOREIGN = re.compile(r"[\u4e00-\u9fff\u3131-\u318e\uf900-\ufaff]")
_KOREAN = re.compile(r"[가-힣\t\n\r -~]")
# A quarter of running Korean text and more; Chinese that was read as CP949 has few of them.
_FREQUENT = re.compile(r"[이다는에의고가을하지로은기한사를도인어자]")
_WESTERN = re.compile(
    r"[\x00-\x7f\xa0¡¢£¥§©ª«¬®°±²³´µ¶·¹º»¼½¾¿×÷€‚„…†‡‰‹‘’“”•–—™›ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒŸß"
    r"àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœ]*"
)
_WESTERN_LETTER = r"[A-Za-zÀ-ÖØ-öø-ÿŒœŸ]"
_SIGN_IN_WORD = re.compile(rf"{_WESTERN_LETTER}[¡-©«-¹»-¿×÷]{_WESTERN_LETTER}")
# What a document may declare: UTF-8 and UTF-16 are recognised anyway; not all of Python's codecs are for
# text.
_DECLARABLE = ("big5", "cp", "euc", "gb", "iso", "johab", "koi8", "mac", "shift_jis")
_OTHERS = ["cp1250", "cp1251", "cp1253", "cp1254", "cp932", "euc_jp", "gb18030", "big5", "koi8_r"]


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of a file in whatever encoding it has, normalised by `normalize`.

    In this order: a byte order mark; UTF-16 by its zero bytes; UTF-8, also with a few bad bytes or cut off at
    its end; `declared`, what the document itself names (as in `<meta charset>`); CP949 when the result looks
    Korean; Windows-1252 when it looks Western; Johab when that looks Korean; last, what charset-normalizer
    makes of it.

    Raises:
        Unreadable: `binary` (no text at all), `encoding` (text that can't be decoded) or `empty`.
    """
    text = normalize(_decode(data, declared))
    if not text or text.isspace():
        raise Unreadable(reason="empty", detail="")
    return text


def normalize(text: str) -> str:
    """NFC, newlines as line feeds, form feeds as spaces, without terminal codes and invisible characters."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in text:
        text = _TERMINAL_CODES.sub("", text)
    text = _TO_SPACE.sub(" ", _DROPPED.sub("", text))
    if text.isascii():
        return text
    marks = _marks(0x20000 if _ASTRAL.search(text) else 0x10000)
    return unicodedata.normalize("NFC", marks.sub(lambda run: run[0][:_MOST_MARKS], text))


def repaired(text: str) -> str:
    """A title in CP949 that was taken for Latin-1, as old Korean programs' PDFs have it; else as it is."""
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        return text
    if raw.isascii() or (found := _cp949(raw)) is None or "\ufffd" in found:
        return text
    return normalize(found)


@functools.cache
def _marks(limit: int) -> re.Pattern[str]:
    """The combining marks on one letter. Without those from 0x10000 on, a search is eight times faster."""
    ranges: list[list[int]] = []
    for code in range(0x300, limit):
        if unicodedata.combining(chr(code)):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    marks = "".join(f"{chr(low)}-{chr(high)}" for low, high in ranges)
    return re.compile(f"[{marks}]+")


def _decode(data: bytes, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    if b"\0" in data[:_SAMPLE]:
        if (text := _utf16_by_zeros(data) or _utf16_korean(data)) is not None:
            return text
        data = data.rstrip(b"\0")
    controls = len(data) - len(data.translate(None, _CONTROL_BYTES))
    if controls > _MOST_CONTROLS * len(data):
        if (text := _utf16_korean(data)) is not None:
            return text
        raise Unreadable(reason="binary", detail="")
    for attempt in (_utf8, _declared(declared), _cp949, _utf16_korean, _windows, _johab):
        if (text := attempt(data)) is not None:
            return text
    return _guessed(data)


def _utf8(data: bytes) -> str | None:
    try:
        text, used = codecs.utf_8_decode(data, "strict")  # not final: what the end cuts off is no error
    except UnicodeDecodeError:
        # By chance almost nothing else is valid UTF-8, so few good sequences prove it.
        return _with_few_errors(data, "utf-8", good_per_bad=4)
    # The last letter of a Western text looks like a sequence that is cut off.
    return None if used < len(data) and text.isascii() else text


def _with_few_errors(data: bytes, encoding: str, good_per_bad: int) -> str | None:
    """A whole document is worth more than a few of its letters."""
    text = data.decode(encoding, errors="replace")
    bad = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", errors="ignore")) - bad
    return text if good >= bad * good_per_bad else None


def _utf16_by_zeros(data: bytes) -> str | None:
    """UTF-16 without a mark: the zeros of its spaces and digits stand at odd or at even places only."""
    sample = data[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) < len(sample) * 0.01 or min(even, odd) * 20 > max(even, odd):
        return None
    text = data[: len(data) & ~1].decode("utf-16-be" if even > odd else "utf-16-le", errors="replace")
    start = text[:4096]
    sound = sum(char.isprintable() or char.isspace() for char in start) - start.count("\ufffd")
    return text if sound >= len(start) * 0.95 else None


def _utf16_korean(data: bytes) -> str | None:
    """UTF-16 without a mark and with few spaces or digits; `가` has a zero byte too, on the other side."""
    if len(data) % 2 or not data:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        start = data[:4096].decode(encoding, errors="replace")
        if _is_korean(start) and len(_KOREAN.findall(start)) >= 0.8 * len(start):
            return data.decode(encoding, errors="replace")
    return None


def _declared(name: str | None) -> Callable[[bytes], str | None]:
    """A decoder for what a document names. Two are read as their Windows supersets, as browsers do."""

    def attempt(data: bytes) -> str | None:
        try:
            encoding = codecs.lookup((name or "").strip()).name
            if not encoding.startswith(_DECLARABLE):
                return None
            return data.decode({"euc_kr": "cp949", "iso8859-1": "cp1252"}.get(encoding, encoding))
        except (LookupError, ValueError):
            return None

    return attempt


def _cp949(data: bytes) -> str | None:
    """CP949, a superset of EUC-KR. Short Western texts decode too, so the result must look Korean."""
    try:
        text: str | None = codecs.getincrementaldecoder("cp949")().decode(data)
    except UnicodeDecodeError:
        text = _with_few_errors(data, "cp949", good_per_bad=20)
    return text if text and _looks_korean(text) else None


def _looks_korean(text: str) -> bool:
    total = doubtful = 0
    for match in islice(_NON_ASCII.finditer(text), 5000):
        total += len(match[0])
        doubtful += len(match[0]) == 1 and _is_doubtful(text, match.start())
    if not total or doubtful * 5 > total:
        return False
    return _is_korean(text[:_SAMPLE]) or _is_all_hangul(text[:_SAMPLE])


def _is_all_hangul(text: str) -> bool:
    """Whether there is next to nothing but the syllables of KS X 1001.

    A list of names and dates has few of the frequent syllables. What is Chinese, Japanese or Russian in truth
    comes out with hanja, or with syllables that Korean hardly uses.
    """
    hangul, foreign = _HANGUL.findall(text), _FOREIGN.findall(text)
    code = "".join(hangul).encode("cp949")
    rare = sum(min(pair) < 0xA1 for pair in zip(code[::2], code[1::2], strict=True))
    return (len(foreign) + rare) * 50 <= len(hangul)


def _is_korean(text: str) -> bool:
    """Whether the share of hanja, and that of the most frequent syllables, are those of Korean."""
    hangul, foreign, frequent = (len(kind.findall(text)) for kind in (_HANGUL, _FOREIGN, _FREQUENT))
    return foreign * 3 <= max(hangul, 10) and (hangul < 100 or frequent > hangul * 0.1)


def _is_doubtful(text: str, place: int) -> bool:
    """Whether one lone character is rather a Western letter or sign and the ASCII letter after it.

    `25°C` in Latin-1 is `25캜` in CP949: such syllables are rare in Korean (KS X 1001 lacks them) and hardly
    ever touch Latin letters or digits; a frequent one may (`A형`), but not on both sides.
    """
    before = text[place - 1 : place].isalnum()
    after = text[place + 1 : place + 2].isalnum()
    code = text[place].encode("cp949", errors="replace")
    rare = len(code) == 2 and min(code) < 0xA1
    return (before or after) if rare else (before and after)


def _windows(data: bytes) -> str | None:
    """Windows-1252, a superset of Latin-1, where it gives Western letters in words and signs between them."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    if not _WESTERN.fullmatch(text) or _SIGN_IN_WORD.search(text):
        return None
    letters = sum(map(str.isalpha, text[:_SAMPLE]))
    accented = sum(map(str.isalpha, "".join(_NON_ASCII.findall(text, 0, _SAMPLE))))
    return text if accented <= letters * 0.4 else None


def _johab(data: bytes) -> str | None:
    """Johab, from before Windows; of its 11,172 syllables chance gives the frequent ones seldom."""
    try:
        text = data.decode("johab")
    except UnicodeDecodeError:
        return None
    hangul, frequent = _HANGUL.findall(text), _FREQUENT.findall(text)
    is_korean = len(hangul) >= 5 and len(frequent) * 10 > len(hangul) and not _FOREIGN.search(text)
    return text if is_korean else None


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    start = len(data) - len(data.lstrip(bytes(range(0x80))))
    best = from_bytes(data[start : start + _SAMPLE // 2], cp_isolation=_OTHERS).best()
    text = data.decode(best.encoding, errors="replace") if best else ""
    if not text or text.count("\ufffd") > len(text) * 0.05:
        raise Unreadable(reason="encoding", detail=best.encoding if best else "")
    return text
