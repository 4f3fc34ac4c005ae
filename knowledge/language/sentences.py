"""Where sentences begin and end.

Spans are character offsets (end exclusive) that together cover all of a text but spaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

Span = tuple[int, int]

# What never runs over: an empty line, the next item, heading, quotation or table row of Markdown.
_HARD_BREAK = re.compile(
    r"\n(?=[ \t]*\n)|\n(?=[ \t]*(?:[-*+•·]|\d{1,3}[.)]|#{1,6}|[①-⑳]|[가-하][.)])[ \t])|\n(?=[ \t]*[>|])",
)
_END = re.compile(r"""(?:[.!?…]+|[。！？])["'”’)\]]*(?=\s|$)|(?<=[。！？])""")
_LAST_WORD = re.compile(r"[\w.&'’-]+$")
_OPENING = re.compile(r"""\s*["'“‘(\[]*([^\W_])""")
_INITIAL = re.compile(r"[A-Z]|(?:[A-Za-z]\.)+[A-Za-z]")
_STARTERS = re.compile(
    r"\s+(?:The|This|That|These|Those|In|On|At|It|He|She|They|We|I|You|A|An|But|And|If|When)\b"
)
_ABBREVIATIONS = """
mr mrs ms dr prof rev hon st sr jr gen col lt capt sgt gov sen rep pres supt
e.g i.e vs cf al approx ca dept dist est fig figs no nos op pp vol vols ch sec ed eds ext tel
inc ltd co corp bros univ assn ave blvd rd mt ft
jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
"""
_ABBREVIATED = frozenset(_ABBREVIATIONS.split())


def split(text: str, inside: Callable[[str], Iterator[int]]) -> list[Span]:
    """Cut at what never runs over, and each piece again where `inside` says that a sentence begins."""
    spans = []
    breaks = [0, *(match.end() for match in _HARD_BREAK.finditer(text)), len(text)]
    for start, end in pairwise(breaks):
        piece = text[start:end]
        cuts = [0, *inside(piece), len(piece)]
        for low, high in pairwise(cuts):
            sentence = piece[low:high]
            if stripped := sentence.strip():
                first = start + low + len(sentence) - len(sentence.lstrip())
                spans.append((first, first + len(stripped)))
    return spans


def english(text: str) -> Iterator[int]:
    """Where the second and later sentences of an English text begin.

    A sentence ends with punctuation that stands before a space, isn't an abbreviation's or an initial's, and
    isn't followed by a small letter.
    """
    for match in _END.finditer(text):
        follows = _OPENING.match(text, match.end())
        if follows and follows[1].islower():
            continue
        if (
            match[0].startswith(".")
            and not match[0].startswith("..")
            and _abbreviated(text, match.start(), match.end())
        ):
            continue
        yield match.end()


def _abbreviated(text: str, dot: int, after: int) -> bool:
    word = _LAST_WORD.search(text, max(0, dot - 24), dot)
    if not word:
        return False
    if _INITIAL.fullmatch(word[0]):
        return not (len(word[0]) > 1 and _STARTERS.match(text, after))
    return word[0].lower() in _ABBREVIATED
