"""Files that come with questions: which are read, and what is said of the others."""

from __future__ import annotations

import asyncio

from adapters.messages import Attachment
from bot.chat.attachments import CHARACTERS, FILES, SIZE, Attachments, Opened
from knowledge.errors import Unreadable
from knowledge.parsing import parse
from knowledge.types import Block, ParsedDocument
from tests.fakes import FakeArchive

RULES = "# 규정\n\n연차는 15일입니다.\n".encode()


def read(archive: FakeArchive, *attachments: Attachment, parse=parse) -> Opened:
    async def scene() -> Opened:
        reader = Attachments(archive, parse)
        try:
            return await reader.read(attachments, "ko")
        finally:
            reader.close()

    return asyncio.run(scene())


def test_a_file_is_read_with_its_name_and_hash() -> None:
    """What is read goes with the question as the parsers give it."""
    opened = read(FakeArchive({"r": RULES}), Attachment("규정.md", len(RULES), "r"))
    (file,) = opened.files
    assert (file.name, file.size, len(file.content_hash)) == ("규정.md", len(RULES), 64)
    assert "연차는 15일입니다." in file.document.text
    assert opened.refused == ()


def test_each_file_that_cant_be_used_is_named_with_its_reason() -> None:
    """Gone, unreadable and too large: the others are read all the same."""

    def reader(name: str, data: bytes) -> ParsedDocument:
        if name == "암호.pdf":
            raise Unreadable(reason="encrypted", detail="")
        return parse(name, data)

    archive = FakeArchive({"r": RULES, "locked": b"%PDF-"})
    opened = read(
        archive,
        Attachment("없음.md", 1, "nowhere"),
        Attachment("암호.pdf", 5, "locked"),
        Attachment("큰것.zip", SIZE + 1, "large"),
        Attachment("규정.md", len(RULES), "r"),
        parse=reader,
    )
    assert [file.name for file in opened.files] == ["규정.md"]
    gone, locked, large = opened.refused
    assert gone.startswith("없음.md")
    assert "받아 오지 못했습니다" in gone
    assert locked.startswith("암호.pdf")
    assert large.startswith("큰것.zip")
    assert "20 MiB" in large
    assert "large" not in archive.fetched


def test_more_files_than_are_read_are_named() -> None:
    """The first ones are read."""
    attachments = [Attachment(f"{number}.md", len(RULES), "r") for number in range(FILES + 2)]
    opened = read(FakeArchive({"r": RULES}), *attachments)
    assert len(opened.files) == FILES
    assert [sentence.split()[0] for sentence in opened.refused] == ["5.md", "6.md"]


def test_all_files_of_a_question_share_a_limit_of_text() -> None:
    """What would take too long to analyse while a person waits is refused, and a shorter one still read."""

    def reader(name: str, _: bytes) -> ParsedDocument:
        text = "가" * (CHARACTERS // 2 + 1 if name != "short" else 10)
        return ParsedDocument(name, text, (Block("paragraph", 0, len(text)),))

    archive = FakeArchive({"r": b"x"})
    opened = read(archive, *(Attachment(name, 1, "r") for name in ("one", "two", "short")), parse=reader)
    assert [file.name for file in opened.files] == ["one", "short"]
    assert "two" in opened.refused[0]
