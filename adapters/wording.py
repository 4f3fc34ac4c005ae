"""What every adapter says of an answer and its sources, before it is laid out. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePosixPath

from knowledge.messages import text as sentence
from knowledge.sources.uploads import is_approved
from knowledge.types import Language, Mode, Place, Source, is_attached

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BREAK = re.compile(r"[\t-\r\x85\u2028\u2029]")
_AGES = (
    ("minutes", 60, 3600),
    ("hours", 3600, 86400),
    ("days", 86400, 14 * 86400),
    ("weeks", 7 * 86400, 60 * 86400),
)


def safe(text: str) -> str:
    """`text` without what could move the cursor, recolour the screen or turn its reading order around.

    Documents and file names are data: an escape sequence in one must not reach the terminal.
    """
    return _CONTROL.sub("", text)


def safe_name(name: str) -> str:
    """A file's name or path, as `safe` and on one line: a name may hold line breaks too."""
    return safe(_BREAK.sub(" ", name))


def age(modified_at: datetime, now: datetime, language: Language) -> str:
    """How old a document is: `3 weeks ago`, its date after two months. Both times are aware."""
    seconds = (now - modified_at).total_seconds()
    for unit, length, end in _AGES:
        if seconds < end:
            count = int(seconds // length)
            return (
                sentence(f"age-{unit}", language, count=count) if count > 0 else sentence("age-now", language)
            )
    return modified_at.astimezone(now.tzinfo).date().isoformat()


def answered_before(at: datetime, now: datetime, language: Language) -> str:
    """That the same question was answered before, and when."""
    return sentence("answer-before", language, age=age(at, now, language))


def source_age(source: Source, now: datetime, language: Language) -> str:
    """How old a source is, and whether that is older than it should be."""
    old = age(source.modified_at, now, language)
    return sentence("source-stale", language, age=old) if source.is_stale else old


def position(
    page: int | None, lines: tuple[int, int] | None, language: Language, place: Place | None = None
) -> str:
    """`p. 3`, `slide 4`, `sheet “2024”, rows 12–18`, `line 12`, or nothing; first the file in it."""
    place = place or Place()
    found = [safe_name(place.part)]
    if page is not None:
        found.append(_from_to("source-page", page, place.last_page or page, language))
    if place.slide is not None:
        found.append(sentence("source-slide", language, slide=str(place.slide)))
    if place.sheet:
        found.append(sentence("source-sheet", language, sheet=safe(place.sheet)))
    if place.rows is not None:
        found.append(_from_to("source-row", *place.rows, language))
    if not any(found) and lines is not None:
        found.append(_from_to("source-line", *lines, language))
    return ", ".join(filter(None, found))


def _from_to(key: str, first: int, last: int, language: Language) -> str:
    if first == last:
        return sentence(key, language, first=str(first))
    return sentence(f"{key}s", language, first=str(first), last=str(last))


def heading(source: Source) -> str:
    """The document's title, and the section under it unless it says the same."""
    title, section = safe(source.title), safe(source.section)
    parts = [part.strip() for part in section.split(" > ") if part.strip()]
    if parts and parts[0] == title:
        parts = parts[1:]
    return " › ".join([title, *parts])


def sources_heading(mode: Mode, language: Language) -> str:
    """The line above the sources, which for `not_found` are only the nearest documents."""
    return sentence("answer-nearest" if mode == "not_found" else "answer-sources", language)


def particulars(source: Source, language: Language, now: datetime, *, is_linked: bool) -> list[str]:
    """What a chat shows of a source after its title: where it lies, where in it, how old it is.

    A link says where by itself; a file that came with the question is as old as that.
    """
    where = position(source.page, source.lines, language, source.place)
    if is_attached(source.uri):
        return [sentence("source-attached", language), *([where] if where else [])]
    if is_approved(source.uri):
        return [sentence("source-approved", language), age(source.modified_at, now, language)]
    facts = ["" if is_linked else whereabouts(source.address), where, source_age(source, now, language)]
    return [fact for fact in facts if fact]


def whereabouts(uri: str) -> str:
    """Where a file lies, as far as people in a chat need it: its name, after its folder's.

    The folders above say more of the machine than of the document. Of what was added in a chat, the folder
    says nothing either.
    """
    path = PurePosixPath(safe_name(uri))
    folder = path.parent.name
    return path.name if not folder or "+" in folder else f"{folder}/{path.name}"
