"""Approved answers, over real knowledge: who may, what they see, and what becomes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.protocol import CommandCall, Person, Told
from adapters.wording import particulars
from bot.chat.librarian import Librarian
from knowledge.answer import source_of
from knowledge.service import Knowledge
from knowledge.types import EVERYONE, Finished, Scope
from tests.fakes import WRITTEN_AT, FakeDirectory, a_message
from tests.librarian import fill, open_knowledge
from tests.talk import a_librarian, answered

CHANNEL = Scope("slack:T1/C1")
ASKED = "연차는 며칠인가요?"
RIGHT = "입사 1년이 지나면 16일입니다."


class Office:
    """A librarian with an admin, and people who say what was wrong."""

    def __init__(self, folder: Path) -> None:
        fill(folder / "handbook", {"휴가.md": "# 휴가\n\n연차는 15일입니다."})
        self.knowledge: Knowledge = open_knowledge(folder / "data", folder / "handbook")
        self.knowledge.refresh()
        self.directory = FakeDirectory(joined={"U1": {"C1"}, "admin": {"C1"}})
        self.directory.people["admin"] = Person("admin", "김관리", is_admin=True)
        self.librarian: Librarian = a_librarian(
            folder / "data", self.knowledge, self.directory, catalog=self.knowledge._parts.catalog
        )
        self.numbers = iter(range(1, 100))

    def correct(self, comment: str = RIGHT, person: str = "U1", **changes: Any) -> int:
        """Somebody asks, and writes what would have been right; gives the claim."""

        async def scene() -> int:
            message = a_message(ASKED, message=str(next(self.numbers)), **changes)
            claim, events = await answered(self.librarian, message)
            assert isinstance(events[-1], Finished)
            assert await self.librarian.feedback(claim.id, person, "down", "wrong", comment)
            return claim.id

        return asyncio.run(scene())

    def say(self, argument: str = "", author: str = "admin", name: str = "approve", **changes: Any) -> Told:
        """The last that a command says."""
        values = {"platform": "slack", "team": "T1", "channel": "C1", "author": author, "locale": "ko-KR"}
        call = CommandCall(**{**values, "name": name, "argument": argument, **changes})

        async def last() -> Told:
            return [told async for told in self.librarian.command(call)][-1]

        return asyncio.run(last())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.knowledge.close()


def test_a_correction_becomes_a_source(office: Office) -> None:
    """An admin approves what a person wrote: from then on it answers the question, with who and when."""
    office.correct()
    listed = office.say()
    assert f"`1` {ASKED} → {RIGHT}" in listed.text
    assert not office.say("1").is_refusal
    best = office.knowledge.retrieve(ASKED, frozenset({EVERYONE, CHANNEL})).candidates[0]
    assert (best.document.title, best.document.scope) == (ASKED, CHANNEL)
    assert RIGHT in best.passage.text
    assert "승인된 답(김관리, " in best.passage.text
    source = source_of(best, 1, "")
    assert particulars(source, "ko", WRITTEN_AT, is_linked=False)[0] == "승인된 답"


def test_what_is_approved_waits_no_more(office: Office) -> None:
    """It leaves the list, and comes back with a newer correction of the same question."""
    office.correct()
    office.say("1")
    assert "승인을 기다리는 의견이 없습니다" in office.say().text
    office.correct("아니요, 17일입니다.")
    assert "17일" in office.say().text


def test_an_admins_own_words_are_kept(office: Office) -> None:
    """A question, a line break and the answer; another answer to it takes the place of the first."""
    office.say("주차는 되나요?\n두 대까지 됩니다.", readers="team")
    office.say("주차는 되나요\n세 대까지 됩니다.", readers="team")
    (document,) = [each for each in office.knowledge.documents() if each.scope == "slack:T1"]
    text = "\n".join(passage.text for passage in office.knowledge.passages(document))
    assert "세 대까지" in text
    assert "두 대까지" not in text


def test_an_approved_answer_is_listed_and_removed_like_a_document(office: Office) -> None:
    """By its number, by an admin; then it answers no more."""
    office.say(f"{ASKED}\n{RIGHT}")
    assert ASKED in office.say("", name="list").text
    (number,) = [each.id for each in office.knowledge.documents() if each.scope == CHANNEL]
    assert office.say(str(number), author="U1", name="remove").is_refusal
    assert not office.say(str(number), name="remove").is_refusal
    assert [each.title for each in office.knowledge.documents()] == ["휴가"]


def test_only_an_admin_approves(office: Office) -> None:
    """Anybody else hears why not, sees nothing of what others wrote, and is suggested nothing."""
    office.correct()
    refused = office.say("1", author="U1")
    assert refused.is_refusal
    assert RIGHT not in refused.text
    call = CommandCall("slack", "T1", "C1", "U1", "approve")
    assert asyncio.run(office.librarian.suggest(call)) == []
    assert asyncio.run(office.librarian.suggest(CommandCall("slack", "T1", "C1", "admin", "approve"))) != []


def test_nothing_is_shown_of_channels_that_the_admin_doesnt_read(office: Office) -> None:
    """Neither of another channel, nor of what was answered for one person's eyes."""
    office.directory.joined["U1"].add("C2")
    office.correct("남의 채널", channel="C2")
    office.correct("혼자 본 답", kind="command", is_private=True, reference="r")
    office.correct("직접 물음", channel="D1", kind="direct", is_private=True, thread="")
    assert "승인을 기다리는 의견이 없습니다" in office.say().text
    for number in ("1", "2", "3"):
        assert office.say(number).is_refusal


def test_a_correction_goes_with_its_question(office: Office) -> None:
    """Whoever deletes a question takes back what was said about it."""
    office.correct()
    asyncio.run(office.librarian.retract("T1", "C1", "1"))
    assert "승인을 기다리는 의견이 없습니다" in office.say().text
