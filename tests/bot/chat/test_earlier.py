"""Where a question was answered before: only for those who may read it there."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.messages import Attachment, Before, Message
from knowledge.types import Answer, Finished
from tests.fakes import FakeArchive, FakeDirectory, FakeKnowledge, a_message
from tests.talk import a_librarian, answered

ASKED = "연차는 며칠인가요?"


def asked(number: str, text: str = ASKED, **changes: Any) -> Message:
    return a_message(text, message=number, **{"thread": number, **changes})


def pointed(
    tmp_path: Path,
    *messages: Message,
    directory: FakeDirectory | None = None,
    archive: FakeArchive | None = None,
    mode: str = "extractive",
    deleted: tuple[str, ...] = (),
) -> list[str]:
    """What each answer points at; nothing is empty. `deleted` questions go before the last is asked."""
    archive = archive or FakeArchive({"r": b"# a\n\nb"})

    async def scene() -> list[str]:
        answers = {each.text: (Finished(Answer("답", "ko", mode, ())),) for each in messages}  # type: ignore[arg-type]
        librarian = a_librarian(tmp_path, FakeKnowledge(answers=answers), directory, archive=archive)
        found: list[str] = []
        for message in messages:
            if message is messages[-1]:
                for number in deleted:
                    await librarian.retract("T1", "C1", number)
            claim, events = await answered(librarian, message)
            await librarian.placed(replace(claim, reply=f"reply-{message.message}"))
            found.append("".join(event.link for event in events if isinstance(event, Before)))
        return found

    return asyncio.run(scene())


def link(number: str, channel: str = "C1") -> str:
    return f"https://chat.example/T1/{channel}/reply-{number}"


def test_the_second_answer_points_at_the_first(tmp_path: Path) -> None:
    """In the same channel, whoever asks; the newest answer is the one that is named."""
    found = pointed(tmp_path, asked("1"), asked("2", author="U2"), asked("3"))
    assert found == ["", link("1"), link("2")]


def test_another_question_points_nowhere(tmp_path: Path) -> None:
    """What is asked is compared, not where."""
    assert pointed(tmp_path, asked("1"), asked("2", "병가는 며칠인가요?")) == ["", ""]


def test_a_channel_that_not_everyone_reads_is_not_named(tmp_path: Path) -> None:
    """An answer in a private channel stays there."""
    assert pointed(tmp_path, asked("1", channel="C2"), asked("2")) == ["", ""]


def test_a_public_channel_is_named_to_the_team(tmp_path: Path) -> None:
    """Every member of the team may read it; where outsiders read along it isn't named."""
    directory = FakeDirectory(public={"C2"})
    messages = (asked("1", channel="C2"), asked("2"))
    assert pointed(tmp_path / "a", *messages, directory=directory) == ["", link("1", "C2")]
    open_to_others = FakeDirectory(public={"C2"}, outsiders={"C1"})
    assert pointed(tmp_path / "b", *messages, directory=open_to_others) == ["", ""]


def test_in_private_a_persons_own_channels_are_named(tmp_path: Path) -> None:
    """A direct message may point at a private channel that its author reads, and at no other."""
    direct = asked("2", channel="D1", kind="direct", is_private=True, thread="")
    directory = FakeDirectory(joined={"U1": {"C2"}})
    assert pointed(tmp_path / "a", asked("1", channel="C2"), direct, directory=directory)[1]
    assert pointed(tmp_path / "b", asked("1", channel="C3"), direct, directory=directory)[1] == ""


def test_what_was_answered_in_private_is_never_named(tmp_path: Path) -> None:
    """Neither an answer for one person's eyes nor a direct message, to anybody else."""
    alone = asked("1", kind="command", is_private=True, reference="r")
    direct = asked("2", channel="D1", kind="direct", is_private=True, thread="")
    assert pointed(tmp_path, alone, direct, asked("3")) == ["", "", ""]


def test_a_question_that_was_deleted_is_not_named(tmp_path: Path) -> None:
    """Whoever deletes a question takes it back."""
    assert pointed(tmp_path, asked("1"), asked("2"), asked("3"), deleted=("2",))[2] == link("1")


def test_an_answer_that_is_gone_is_not_named(tmp_path: Path) -> None:
    """The one before it is, if it is there."""
    archive = FakeArchive(gone={"reply-2"})
    assert pointed(tmp_path, asked("1"), asked("2"), asked("3"), archive=archive)[2] == link("1")


def test_where_nobody_can_say_nothing_is_named(tmp_path: Path) -> None:
    """A directory that can't be asked costs the pointer, not the answer."""
    directory = FakeDirectory(unknown={"is_public"})
    assert pointed(tmp_path, asked("1", channel="C2"), asked("2"), directory=directory) == ["", ""]


def test_only_what_stands_alone_is_compared(tmp_path: Path) -> None:
    """A question that goes on from another, or came with a file, means something else elsewhere."""
    with_file = asked("1", attachments=(Attachment("a.md", 6, "r"),))
    follow_up = asked("3", thread="2")
    others = (asked("2", "처음"), follow_up, asked("4"))
    assert pointed(tmp_path, with_file, *others) == ["", "", "", ""]


def test_no_answer_is_no_reference(tmp_path: Path) -> None:
    """That the documents didn't say is nothing to point at."""
    assert pointed(tmp_path, asked("1"), asked("2"), mode="not_found") == ["", ""]
