"""Numbers with their units in Korean and English text, in forms that can be compared.

3만원, 30,000원, 삼만 원 and 30 thousand won are one amount; 2주 and 14 days are one span; a number whose unit
isn't known equals any that is written alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

_SMALL = {"십": 10, "백": 100, "천": 1_000}
_LARGE = {"만": 10**4, "억": 10**8, "조": 10**12}
_WORDS = {"hundred": 10**2, "thousand": 10**3, "k": 10**3, "million": 10**6, "billion": 10**9, "bn": 10**9}
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALED = rf"(?:{_DIGITS})\s?[십백천만억조]+"
_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_.,])(?<![A-Za-z]-)(?P<sign>[$₩€¥£])?\s?"
    rf"(?P<number>{_SCALED}(?:\s?{_SCALED})*(?:\s?(?:{_DIGITS})(?=\s?원))?|{_DIGITS})"
    r"(?:\s?(?P<word>hundred|thousand|million|billion|bn|k)\b)?",
    re.IGNORECASE,
)
_PIECE = re.compile(rf"(?P<digits>{_DIGITS})\s?(?P<small>[십백천]*)(?P<large>[만억조]?)")

_KINDS = """
percent 1 % 퍼센트 프로 percent pct
minute 1/60 초 초간 second seconds sec secs
minute 1 분 분간 minute minutes min mins
minute 60 시간 hour hours hr hrs h
day 1 일 일간 일째 영업일 근무일 day days
day 7 주 주일 주간 week weeks wk wks
month 1 개월 달 month months
month 12 년 년간 해 year years yr yrs
won 1 원 won krw ₩
dollar 1 달러 불 dollar dollars usd $
euro 1 유로 euro euros eur €
yen 1 엔 yen jpy ¥
pound 1 파운드 pounds gbp £
kb 1 kb kib 킬로바이트
mb 1 mb mib 메가바이트
gb 1 gb gib 기가바이트 기가
tb 1 tb tib 테라바이트 테라
"""
_UNITS = {
    name: (kind, Fraction(factor))
    for kind, factor, *names in map(str.split, _KINDS.strip().splitlines())
    for name in names
}
_UNIT_NAMES = "|".join(
    re.escape(name) + (r"\b" if name.isascii() and name.isalpha() else "")
    for name in sorted(_UNITS, key=len, reverse=True)
)
_UNIT = re.compile(
    rf"[\s-]?(?:(?:business|working|calendar|consecutive|full|paid)\s)?(?P<unit>{_UNIT_NAMES})", re.IGNORECASE
)
# Where "일", "주" and the like begin another word.
_NOT_UNIT = re.compile(
    "일(?:반|정|부|시|주|괄|련|어|하|치)|주(?:소|문|차장|말|요|식)|분(?:의|기|류|실|석|야|리)"
    "|원(?:칙|본|격|인|하)|해(?:당|외|야)|달(?:성|리)"
)

_ONES = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINAL_NAMES = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_ENGLISH = {word: value for value, word in enumerate(_ONES.split())}
_ENGLISH |= {word: 10 * value for value, word in enumerate(_TENS.split(), 2)}
_ORDINALS = {word: value for value, word in enumerate(_ORDINAL_NAMES.split(), 1)}
_ORDINALS |= {"once": 1, "twice": 2, "dozen": 12}
_ENGLISH_WORD = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS.split())})(?:[\s-](?P<ones>{'|'.join(_ONES.split()[1:10])}))?"
    rf"|(?P<one>{'|'.join(reversed(_ONES.split()))}))\b(?:\s(?P<word>hundred|thousand|million|billion)\b)?",
    re.IGNORECASE,
)
_ORDINAL_WORD = re.compile(rf"\b(?:{'|'.join(_ORDINALS)})\b", re.IGNORECASE)
_NATIVE_FORMS = "한 하나 첫/두 둘/세 셋 석/네 넷 넉/다섯/여섯/일곱/여덟/아홉"
_NATIVE_ONES = {
    form: value for value, forms in enumerate(_NATIVE_FORMS.split("/"), 1) for form in forms.split()
}
_NATIVE_TENS = {"열": 10, "스무": 20, "스물": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60}
_ONE = "|".join(_NATIVE_ONES)
_NATIVE = re.compile(
    rf"(?<![가-힣])(?:(?P<tens>{'|'.join(_NATIVE_TENS)})(?P<ones>{_ONE})?|(?P<one>{_ONE}))"
    r"(?=\s?(?P<counter>시간|달|주|해|번|명|개|가지|차례|사람|살|군데|곳|장|권|대|건|단계|분|시|째|배|잔|끼))"
)
_SINO_ONES = {character: value for value, character in enumerate("일이삼사오육칠팔구", 1)}
_SINO = re.compile(
    r"(?<![가-힣])[일이삼사오육칠팔구십백천]+[만억]?[일이삼사오육칠팔구십백천]*"
    r"(?=\s?(?:일|년|개월|회|원|퍼센트|분|명|주|시간|배|차))"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, where it stands with its unit, and what it is.

    `value` is in the kind's own unit; `kind` is empty for a unit that isn't known. `plain` is the number as
    it is written, scales included; `digits` without them. `in_words`: written in letters.
    """

    start: int
    end: int
    kind: str
    value: Fraction
    plain: Fraction
    digits: Fraction
    in_words: bool = False


def quantities(text: str, *, generously: bool = False) -> list[Quantity]:
    """The quantities in an NFKC text, in its order.

    `generously`: also numbers in letters that have no unit, and ordinals.
    """
    found = [*_in_digits(text), *_in_words(text)]
    if generously:
        found += _loosely_in_words(text)
    return sorted(found, key=lambda quantity: quantity.start)


def is_known(quantity: Quantity, known: Sequence[Quantity]) -> bool:
    """Whether a quantity is one of those known."""
    return any(_same(quantity, other) for other in known)


def _same(one: Quantity, other: Quantity) -> bool:
    if one.kind and other.kind:
        return one.kind == other.kind and one.value == other.value
    # "80 to 95 million": the first has its scale from the second.
    return one.plain == other.plain or one.digits in (other.plain, other.digits)


def _in_digits(text: str) -> Iterator[Quantity]:
    for found in _NUMBER.finditer(text):
        plain = _parsed(found["number"])
        digits = _plain_digits(found["number"])
        if word := found["word"]:
            plain *= _WORDS[word.lower()]
        yield _with_unit(text, found.start(), found.end(), plain, digits, sign=found["sign"] or "")


def _in_words(text: str) -> Iterator[Quantity]:
    """Numbers in letters that count something: "three weeks", "세 번"."""
    for found in _ENGLISH_WORD.finditer(text):
        if (quantity := _english(text, found)).kind:
            yield quantity
    for found in _NATIVE.finditer(text):
        value = Fraction(_NATIVE_TENS.get(found["tens"] or "", 0))
        value += _NATIVE_ONES.get(found["ones"] or found["one"] or "", 0)
        quantity = _with_unit(text, found.start(), found.end(), value, value, in_words=True)
        yield replace(quantity, end=max(quantity.end, found.end("counter")))


def _loosely_in_words(text: str) -> Iterator[Quantity]:
    """Whatever else in letters may be a number."""
    for found in _ENGLISH_WORD.finditer(text):
        yield _english(text, found)
    for found in _ORDINAL_WORD.finditer(text):
        value = Fraction(_ORDINALS[found[0].lower()])
        yield Quantity(found.start(), found.end(), "", value, value, value, in_words=True)
    for found in _SINO.finditer(text):
        value = Fraction(_sino(found[0]))
        yield _with_unit(text, found.start(), found.end(), value, value, in_words=True)


def _english(text: str, found: re.Match[str]) -> Quantity:
    value = Fraction(_ENGLISH[(found["tens"] or found["one"]).lower()])
    if found["ones"]:
        value += _ENGLISH[found["ones"].lower()]
    scale = _WORDS[found["word"].lower()] if found["word"] else 1
    return _with_unit(text, found.start(), found.end(), value * scale, value, in_words=True)


def _with_unit(
    text: str,
    start: int,
    end: int,
    plain: Fraction,
    digits: Fraction,
    *,
    sign: str = "",
    in_words: bool = False,
) -> Quantity:
    kind, factor = _UNITS[sign] if sign in _UNITS else ("", Fraction(1))
    unit = _UNIT.match(text, end)
    if unit and not _NOT_UNIT.match(text, unit.start("unit")):
        if not kind:
            kind, factor = _UNITS[unit["unit"].lower()]
        end = unit.end()
    return Quantity(start, end, kind, plain * factor, plain, digits, in_words)


def _parsed(number: str) -> Fraction:
    """A number with Korean scales: 1억 2,000만 is 120,000,000."""
    total = below = Fraction(0)
    for piece in _PIECE.finditer(number):
        value = Fraction(piece["digits"].replace(",", ""))
        for scale in piece["small"]:
            value *= _SMALL[scale]
        below += value
        if piece["large"]:
            total += below * _LARGE[piece["large"]]
            below = Fraction(0)
    return total + below


def _plain_digits(number: str) -> Fraction:
    first = _PIECE.match(number)
    return Fraction(first["digits"].replace(",", "")) if first else Fraction(0)


def _sino(word: str) -> int:
    total = section = one = 0
    for character in word:
        if character in _SINO_ONES:
            one = _SINO_ONES[character]
        elif character in _SMALL:
            section += (one or 1) * _SMALL[character]
            one = 0
        else:
            total += (section + one or 1) * _LARGE[character]
            section = one = 0
    return total + section + one
