"""A model's text as it streams: citations brought into one form, links and mentions checked.

Text is held back until what it means is decided: a word until the space after it, a bracket until it closes.
However the stream was cut, the same comes out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from knowledge.answering.links import Links
from knowledge.prompt import visible

_LONGEST = 400  # characters within which a bracket closes, or is none
_CLOSERS = {"[": "]］】", "［": "]］", "【": "】]", "〔": "〕]", "<": ">", "`": "`", "(": ")"}
_CLOSED = {
    opener: re.compile(rf"[^\n{re.escape(closers)}]{{0,{_LONGEST - 1}}}[{re.escape(closers)}]")
    for opener, closers in _CLOSERS.items()
}
_LONGEST_WORD = 2_000  # characters that are held back at most, whatever a server sends
_NUMBERS = r"\d{1,3}(?:[ \t]*[-–~～][ \t]*\d{1,3})?번?"
_NAME = r"passages?|sources?|documents?|docs?|ref(?:erence)?s?|no\.|문단|출처|문서|근거|자료"
_WORD = rf"(?:{_NAME})[ \t]*[:：#]?[ \t]*"
_BETWEEN = r"[ \t]*(?:[,，、;·/&]|\band\b|및|와|과)[ \t]*"
_ONE = (
    rf"[ \t]*(?:\[\[|[\[［【〔])[ \t]*\^?(?:{_WORD})?"
    rf"{_NUMBERS}(?:{_BETWEEN}(?:{_WORD})?{_NUMBERS})*[ \t]*(?:†[^\n\]】]{{0,40}})?(?:\]\]|[\]］】〕])"
)
_MARKER = re.compile(_ONE, re.IGNORECASE)
_MARKERS = re.compile(rf"{_ONE}(?:[ \t]*[,，、;·/&]?{_ONE})*", re.IGNORECASE)
_NOTHING = "\ue000"  # stands for markers that were dropped, until what held them is dropped too
_EMPTY = re.compile(rf"[ \t]*(?:[(（][ \t]*{_NOTHING}[ \t]*[)）]|{_NOTHING})")
_GOES_ON = re.compile(r"[\]］】〕][,，、;·/&]\Z")  # a marker may follow, after a space
_RANGE = re.compile(r"(\d{1,3})(?:[ \t]*[-–~～][ \t]*(\d{1,3}))?")
_RUN = re.compile(r"(?:\[\d{1,3}\]){2,}")
_CODE = re.compile(r"(`[^`\n]*`)")
CITED = re.compile(r"\[(\d{1,3})\]")
"""A citation in a cleaned text."""
CODE = re.compile(r"```.*?(?:```|$)|`[^`\n]*`", re.DOTALL)
"""Code in a cleaned text, where [1] is an index."""


def cited_numbers(text: str) -> tuple[int, ...]:
    """The numbers of the citations in a cleaned text, each once, in the order of their first place."""
    outside = CODE.sub("", text)
    return tuple(dict.fromkeys(int(found[1]) for found in CITED.finditer(outside)))


class Cleaning:
    """Cleans one stream.

    Args:
        numbers: what each number of the prompt is shown as; any other marker is dropped.
        links: which links may stand.
    """

    def __init__(self, numbers: Mapping[int, int], links: Links) -> None:
        self._numbers = numbers
        self._links = links
        self._held = ""
        self._scanned = 0
        self._in_code = False
        self._has_begun = False

    def feed(self, text: str) -> str:
        """Take more of the stream; returns what is decided."""
        self._held += visible(text)
        return self._taken(is_over=False)

    def finish(self) -> str:
        """The rest."""
        return self._taken(is_over=True)

    def _taken(self, *, is_over: bool) -> str:
        out: list[str] = []
        while True:
            end, self._scanned = _unit(self._held, self._scanned, is_over=is_over)
            if not end:
                return "".join(out)
            unit, self._held, self._scanned = self._held[:end], self._held[end:], 0
            out.append(self._clean(unit))

    def _clean(self, unit: str) -> str:
        if not self._has_begun:
            unit = unit.lstrip()
        if not unit.strip():
            return ""
        parts = unit.split("```")
        for index, part in enumerate(parts):
            if index:
                self._in_code = not self._in_code
            parts[index] = self._links.checked(part if self._in_code else self._cited(part))
        cleaned = "```".join(parts)
        self._has_begun = self._has_begun or bool(cleaned)
        return cleaned

    def _cited(self, text: str) -> str:
        return "".join(
            part
            if _CODE.fullmatch(part)
            else _RUN.sub(_each_once, _EMPTY.sub("", _MARKERS.sub(self._markers, part)))
            for part in _CODE.split(text)
        )

    def _markers(self, found: re.Match[str]) -> str:
        """What stands for some markers in a row: a comma between two goes with the one that is dropped."""
        shown, end = "", found.start()
        for marker in _MARKER.finditer(found[0]):
            between = found[0][end - found.start() : marker.start()]
            end = found.start() + marker.end()
            if numbers := self._numbered(marker[0]):
                space = marker[0][0] if marker[0][0] in " \t" else ""
                shown += f"{between if shown else ''}{space}{numbers}"
        return shown or _NOTHING

    def _numbered(self, marker: str) -> str:
        """The numbers of a marker as the person knows them; nothing of those that nothing was given for."""
        wanted: list[int] = []
        for one in _RANGE.finditer(marker):
            first, last = int(one[1]), int(one[2] or one[1])
            wanted += range(first, last + 1) if first <= last else (first, last)
        return "".join(f"[{self._numbers[number]}]" for number in wanted if number in self._numbers)


def _each_once(run: re.Match[str]) -> str:
    return "".join(dict.fromkeys(found[0] for found in CITED.finditer(run[0])))


def _unit(text: str, scanned: int, *, is_over: bool) -> tuple[int, int]:
    """The end of the first unit, 0 while it isn't known, and how far the text need not be looked at again.

    A unit is spaces, then a word with what its brackets hold. It depends on the text alone, not on how that
    was cut.
    """
    at = scanned or len(text) - len(text.lstrip())
    before = 0
    while at < len(text):
        before = at
        if text[at].isspace() or at >= _LONGEST_WORD:
            after = _next_marker(text, at, is_over=is_over)
            if after is None:
                return 0, at
            if after == at:
                return at, 0
            at = after
            continue
        if text.startswith("```", at):
            at += 3
            continue
        opener = text[at]
        if opener not in _CLOSED or (opener == "<" and text[at + 1 : at + 2].isspace()):
            at += 1
            continue
        close = _closed(text, at + 1, opener, is_over=is_over)
        if close and opener == "[" and text.startswith("(", close):
            target = _closed(text, close + 1, "(", is_over=is_over)
            close = close if target == 0 else target
        if close is None:
            return 0, at
        at = close or at + 1
    return (at, 0) if is_over else (0, before)


def _next_marker(text: str, at: int, *, is_over: bool) -> int | None:
    """Where a list of markers goes on after the space at `at`; `at` when it doesn't, None when it may yet."""
    if at >= _LONGEST_WORD or not _GOES_ON.search(text, max(0, at - 2), at):
        return at
    after = at
    while after < len(text) and text[after] in " \t":
        after += 1
    if after == len(text):
        return at if is_over else None
    return after if text[after] in "[［【〔" else at


def _closed(text: str, start: int, opener: str, *, is_over: bool) -> int | None:
    """The place after the first closer on the line; 0 when there is none near, None when it may yet come."""
    if found := _CLOSED[opener].match(text, start):
        return found.end()
    is_none = is_over or len(text) - start >= _LONGEST or "\n" in text[start : start + _LONGEST]
    return 0 if is_none else None
