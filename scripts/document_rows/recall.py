"""What comes out of the files of the corpus, and of real Hangul files: the words, and where they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from knowledge.parsing import parse
from knowledge.passages import split
from knowledge.types import Passage
from scripts.document_rows.content import Made, Spot

Read = Callable[[str, bytes], str]
_WORD = re.compile(r"\w+")
_MARK = re.compile(r"mark\d+x\d+")
_AROUND = 2  # rows or lines that a passage may have beside those with marks: names of columns


def recall(texts: Iterable[str], read: str) -> float:
    """The share of the words that went in which come out, each as often."""
    wanted, found = (Counter(_WORD.findall(text)) for text in (" ".join(texts), read))
    return sum(min(times, found[word]) for word, times in wanted.items()) / sum(wanted.values())


def places(file: Made) -> tuple[int, int]:
    """How many passages stand where they say, and how many there are with marks."""
    right = total = 0
    for passage in split(parse(file.name, file.data), file.name, lambda *_: []):
        spots = [file.marks[mark] for mark in _MARK.findall(passage.text) if mark in file.marks]
        if spots:
            total += 1
            right += _stands(passage, spots)
    return right, total


def _stands(passage: Passage, spots: list[Spot]) -> bool:
    place = passage.place
    sheet, part = (place.sheet, place.part) if place else ("", "")
    shown = {*passage.heading_path, *passage.text.split("\n")}
    for spot in spots:
        if (spot.sheet, spot.part) != (sheet, part):
            return False
        if spot.section and not any(spot.section in each for each in shown):
            return False
    numbers = [spot.number for spot in spots if spot.number is not None]
    if not numbers:
        return True
    claimed = _claimed(passage)
    if claimed is None:
        return False
    first, last = claimed
    around = 0 if passage.page or (place and place.slide) else _AROUND
    covers = first <= min(numbers) and max(numbers) <= last
    return covers and last - first <= max(numbers) - min(numbers) + around


def _claimed(passage: Passage) -> tuple[int, int] | None:
    """The pages, slides, rows or lines that the passage says it is on."""
    place = passage.place
    if place is not None and place.slide is not None:
        return place.slide, place.slide
    if place is not None and place.rows is not None:
        return place.rows
    if passage.page is not None:
        last = place.last_page if place is not None and place.last_page else passage.page
        return passage.page, last
    return passage.lines


def samples(folder: Path) -> list[tuple[Path, str]]:
    """Real files, each beside a text file of its name and `.txt` with what a person reads in it."""
    return [
        (path.with_suffix(""), path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.txt"))
        if path.with_suffix("").is_file()
    ]
