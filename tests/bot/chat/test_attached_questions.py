"""What becomes of an answer that stands on a file which came with its question."""

from __future__ import annotations

import asyncio
from pathlib import Path

from adapters.messages import Attachment, Message, Notice
from knowledge.catalog import turns
from knowledge.types import ATTACHED, Answer, Finished, Found
from tests.fakes import FakeArchive, FakeDirectory, FakeKnowledge, a_message, a_source
from tests.talk import a_librarian, answered, prepared

ASKED = "위약금은 얼마인가요?"
FILE = Attachment("계약서.md", 60, "r")
SOURCE = a_source(uri=f"{ATTACHED}1/계약서.md", title="계약서.md")
ARCHIVE = FakeArchive({"r": "# 계약\n\n위약금은 보증금의 10%입니다.\n".encode()})


def asked(number: str, text: str = ASKED, **changes: object) -> Message:
    return a_message(text, message=number, **{"attachments": (FILE,), **changes})


def fake() -> FakeKnowledge:
    answer = Answer("위약금은 10%입니다. [1]", "ko", "extractive", (SOURCE,))
    return FakeKnowledge(answers={ASKED: (Found((SOURCE,)), Finished(answer))})


def test_a_file_that_cant_be_had_is_named(tmp_path: Path) -> None:
    """A file that comes with a question isn't ignored silently, and the question is answered."""
    message = asked("1", attachments=(Attachment("없음.pdf", 10, "x"),))
    _, events = asyncio.run(answered(a_librarian(tmp_path, fake()), message))
    assert any("없음.pdf" in event.text for event in events if isinstance(event, Notice))
    assert isinstance(events[-1], Finished)


def test_the_talk_goes_on_from_it_and_says_so(tmp_path: Path) -> None:
    """In the same thread the exchange is history, marked, so that no answer made with it is kept for others."""
    knowledge = fake()

    async def scene() -> None:
        librarian = a_librarian(tmp_path, knowledge, archive=ARCHIVE)
        await answered(librarian, asked("1"))
        await answered(librarian, asked("2", "그럼 언제요?", attachments=()))
        await answered(librarian, asked("3", "딴 얘기", thread="9", attachments=()))

    asyncio.run(scene())
    histories = [question.history for question in knowledge.asked]
    assert [[turn.is_from_attached for turn in history] for history in histories] == [[], [True], []]


def test_it_is_kept_although_no_document_has_its_text(tmp_path: Path) -> None:
    """An attached file is no document that could be gone."""
    catalog = prepared(tmp_path)
    asyncio.run(answered(a_librarian(tmp_path, fake(), catalog=catalog, archive=ARCHIVE), asked("1")))
    with catalog.write() as connection:
        assert turns.forget_gone(connection) == 0
        assert turns.answer_of(connection, 1) is not None


def test_it_is_never_shared(tmp_path: Path) -> None:
    """Who reads the channel hasn't seen the file that a private answer stands on."""

    async def scene() -> str:
        directory = FakeDirectory(joined={"U1": {"C1"}})
        librarian = a_librarian(tmp_path, fake(), directory, archive=ARCHIVE)
        claim, _ = await answered(librarian, asked("1", kind="command", is_private=True, reference="r"))
        return (await librarian.share(claim.id, "C1", "U1")).refusal

    assert "공유할 수 없습니다" in asyncio.run(scene())
