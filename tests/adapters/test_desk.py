"""One question, one answer: from the claim to the last edit, whatever happens in between."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from knowledge.errors import ChatUnavailable, StorageFull
from knowledge.types import Answer, Finished, Found, Token
from tests.fakes import FakeKnowledge, a_message, a_source
from tests.talk import FakeSurface, a_desk, a_librarian

ANSWER = "연차는 15일입니다. [1]"


def unreachable() -> ChatUnavailable:
    return ChatUnavailable(platform="Slack", reason="unreachable")


class Hanging:
    """An answer that shows one word, then waits until `go` is set."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.began = asyncio.Event()

    def events(self, answer: str = "끝"):
        async def begin():
            self.began.set()

        finished = Finished(Answer(answer, "ko", "extractive", (a_source(),)))
        return (Found((a_source(),)), Token("시작"), begin, self.go.wait, finished)


def test_a_question_gets_one_answer(tmp_path: Path) -> None:
    """The placeholder becomes the answer, in one message."""

    async def scene():
        surface = FakeSurface()
        desk = a_desk(a_librarian(tmp_path), surface)
        assert await desk.receive(a_message())
        await desk.settle()
        assert surface.answers == [ANSWER]
        assert surface.posts["reply 1"][0].waiting == "문서를 찾는 중…"

    asyncio.run(scene())


def test_a_question_that_comes_again_is_answered_once(tmp_path: Path) -> None:
    """Redeliveries, at the same time or after the answer, add nothing."""

    async def scene():
        surface = FakeSurface()
        desk = a_desk(a_librarian(tmp_path), surface)
        taken = await asyncio.gather(*(desk.receive(a_message()) for _ in range(8)))
        await desk.settle()
        assert not await desk.receive(a_message())
        assert sum(taken) == 1
        assert surface.answers == [ANSWER]

    asyncio.run(scene())


def test_a_question_survives_a_restart(tmp_path: Path) -> None:
    """What was claimed and not answered is answered by the next process, in the message that was there."""

    async def scene():
        knowledge, waits, surface = FakeKnowledge(), Hanging(), FakeSurface()
        knowledge.answers["언제?"] = waits.events()
        desk = a_desk(a_librarian(tmp_path, knowledge), surface)
        await desk.receive(a_message("언제?"))
        await waits.began.wait()
        await desk.close()
        again = a_desk(a_librarian(tmp_path), surface)
        assert await resumed(again) == 1
        assert not await again.receive(a_message("언제?"))
        await again.settle()
        assert surface.answers == [ANSWER]
        assert await resumed(a_desk(a_librarian(tmp_path), surface)) == 0

    asyncio.run(scene())


def test_a_stop_while_the_end_is_noted_leaves_the_answer(tmp_path: Path) -> None:
    """The answer stands there, and may have been noted as done: nothing is announced over it, and it isn't lost."""

    async def scene():
        surface, librarian = FakeSurface(), a_librarian(tmp_path, closing_seconds=0)
        noting, note = asyncio.Event(), librarian.finish

        async def note_slowly(*given):
            await note(*given)
            noting.set()
            await asyncio.Event().wait()

        librarian.finish = note_slowly
        desk = a_desk(librarian, surface)
        await desk.receive(a_message())
        await noting.wait()
        await desk.close()
        assert surface.answers == [ANSWER]
        assert await resumed(a_desk(a_librarian(tmp_path), surface)) == 0

    asyncio.run(scene())


def test_a_post_whose_acknowledgement_was_lost_isnt_made_twice(tmp_path: Path) -> None:
    """After an error the message is looked for before another is posted."""

    async def scene():
        surface = FakeSurface(lost_posts=[unreachable()])
        desk = a_desk(a_librarian(tmp_path), surface)
        await desk.receive(a_message())
        await desk.settle()
        assert surface.answers == [ANSWER]

    asyncio.run(scene())


def test_a_platform_that_comes_back_gets_the_answer(tmp_path: Path) -> None:
    """An answer that can't be shown is tried again."""

    async def scene():
        surface = FakeSurface(failures={"finish": [unreachable(), unreachable()]})
        desk = a_desk(a_librarian(tmp_path), surface)
        await desk.receive(a_message())
        await desk.settle()
        assert surface.answers == [ANSWER]

    asyncio.run(scene())


def test_a_platform_that_stays_away_leaves_the_question_for_the_next_start(tmp_path: Path) -> None:
    """A claim that couldn't be answered isn't counted as answered."""

    async def scene():
        surface = FakeSurface(failures={"finish": [unreachable() for _ in range(9)]})
        desk = a_desk(a_librarian(tmp_path), surface)
        await desk.receive(a_message())
        await desk.settle()
        surface.failures.clear()
        again = a_desk(a_librarian(tmp_path), surface)
        assert await resumed(again) == 1
        await again.settle()
        assert surface.answers == [ANSWER]

    asyncio.run(scene())


@pytest.mark.parametrize("method", ["finish", "open"])
def test_an_unexpected_error_ends_in_a_sentence(tmp_path: Path, method: str) -> None:
    """A bug costs an answer, not a silence: the person gets a sentence with an id."""

    async def scene():
        surface = FakeSurface(failures={method: [ValueError("bug")]})
        desk = a_desk(a_librarian(tmp_path), surface)
        await desk.receive(a_message())
        await desk.settle()
        said = [*surface.answers, *(sentence for _, sentence in surface.whispers)]
        assert any("예상하지 못한 문제" in sentence for sentence in said)

    asyncio.run(scene())


def test_an_edited_question_is_answered_again_in_place(tmp_path: Path) -> None:
    """An edit while the first answer is being made ends that, and the new one takes its message."""

    async def scene():
        knowledge, waits, surface = FakeKnowledge(), Hanging(), FakeSurface()
        knowledge.answers["언제?"] = waits.events()
        desk = a_desk(a_librarian(tmp_path, knowledge), surface)
        await desk.receive(a_message("언제?"))
        await waits.began.wait()
        edited = a_message("몇 시?", revision="1700000050.000000")
        assert await desk.revise(edited)
        assert not await desk.revise(edited)
        await desk.settle()
        assert surface.answers == [ANSWER]
        assert [question.text for question in knowledge.asked] == ["언제?", "몇 시?"]

    asyncio.run(scene())


def test_a_preview_that_appears_is_no_edit(tmp_path: Path) -> None:
    """A change that leaves the text as it was is not answered again, before the answer or after it."""

    async def scene():
        surface = FakeSurface()
        desk = a_desk(a_librarian(tmp_path), surface)
        await desk.receive(a_message())
        assert not await desk.revise(a_message(revision="1700000050.000000"))
        await desk.settle()
        assert not await desk.revise(a_message(revision="1700000060.000000"))
        assert not await desk.revise(a_message("never asked", message="9", revision="1"))

    asyncio.run(scene())


def test_a_deleted_question_stops_the_work(tmp_path: Path) -> None:
    """The answer that was being made ends, and its message goes."""

    async def scene():
        knowledge, waits, surface = FakeKnowledge(), Hanging(), FakeSurface()
        knowledge.answers["언제?"] = waits.events()
        desk = a_desk(a_librarian(tmp_path, knowledge), surface)
        await desk.receive(a_message("언제?"))
        await waits.began.wait()
        assert await desk.retract("T1", "C1", a_message().message)
        await desk.settle()
        assert surface.withdrawn == ["reply 1"]
        assert await resumed(a_desk(a_librarian(tmp_path), surface)) == 0

    asyncio.run(scene())


def test_answers_of_one_thread_come_in_the_order_of_their_questions(tmp_path: Path) -> None:
    """A question waits, visibly, for the one before it in its thread, and for no other."""

    async def scene():
        knowledge, waits, surface = FakeKnowledge(), Hanging(), FakeSurface()
        elsewhere = Hanging()
        knowledge.answers["느린 질문"] = waits.events("느린 답")
        knowledge.answers["다른 곳"] = elsewhere.events("다른 답")
        desk = a_desk(a_librarian(tmp_path, knowledge), surface)
        await desk.receive(a_message("느린 질문", message="1"))
        await desk.receive(a_message("다음 질문", message="2"))
        await desk.receive(a_message("다른 곳", message="3", thread="other"))
        await asyncio.gather(waits.began.wait(), elsewhere.began.wait())
        assert {question.text for question in knowledge.asked} == {"느린 질문", "다른 곳"}
        elsewhere.go.set()
        waits.go.set()
        await desk.settle()
        assert knowledge.asked[-1].text == "다음 질문"
        assert sorted(surface.answers) == sorted(["느린 답", "다른 답", ANSWER])

    asyncio.run(scene())


def test_what_was_found_is_shown_before_the_answer(tmp_path: Path) -> None:
    """While the model works, the titles of the sources are there."""

    async def scene():
        knowledge, waits, surface = FakeKnowledge(), Hanging(), FakeSurface()
        knowledge.answers["언제?"] = waits.events()
        shown = asyncio.Event()
        surface.on_show = lambda view: shown.set() if view.text else None
        desk = a_desk(a_librarian(tmp_path, knowledge), surface)
        await desk.receive(a_message("언제?"))
        await shown.wait()
        view = surface.posts["reply 1"][-1]
        assert (view.text, view.waiting) == ("시작", "문서 1개를 찾았습니다: 문서 1")
        waits.go.set()
        await desk.settle()
        assert surface.answers == ["끝"]

    asyncio.run(scene())


async def resumed(desk) -> int:
    """Take up what was left behind; how many questions that were."""
    left_behind = await desk.left_behind()
    desk.resume(left_behind)
    return len(left_behind)


RESTARTING = "Saseo를 다시 시작하는 중입니다. 질문은 남아 있고, 답은 여기에 이어집니다."


def all_begun(surface: FakeSurface, count: int) -> asyncio.Event:
    """Is set when so many posts show some text."""
    begun = asyncio.Event()

    def look(_view) -> None:
        if sum(bool(shown[-1].text) for shown in surface.posts.values()) == count:
            begun.set()

    surface.on_show = look
    return begun


def test_a_stop_waits_for_running_answers(tmp_path: Path) -> None:
    """Answers that end within the time are finished as always, and nothing is left for the next start."""

    async def scene():
        knowledge, waits, surface = FakeKnowledge(), Hanging(), FakeSurface()
        knowledge.answers["언제?"] = waits.events("답")
        desk = a_desk(a_librarian(tmp_path, knowledge, closing_seconds=600), surface)
        await desk.receive(a_message("언제?"))
        await waits.began.wait()
        closing = asyncio.create_task(desk.close())
        waits.go.set()
        await closing
        assert surface.answers == ["답"]
        assert await resumed(a_desk(a_librarian(tmp_path), surface)) == 0

    asyncio.run(scene())


def test_a_stop_says_of_the_rest_that_it_follows(tmp_path: Path) -> None:
    """Ten answers under way: each is finished or announced, and after the restart each stands there once."""

    async def scene():
        knowledge, quick, stuck, surface = FakeKnowledge(), Hanging(), Hanging(), FakeSurface()
        for number in range(10):
            waits = stuck if number % 2 else quick
            knowledge.answers[f"질문 {number}?"] = waits.events(f"답 {number}")
        desk = a_desk(a_librarian(tmp_path, knowledge, closing_seconds=0.5), surface)
        begun = all_begun(surface, 10)
        for number in range(10):
            await desk.receive(a_message(f"질문 {number}?", message=str(number), thread=str(number)))
        await begun.wait()
        quick.go.set()
        await desk.close()
        assert not desk._running
        last = [shown[-1] for shown in surface.posts.values()]
        announced = [view for view in last if view.end is None]
        assert len(announced) >= 5
        assert {view.waiting for view in announced} == {RESTARTING}

        stuck.go.set()
        again = a_desk(a_librarian(tmp_path, knowledge), surface)
        assert await resumed(again) == len(announced)
        await again.settle()
        assert sorted(surface.answers) == [f"답 {number}" for number in range(10)]
        assert len(knowledge.asked) == 10 + len(announced)

    asyncio.run(scene())


def test_what_arrives_during_a_stop_is_kept_for_the_next_start(tmp_path: Path) -> None:
    """It is claimed, so that it isn't lost, and answered by the next process alone."""

    async def scene():
        surface = FakeSurface()
        desk = a_desk(a_librarian(tmp_path), surface)
        await desk.close()
        assert await desk.receive(a_message())
        await desk.settle()
        assert not surface.posts
        again = a_desk(a_librarian(tmp_path), surface)
        assert await resumed(again) == 1
        await again.settle()
        assert surface.answers == [ANSWER]

    asyncio.run(scene())


def test_a_platform_that_is_away_does_not_hold_up_a_stop(tmp_path: Path) -> None:
    """That nothing can be said under an answer is noted, and the next start gives it all the same."""

    async def scene():
        knowledge, stuck, surface = FakeKnowledge(), Hanging(), FakeSurface()
        knowledge.answers["언제?"] = stuck.events()
        desk = a_desk(a_librarian(tmp_path, knowledge), surface)
        await desk.receive(a_message("언제?"))
        await stuck.began.wait()
        surface.failures["show"] = [ChatUnavailable(platform="Slack", reason="unreachable")] * 3
        await desk.close()
        again = a_desk(a_librarian(tmp_path), surface)
        surface.failures.clear()
        assert await resumed(again) == 1
        await again.settle()
        assert surface.answers == [ANSWER]

    asyncio.run(scene())


@pytest.mark.parametrize("turned", [False, True])
def test_two_edits_at_once_are_answered_once(tmp_path: Path, *, turned: bool) -> None:
    """The last edit's answer stands there, and no other is being made."""

    async def scene():
        knowledge, surface = FakeKnowledge(), FakeSurface()
        waits = Hanging()
        knowledge.answers["언제?"] = waits.events()
        for name in ("가?", "나?"):
            knowledge.answers[name] = Hanging().events(name)
        desk = a_desk(a_librarian(tmp_path, knowledge), surface)
        await desk.receive(a_message("언제?"))
        await waits.began.wait()
        edits = [a_message("가?", revision="1700000050"), a_message("나?", revision="1700000060")]
        await asyncio.gather(*(desk.revise(each) for each in (reversed(edits) if turned else edits)))
        alive = [task for task in asyncio.all_tasks() if task.get_name().startswith("answer ")]
        assert len(alive) == 1
        (running,) = desk._running.values()
        assert running.claim.message.text == "나?"
        await desk.close()

    asyncio.run(scene())


def test_an_answer_stands_though_it_cant_be_noted(tmp_path: Path) -> None:
    """When the catalog fails after the answer was shown, the answer isn't replaced by an apology."""

    async def scene():
        surface = FakeSurface()
        librarian = a_librarian(tmp_path)

        async def finish(*_: object) -> None:
            raise StorageFull(path="catalog.sqlite")

        librarian.finish = finish  # type: ignore[method-assign]
        desk = a_desk(librarian, surface)
        await desk.receive(a_message())
        await desk.settle()
        assert surface.answers == [ANSWER]
        assert surface.whispers == []

    asyncio.run(scene())
