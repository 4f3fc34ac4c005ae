"""Scanned pages to text, by Tesseract: a program of its own, which gets pictures that we have drawn."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from knowledge.errors import Unreadable
from knowledge.parsing.blocks import DocumentText
from knowledge.parsing.encoding import normalize
from knowledge.parsing.text import parse_text
from knowledge.types import ParsedDocument

LANGUAGES = ("kor", "eng")
_ASKING = 20.0  # seconds that the program may take to say what it knows


@dataclass(frozen=True, slots=True)
class Picture:
    """A page in shades of grey: `width` times `height` bytes, row by row, 255 for white."""

    width: int
    height: int
    pixels: bytes


def with_texts(document: ParsedDocument, texts: Mapping[int, str]) -> ParsedDocument:
    """A document with the texts of recognised pages, each paragraph with its page, where they belong.

    Raises:
        Unreadable: `empty`.
    """
    whole, left = DocumentText(), list(document.blocks)
    for number, text in sorted(texts.items()):
        after = next((n for n, block in enumerate(left) if (block.page or 0) > number), len(left))
        whole.document(replace(document, blocks=tuple(left[:after]), omissions=()))
        del left[:after]
        whole.page = number
        for block in parse_text(text, "").blocks if text else ():
            whole.paragraph(text[block.start : block.end])
        whole.page = None
    whole.document(replace(document, blocks=tuple(left)))
    return whole.finished(document.title)


class Tesseract:
    """Reads pictures of pages in Korean and English.

    Args:
        command: the program's path.
        seconds: that a whole document may take.
    """

    def __init__(self, command: str, seconds: float = 900.0) -> None:
        self._command = command
        self._seconds = seconds

    def lacks(self) -> list[str]:
        """The languages that it has no data for; all of them if it can't be run."""
        try:
            found = self._run(["--list-langs"], b"", _ASKING)
        except Unreadable:
            return list(LANGUAGES)
        return [language for language in LANGUAGES if language not in found.split()]

    def read(self, pages: Iterable[tuple[int, Picture]]) -> dict[int, str]:
        """The pages' texts by their numbers; those are not there for which the time was too short.

        Raises:
            Unreadable: `timed_out` (not one page could be read), `needs_ocr` (the program failed).
        """
        end = time.monotonic() + self._seconds
        texts: dict[int, str] = {}
        for number, page in pages:
            # PGM, which needs no library: "P5", the size, the largest value, the bytes.
            image = b"P5 %d %d 255\n" % (page.width, page.height) + page.pixels
            arguments = ["stdin", "stdout", "-l", "+".join(LANGUAGES)]
            try:
                texts[number] = normalize(self._run(arguments, image, end - time.monotonic())).strip()
            except Unreadable as error:
                if error.parameters["reason"] != "timed_out" or not texts:
                    raise
                break
        return texts

    def _run(self, arguments: list[str], data: bytes, seconds: float) -> str:
        try:
            # One thread: others answer questions meanwhile. It gets nothing else of the environment.
            done = subprocess.run(
                [self._command, *arguments],
                input=data,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=max(seconds, 0.0),
                env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
                check=True,
            )
        except subprocess.TimeoutExpired as error:
            raise Unreadable(reason="timed_out", detail="OCR") from error
        except (OSError, subprocess.CalledProcessError) as error:
            raise Unreadable(reason="needs_ocr", detail=type(error).__name__) from error
        return done.stdout.decode("utf-8", errors="replace")
