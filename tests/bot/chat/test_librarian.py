"""What the librarian decides: who may read, what was said before, limits, feedback, stopping and sharing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.messages import Notice
from adapters.protocol import Person
from bot.chat.limits import Limits
from knowledge.catalog import chats, turns
from knowledge.sources.options import Folder
from knowledge.types import Answer, Failed, Finished, Found, Scope, Token
from tests.fakes import FakeDirectory, FakeKnowledge, a_message, a_source
from tests.librarian import fill, open_knowledge
from tests.talk import a_librarian, answered, prepared

KOREAN = "휴가 규정을 알려 주세요"

pytestmark = pytest.mark.usefixtures("either_catalog")


def test_the_question_carries_its_audience_asker_and_key(tmp_path: Path) -> None:
    """Whoever answers knows who will read, who asks (as the queue's key), and a key that redelivery keeps."""
    knowledge = FakeKnowledge()
    asyncio.run(answered(a_librarian(tmp_path, knowledge), a_message()))
    (question,) = knowledge.asked
    assert question.audience == {"everyone", "slack:T1", "slack:T1/C1"}
    assert question.asker == "slack:T1/@U1"
    assert question.key == "slack:T1/C1/1700000000.000100"


def with_document(tmp_path: Path, scope: str = "everyone"):
    """A catalog that knows one document of a scope; its uri, and a source of it."""
    fill(tmp_path / "docs", {"휴가.md": "# 휴가\n\n연차는 15일입니다."})
    knowledge = open_knowledge(tmp_path / "data", Folder(tmp_path / "docs", Scope(scope)))
    knowledge.refresh()
    (document,) = knowledge.documents()
    return knowledge, a_source(uri=document.uri)


def says(source, text="연차는 15일입니다. [1]"):
    return (Found((source,)), Token(text), Finished(Answer(text, "ko", "extractive", (source,))))


def test_a_thread_remembers_what_was_said(tmp_path: Path) -> None:
    """A second question of a thread comes with the first exchange; another thread's doesn't."""
    real, source = with_document(tmp_path)
    knowledge = FakeKnowledge(answers={"처음": says(source)})

    async def scene():
        librarian = a_librarian(tmp_path, knowledge, catalog=real._parts.catalog)
        await answered(librarian, a_message("처음", message="1"))
        await answered(librarian, a_message("다음", message="2"))
        await answered(librarian, a_message("딴 얘기", message="3", thread="3"))

    asyncio.run(scene())
    histories = [[turn.question for turn in question.history] for question in knowledge.asked]
    assert histories == [[], ["처음"], []]


def test_history_is_forgotten_with_its_document(tmp_path: Path) -> None:
    """Once a document is gone, what was answered from it is neither history nor kept."""
    real, source = with_document(tmp_path)
    knowledge = FakeKnowledge(answers={"처음": says(source)})
    catalog = real._parts.catalog

    async def scene():
        librarian = a_librarian(tmp_path, knowledge, catalog=catalog)
        await answered(librarian, a_message("처음", message="1"))
        real.forget(real.documents()[0])
        await answered(librarian, a_message("다음", message="2"))

    asyncio.run(scene())
    assert knowledge.asked[-1].history == ()
    with catalog.write() as connection:
        assert turns.forget_gone(connection) >= 1
        assert turns.answer_of(connection, 1) is None


def test_history_never_crosses_an_audience(tmp_path: Path) -> None:
    """What was answered from the team's documents isn't history any more once a guest reads the channel."""
    real, source = with_document(tmp_path)
    knowledge, directory = FakeKnowledge(answers={"처음": says(source)}), FakeDirectory()

    async def scene():
        librarian = a_librarian(tmp_path, knowledge, directory, catalog=real._parts.catalog)
        await answered(librarian, a_message("처음", message="1"))
        directory.outsiders.add("C1")
        await answered(librarian, a_message("다음", message="2"))

    asyncio.run(scene())
    assert knowledge.asked[-1].history == ()


def test_an_audience_that_cant_be_looked_up_is_told(tmp_path: Path) -> None:
    """The answer says that it came from fewer documents, and why."""
    librarian = a_librarian(tmp_path, directory=FakeDirectory(unknown={"has_outsiders"}))
    _, events = asyncio.run(answered(librarian, a_message(KOREAN)))
    assert [event.text for event in events if isinstance(event, Notice)] == [
        "이 채널을 누가 보는지 확인하지 못해 이 채널의 문서에서만 찾았습니다."
    ]


def test_over_the_limit_a_person_is_told_when_to_ask_again(tmp_path: Path) -> None:
    """The question over the limit is refused with a time, and taken once, not again when redelivered."""

    async def scene():
        librarian = a_librarian(tmp_path, limits=Limits(per_person=1))
        await answered(librarian, a_message(KOREAN, message="1"))
        second = await librarian.claim(a_message(KOREAN, message="2"))
        assert second is not None
        assert "초 뒤에" in second.refusal
        await librarian.finish(second, "refused")
        assert await librarian.claim(a_message(KOREAN, message="2")) is None

    asyncio.run(scene())


def test_a_mention_without_a_question_gets_help(tmp_path: Path) -> None:
    """Only the name, or only signs, is answered with what can be asked, in the person's language."""

    async def scene():
        claim = await a_librarian(tmp_path).claim(a_message(" ?! ", locale="ko-KR"))
        assert claim is not None
        assert claim.refusal.startswith("무엇이든 물어보세요")

    asyncio.run(scene())


def test_without_words_it_speaks_the_language_of_the_person(tmp_path: Path) -> None:
    """Where a platform's message names no locale, the person's own is looked up; where it can't be, it is English."""

    async def scene():
        directory = FakeDirectory(people={"U1": Person("U1", "민지", locale="ko-KR")})
        librarian = a_librarian(tmp_path, directory=directory)
        claim = await librarian.claim(a_message("?!"))
        assert claim is not None
        assert claim.refusal.startswith("무엇이든 물어보세요")
        directory.unknown.add("person")
        claim = await librarian.claim(a_message("?!", message="2"))
        assert claim is not None
        assert "Ask" in claim.refusal

    asyncio.run(scene())


@pytest.mark.parametrize("minutes", [1, 3])
def test_a_question_is_answered_again_if_it_is_edited_within_two_minutes(
    tmp_path: Path, minutes: int
) -> None:
    """Later it is left as it was answered."""

    async def scene():
        catalog = prepared(tmp_path)
        librarian = a_librarian(tmp_path, catalog=catalog)
        await answered(librarian, a_message(KOREAN))
        with catalog.write() as connection:
            asked_at = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=minutes)
            connection.execute(chats.claims.update().values(claimed_at=asked_at))
        edited = await librarian.revise(a_message("몇 시인가요?", revision="1"))
        assert (edited is not None) == (minutes < 2)

    asyncio.run(scene())


def test_the_asker_stops_the_answer(tmp_path: Path) -> None:
    """Who asked may stop it, an admin too, and nobody else; what was written so far stays."""
    knowledge, began = FakeKnowledge(), asyncio.Event

    async def scene(person, admins=()):
        started = began()

        async def begin():
            started.set()

        knowledge.answers[KOREAN] = (Token("시작"), begin, asyncio.Event().wait)
        librarian = a_librarian(tmp_path / person, knowledge, admins=admins)
        claim = await librarian.claim(a_message(KOREAN))

        async def ask():
            return [event async for event in librarian.ask(claim)]

        asking = asyncio.create_task(ask())
        await started.wait()
        refusal = await librarian.stop(claim.id, person)
        if refusal:
            asking.cancel()
            return refusal
        return (await asking)[-1]

    for person, admins in (("U1", ()), ("U2", ("slack:T1/@U2",))):
        end = asyncio.run(scene(person, admins))
        assert isinstance(end, Finished)
        assert (end.answer.mode, end.answer.text) == ("stopped", "시작")
    assert "관리자만" in asyncio.run(scene("U3"))


def test_feedback_is_kept_with_question_and_answer(tmp_path: Path) -> None:
    """The last opinion of a person counts, with its reason, and can be read with what it is about."""
    catalog = prepared(tmp_path)

    async def scene():
        librarian = a_librarian(tmp_path, catalog=catalog)
        claim, _ = await answered(librarian, a_message(KOREAN))
        assert await librarian.feedback(claim.id, "U2", "up")
        assert await librarian.feedback(claim.id, "U2", "down", "outdated", "2024년 규정")
        assert not await librarian.feedback(999, "U2", "up")

    asyncio.run(scene())
    with catalog.read() as connection:
        (opinion,) = turns.opinions(connection)
    assert (opinion.verdict, opinion.reason, opinion.comment) == ("down", "outdated", "2024년 규정")
    assert (opinion.question, opinion.person) == (KOREAN, "slack:T1/@U2")


def test_a_private_answer_is_shared_only_with_who_may_read_its_documents(tmp_path: Path) -> None:
    """Sharing checks the channel anew: a document of the asker's own stays private."""
    for scope, allowed in (("everyone", True), ("slack:T1/@U1", False)):
        real, source = with_document(tmp_path / scope.replace("/", "-"), scope)
        knowledge = FakeKnowledge(answers={KOREAN: says(source)})

        async def scene(knowledge=knowledge, real=real):
            librarian = a_librarian(tmp_path, knowledge, catalog=real._parts.catalog)
            private = a_message(KOREAN, kind="command", is_private=True, thread="")
            claim, _ = await answered(librarian, private)
            return await librarian.share(claim.id, "C1", "U1"), await librarian.share(claim.id, "C1", "U2")

        own, others = asyncio.run(scene())
        assert bool(own.answer) == allowed
        assert bool(own.refusal) != allowed
        assert others.refusal


def test_an_answer_is_shared_once_with_a_channel(tmp_path: Path) -> None:
    """A second press says that it is there; after a failure, or in another process, it is looked for first."""
    real, source = with_document(tmp_path)
    knowledge = FakeKnowledge(answers={KOREAN: says(source)})

    async def scene():
        librarian = a_librarian(tmp_path, knowledge, catalog=real._parts.catalog)
        claim, _ = await answered(librarian, a_message(KOREAN, kind="command", is_private=True, thread=""))
        first, second = [await librarian.share(claim.id, "C1", "U1") for _ in range(2)]
        elsewhere = await librarian.share(claim.id, "C2", "U1")
        await librarian.shared(claim.id, "C1", is_there=False)
        again = await librarian.share(claim.id, "C1", "U1")
        await librarian.shared(claim.id, "C1", is_there=True)
        another = a_librarian(tmp_path, knowledge, catalog=real._parts.catalog)
        there, cut_off = [await another.share(claim.id, channel, "U1") for channel in ("C1", "C2")]
        return first, second, elsewhere, again, there, cut_off

    first, second, elsewhere, again, there, cut_off = asyncio.run(scene())
    for refused in (second, there):
        assert refused.answer is None
        assert "이미" in refused.refusal
    for given in (first, elsewhere, again, cut_off):
        assert given.answer
        assert given.key == first.key
    assert "C1" not in first.key  # other apps of the channel may read it
    assert "/" not in first.key
    assert [each.since is None for each in (first, elsewhere, again, cut_off)] == [True, True, False, False]


def test_a_thread_follows_where_the_librarian_answered(tmp_path: Path) -> None:
    """A thread with an answer needs no mention, unless the channel turned that off."""

    async def scene():
        librarian = a_librarian(tmp_path, directory=FakeDirectory(joined={"U1": {"C1"}}))
        message = a_message(KOREAN)
        assert not await librarian.follows("T1", "C1", message.thread)
        await answered(librarian, message)
        assert await librarian.follows("T1", "C1", message.thread)
        assert not await librarian.follows("T1", "C2", message.thread)
        assert not await librarian.follows("T1", "C1", "")

    asyncio.run(scene())


def test_a_question_that_keeps_killing_the_process_is_apologised_for(tmp_path: Path) -> None:
    """After several attempts the person hears that it failed, instead of another attempt."""

    async def scene():
        await a_librarian(tmp_path).claim(a_message(KOREAN))
        for _ in range(3):
            claims = await a_librarian(tmp_path).take_unfinished()
            assert len(claims) == 1
        knowledge = FakeKnowledge()
        librarian = a_librarian(tmp_path, knowledge)
        (claim,) = await librarian.take_unfinished()
        (event,) = [event async for event in librarian.ask(claim)]
        assert isinstance(event, Failed)
        assert "다시 물어봐 주세요" in event.message
        assert knowledge.asked == []

    asyncio.run(scene())


def test_a_question_is_stopped_while_it_waits_for_its_turn(tmp_path: Path) -> None:
    """Stopping before the answer began ends it at once; an answer that is over can't be stopped."""

    async def scene():
        librarian = a_librarian(tmp_path)
        claim = await librarian.claim(a_message(KOREAN))
        assert claim is not None
        assert await librarian.stop(claim.id, "U1") == ""
        events = [event async for event in librarian.ask(claim)]
        assert [event.answer.mode for event in events] == ["stopped"]
        await librarian.finish(claim, "finished")
        assert await librarian.stop(claim.id, "U1")

    asyncio.run(scene())


def test_what_is_left_for_the_next_start_is_no_running_answer(tmp_path: Path) -> None:
    """Answers that a platform's outage cut short don't count against the person for ever."""

    async def scene():
        librarian = a_librarian(tmp_path, limits=Limits(at_once=1))
        left = await librarian.claim(a_message("하나", message="1"))
        assert left is not None
        await librarian.finish(left, "left")
        following = await librarian.claim(a_message("둘", message="2"))
        assert following is not None
        assert not following.refusal
        assert len(await librarian.take_unfinished()) == 2

    asyncio.run(scene())


def test_an_answer_stands_on_the_documents_of_its_history_too(tmp_path: Path) -> None:
    """What was said of a private document may be in the next answer, so that isn't shared either."""
    real, source = with_document(tmp_path, "slack:T1/@U1")
    empty = Finished(Answer("그것은 15일입니다.", "ko", "model", ()))
    knowledge = FakeKnowledge(answers={"처음": says(source), "다음": (empty,)})

    async def scene():
        librarian = a_librarian(tmp_path, knowledge, catalog=real._parts.catalog)
        private = {"kind": "command", "is_private": True, "thread": ""}
        await answered(librarian, a_message("처음", message="1", **private))
        claim, _ = await answered(librarian, a_message("다음", message="2", **private))
        assert len(knowledge.asked[-1].history) == 1
        return await librarian.share(claim.id, "C1", "U1")

    assert asyncio.run(scene()).refusal


def test_questions_are_claimed_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    """Many at once keep their order, which is that of their answers in a thread."""

    async def scene():
        librarian = a_librarian(tmp_path)
        messages = [a_message(KOREAN, message=str(number)) for number in range(20)]
        claims = await asyncio.gather(*map(librarian.claim, messages))
        numbers = [claim.id for claim in claims if claim is not None]
        assert numbers == sorted(numbers)
        assert len(numbers) == 20

    asyncio.run(scene())
