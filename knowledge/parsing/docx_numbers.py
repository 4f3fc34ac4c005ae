"""What Word computes when it shows a document: a paragraph's outline level, and its number in a list."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

from knowledge.parsing.package import attribute, local

_HEADING = re.compile(r"(?:heading|제목|개요)\s*(\d)", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"%(\d)")
_DEEPEST = 9
_LONGEST_CHAIN = 20
_GANADA = "가나다라마바사아자차카타파하"
_CHOSUNG = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_UNITS = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph's style says of it: heading level (0 for none), and the list it belongs to."""

    level: int = 0
    is_title: bool = False
    list_id: str = ""
    depth: int = 0


class Styles:
    """The styles of a document, with what they inherit."""

    def __init__(self, root: ET.Element | None) -> None:
        styles = (each for each in (() if root is None else root) if local(each) == "style")
        self._elements = {attribute(each, "styleId"): each for each in styles}
        self._known: dict[str, Style] = {}

    def of(self, paragraph: ET.Element) -> Style:
        """A paragraph's style, its own properties first."""
        properties = _child(paragraph, "pPr")
        style = self._named(_value(properties, "pStyle"))
        if properties is None:
            return style
        level = _outline(properties)
        own_list, own_depth = _list(properties)
        return Style(
            style.level if level is None else level,
            style.is_title,
            own_list or style.list_id,
            own_depth if own_list else style.depth,
        )

    def _named(self, name: str) -> Style:
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> Style:
        level: int | None = None
        is_title, list_id, depth = False, "", 0
        for _ in range(_LONGEST_CHAIN):  # a style may be based on itself
            element = self._elements.get(name)
            if element is None:
                break
            called = _value(element, "name")
            properties = _child(element, "pPr")
            is_title = is_title or called.lower() in ("title", "제목")
            if level is None and (match := _HEADING.fullmatch(called)):
                level = int(match[1])
            if properties is not None:
                level = _outline(properties) if level is None else level
                if not list_id:
                    list_id, depth = _list(properties)
            name = _value(element, "basedOn")
        return Style(level or int(is_title), is_title, list_id, depth)


class Numbering:
    """Counts a document's lists as Word does; paragraphs are given in reading order."""

    def __init__(self, root: ET.Element | None) -> None:
        children = () if root is None else tuple(root)
        abstract = {
            attribute(each, "abstractNumId"): each for each in children if local(each) == "abstractNum"
        }
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counter_of: dict[str, str] = {}
        for each in children:
            if local(each) == "num":
                found, number = _value(each, "abstractNumId"), attribute(each, "numId")
                definition = abstract.get(found)
                self._levels[number] = {} if definition is None else _levels(definition)
                restarted = _restarted(each)
                for depth, start in restarted.items():
                    if (level := self._levels[number].get(depth)) is not None:
                        self._levels[number][depth] = replace(level, start=start)
                self._counter_of[number] = f"{found} from {number}" if restarted else found
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)

    def marker(self, style: Style) -> tuple[str, int]:
        """The bullet or number before the next paragraph, and how deep it stands; empty for no list."""
        levels = self._levels.get(style.list_id, {})
        level = levels.get(style.depth)
        if level is None:
            return "", 0
        if level.format == "bullet":
            return "-", style.depth
        counts = self._counts[self._counter_of[style.list_id]]
        counts[style.depth] = counts.get(style.depth, level.start - 1) + 1
        for deeper in [depth for depth in counts if depth > style.depth]:
            del counts[deeper]

        def number(match: re.Match[str]) -> str:
            depth = int(match[1]) - 1
            shown = levels.get(depth, level)
            return _shown(shown.format, counts.get(depth, shown.start))

        return _PLACEHOLDER.sub(number, level.text), style.depth


@dataclass(frozen=True, slots=True)
class _Level:
    format: str
    text: str
    start: int


def _levels(abstract: ET.Element) -> dict[int, _Level]:
    found: dict[int, _Level] = {}
    for each in abstract:
        depth = attribute(each, "ilvl")
        if local(each) == "lvl" and depth.isdigit() and int(depth) < _DEEPEST:
            start = _value(each, "start")
            found[int(depth)] = _Level(
                _value(each, "numFmt"), _value(each, "lvlText"), int(start) if start.isdigit() else 1
            )
    return found


def _restarted(number: ET.Element) -> dict[int, int]:
    """Where a list begins to count anew, by its levels."""
    found: dict[int, int] = {}
    for each in number:
        start, depth = _value(each, "startOverride"), attribute(each, "ilvl")
        if local(each) == "lvlOverride" and start.isdecimal() and depth.isdecimal():
            found[int(depth)] = int(start[:9])
    return found


def _outline(properties: ET.Element) -> int | None:
    value = _value(properties, "outlineLvl")
    if not value.isdigit():
        return None
    return int(value) + 1 if int(value) < _DEEPEST else 0  # 9 is body text


def _list(properties: ET.Element) -> tuple[str, int]:
    number = _child(properties, "numPr")
    if number is None:
        return "", 0
    depth = _value(number, "ilvl")
    return _value(number, "numId"), min(int(depth), _DEEPEST) if depth.isdigit() else 0


def _child(element: ET.Element, name: str) -> ET.Element | None:
    return next((child for child in element if local(child) == name), None)


def _value(element: ET.Element | None, name: str) -> str:
    """The `val` of a child; empty where there is none."""
    found = None if element is None else _child(element, name)
    return "" if found is None else attribute(found, "val")


def _shown(format_: str, number: int) -> str:
    return _FORMATS.get(format_, str)(number)


def _letters(alphabet: str) -> Callable[[int], str]:
    def shown(number: int) -> str:
        """After the last letter each is doubled, then tripled."""
        if not 0 < number < 1000:
            return str(number)
        return alphabet[(number - 1) % len(alphabet)] * ((number - 1) // len(alphabet) + 1)

    return shown


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    shown = ""
    for value, sign in (*_ROMAN, *_ROMAN_UNITS):
        shown += sign * (number // value)
        number %= value
    return shown


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 0 < number <= 20 else str(number)


_FORMATS: dict[str, Callable[[int], str]] = {
    "none": lambda _: "",
    "lowerLetter": _letters("abcdefghijklmnopqrstuvwxyz"),
    "upperLetter": _letters("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "ganada": _letters(_GANADA),
    "chosung": _letters(_CHOSUNG),
    "decimalZero": lambda number: f"{number:02}",
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
}
