"""Files that come with questions: fetched, and read in a process with limits, or refused by name.

They count for their question alone: nothing of them is kept but the answer.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.messages import Attachment
from adapters.protocol import Archive
from knowledge import messages
from knowledge.errors import ChatUnavailable, Unreadable
from knowledge.parsing import Parse
from knowledge.threads import Lane
from knowledge.types import Attached, Language

_log = logging.getLogger(__name__)

FILES = 5
SIZE = 20 << 20
"""Bytes of one file."""
CHARACTERS = 300_000
"""Of all files of one question: what is analysed while a person waits."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The files that could be read, and a sentence for each that couldn't."""

    files: tuple[Attached, ...] = ()
    refused: tuple[str, ...] = ()


class Attachments:
    """Reads what comes with questions, one file at a time.

    Args:
        archive: of the adapter's platform.
        parse: reads a file's content; blocking.
    """

    def __init__(self, archive: Archive, parse: Parse) -> None:
        self._archive = archive
        self._parse = parse
        self._lane = Lane(1, "attachments")

    async def read(self, attachments: Sequence[Attachment], language: Language) -> Opened:
        """Fetch and read the files of one question."""
        files: list[Attached] = []
        refused: list[str] = []
        for number, attachment in enumerate(attachments, 1):
            left = CHARACTERS - sum(len(file.document.text) for file in files)
            try:
                if number > FILES:
                    raise _Refused(messages.text("talk-attachment-many", language, most=FILES))
                files.append(await self._read(attachment, left, language))
            except _Refused as refusal:
                why = str(refusal)
            except Unreadable as error:
                why = messages.describe(error, language)
            except ChatUnavailable as error:
                _log.warning("a file that came with a question could not be fetched: %s", error)
                why = messages.text("talk-attachment-gone", language)
            else:
                continue
            refused.append(messages.text("talk-attachment", language, name=attachment.name, why=why))
        return Opened(tuple(files), tuple(refused))

    async def _read(self, attachment: Attachment, characters: int, language: Language) -> Attached:
        if attachment.size > SIZE:
            raise _Refused(messages.text("talk-attachment-large", language, most=SIZE >> 20))
        data = await self._archive.file(attachment, SIZE)
        document = await self._lane.run(self._parse, attachment.name, data)
        if len(document.text) > characters:
            raise _Refused(messages.text("talk-attachment-long", language))
        return Attached(attachment.name, len(data), hashlib.sha256(data).hexdigest(), document)

    def close(self) -> None:
        """Give the thread back."""
        self._lane.close()


class _Refused(Exception):
    """A file isn't read: the sentence says why."""
