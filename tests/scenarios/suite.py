"""The scenarios that every platform passes, each for what it declares.

A platform's tests subclass `Scenarios` and say how to make a `Stage`. Everything goes through the platform's
real SDK to a local server that speaks its protocol.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from adapters.protocol import Capabilities
from bot.limits import Limits
from knowledge.catalog import turns
from knowledge.types import EVERYONE, Answer, Failed, Finished, Found, Replaced, Token
from tests.fakes import FakeKnowledge, a_source
from tests.scenarios.stage import DIRECT, Asked, Seen, Stage
from tests.talk import MANY

ANSWER = "연차는 15일입니다. [1]"
QUESTION = "연차는 며칠인가요?"
SLOW = "느린 질문입니다"

Scene = Callable[[Stage], Awaitable[None]]


def answer_of(text: str, mode: str = "extractive"):
    """Events that end in this answer."""
    return (Found((a_source(),)), Token(text), Finished(Answer(text, "ko", mode, (a_source(),))))  # type: ignore[arg-type]


class Slow:
    """An answer to SLOW that has begun, and ends when it is let."""

    def __init__(self, knowledge: FakeKnowledge) -> None:
        self.began, self.go = asyncio.Event(), asyncio.Event()

        async def begin() -> None:
            self.began.set()

        finished = Finished(Answer("늦은 답입니다. [1]", "ko", "extractive", (a_source(),)))
        knowledge.answers[SLOW] = (Found((a_source(),)), Token("지금까지"), begin, self.go.wait, finished)  # type: ignore[assignment]


class Scenarios:
    """One question, one answer, for the right people, whatever happens.

    A subclass says what its platform can do, and how a stage is made whose bot keeps its catalog in a folder.
    """

    capabilities: Capabilities
    stage: Callable[..., AbstractAsyncContextManager[Stage]]  # folder, knowledge, limits=

    def play(
        self,
        folder: Path,
        scene: Scene,
        *,
        needs: str = "",
        limits: Limits = MANY,
        knowledge: FakeKnowledge | None = None,
    ) -> FakeKnowledge:
        """Run a scene on a stage; skip it where the platform can't do what it needs."""
        if needs and not getattr(self.capabilities, needs):
            pytest.skip(f"{self.capabilities.platform} has no {needs}")
        knowledge = knowledge or FakeKnowledge()

        async def run() -> None:
            async with self.stage(folder, knowledge, limits=limits) as stage:
                await scene(stage)

        asyncio.run(run())
        return knowledge

    def test_a_mention_is_answered_with_sources(self, tmp_path: Path) -> None:
        """The answer, its source and the buttons stand in one message, in the question's thread."""

        async def scene(stage: Stage) -> None:
            asked = await stage.say(QUESTION)
            answer = await stage.until(lambda: whole(stage))
            assert "문서 1" in answer.text
            assert "언어 모델 없이" in answer.text
            if self.capabilities.threads:
                assert answer.thread == asked.thread
            if self.capabilities.feedback:
                assert {"up", "down"} <= answer.buttons
            assert "stop" not in answer.buttons

        knowledge = self.play(tmp_path, scene)
        (question,) = knowledge.asked
        assert question.text == QUESTION
        assert EVERYONE in question.audience

    def test_the_same_question_delivered_again_is_answered_once(self, tmp_path: Path) -> None:
        """Retries, twins and late redeliveries add nothing."""

        async def scene(stage: Stage) -> None:
            asked = await stage.say(QUESTION)
            await stage.deliver_again(asked)
            await stage.until(lambda: whole(stage))
            await stage.deliver_again(asked)
            await stage.say("마지막 질문입니다")
            await stage.until(lambda: len(stage.seen()) > 1 and is_whole(stage.seen()[-1]))
            assert len(stage.seen()) == 2

        knowledge = self.play(tmp_path, scene, needs="redelivers")
        assert len(knowledge.asked) == 2

    def test_what_names_nobody_is_left_alone(self, tmp_path: Path) -> None:
        """People talk to each other in a channel without the bot joining in."""

        async def scene(stage: Stage) -> None:
            await stage.say("점심 뭐 먹지?", mention=False)
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))

        assert [question.text for question in self.play(tmp_path, scene).asked] == [QUESTION]

    def test_a_thread_goes_on_without_a_mention(self, tmp_path: Path) -> None:
        """Where the bot answered, the next question needs no mention; what went before goes with it."""

        async def scene(stage: Stage) -> None:
            asked = await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            await stage.say("신입도 그런가요?", thread=asked.thread, mention=False, person="other")
            await stage.until(lambda: len(stage.seen()) == 2 and is_whole(stage.seen()[1]))
            assert stage.seen()[1].thread == asked.thread

        assert len(self.play(tmp_path, scene, needs="follow_ups").asked) == 2

    def test_follow_ups_can_be_turned_off(self, tmp_path: Path) -> None:
        """In a channel that wants mentions, a thread needs one too."""

        async def scene(stage: Stage) -> None:
            await stage.command("followups", "off")
            await stage.until(stage.private)
            asked = await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            await stage.say("신입도 그런가요?", thread=asked.thread, mention=False)
            await stage.say("다시 묻습니다", thread=asked.thread)
            await stage.until(lambda: len(stage.seen()) == 2 and is_whole(stage.seen()[1]))

        knowledge = self.play(tmp_path, scene, needs="follow_ups")
        assert [question.text for question in knowledge.asked] == [QUESTION, "다시 묻습니다"]

    def test_a_direct_message_needs_no_mention(self, tmp_path: Path) -> None:
        """Its answer may use what the asker alone may read."""

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION, place=DIRECT, mention=False)
            await stage.until(lambda: whole(stage, DIRECT))

        (question,) = self.play(tmp_path, scene, needs="direct").asked
        assert any("/@" in scope for scope in question.audience)

    def test_in_a_channel_with_outsiders_only_its_own_documents_count(self, tmp_path: Path) -> None:
        """What everyone may read means members: an outsider in the channel narrows the audience."""

        async def scene(stage: Stage) -> None:
            await stage.invite_outsider()
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))

        (question,) = self.play(tmp_path, scene).asked
        assert EVERYONE not in question.audience
        assert len(question.audience) == 1

    def test_what_is_found_is_seen_while_the_answer_is_made(self, tmp_path: Path) -> None:
        """The titles of the sources and the first words are there before the answer is."""
        knowledge = FakeKnowledge()

        async def scene(stage: Stage) -> None:
            slow = Slow(knowledge)
            await stage.say(SLOW)
            await stage.until(lambda: stage.seen() and "지금까지" in stage.seen()[0].text)
            assert "문서 1" in stage.seen()[0].text
            slow.go.set()
            await stage.until(lambda: "늦은 답" in stage.seen()[0].text)
            assert "지금까지" not in stage.seen()[0].text

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_the_asker_stops_an_answer(self, tmp_path: Path) -> None:
        """The stop button ends it, for the asker; somebody else hears that they can't."""
        knowledge = FakeKnowledge()

        async def scene(stage: Stage) -> None:
            slow = Slow(knowledge)
            await stage.say(SLOW)
            await slow.began.wait()
            await stage.until(lambda: stage.seen() and "stop" in stage.seen()[0].buttons)
            await stage.click(stage.seen()[0], "stop", person="other")
            await stage.until(lambda: stage.private("other"))
            await stage.click(stage.seen()[0], "stop")
            await stage.until(lambda: "멈췄습니다" in stage.seen()[0].text)
            assert "지금까지" in stage.seen()[0].text

        self.play(tmp_path, scene, needs="stops", knowledge=knowledge)

    def test_an_edited_question_is_answered_again_in_place(self, tmp_path: Path) -> None:
        """The first answer makes way for the second, in the same message."""
        knowledge = FakeKnowledge(answers={"고친 질문입니다": answer_of("고친 답입니다. [1]")})

        async def scene(stage: Stage) -> None:
            asked = await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            await stage.edit(asked, "고친 질문입니다")
            await stage.until(lambda: "고친 답" in stage.seen()[0].text)
            assert len(stage.seen()) == 1

        self.play(tmp_path, scene, needs="edits", knowledge=knowledge)

    def test_a_deleted_question_stops_the_work(self, tmp_path: Path) -> None:
        """The answer that was being made goes with its question."""
        knowledge = FakeKnowledge()

        async def scene(stage: Stage) -> None:
            slow = Slow(knowledge)
            asked = await stage.say(SLOW)
            await slow.began.wait()
            await stage.delete(asked)
            await stage.until(lambda: not stage.seen())

        self.play(tmp_path, scene, needs="deletions", knowledge=knowledge)

    def test_feedback_is_kept_with_its_reason(self, tmp_path: Path) -> None:
        """A thumb down asks why, and the reason is kept with question and answer."""

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            answer = await stage.until(lambda: whole(stage))
            await stage.click(answer, "down", person="other")
            await stage.give_reason("outdated", "작년 규정입니다")
            await stage.click(answer, "up")
            await stage.until(stage.private)
            with stage.process.librarian._memory._catalog.read() as connection:  # type: ignore[attr-defined]
                found = {opinion.verdict: opinion for opinion in turns.opinions(connection)}
            assert found["down"].reason == "outdated"
            assert found["down"].comment == "작년 규정입니다"
            assert found["up"].question == QUESTION

        self.play(tmp_path, scene, needs="feedback")

    def test_an_admin_approves_what_a_person_wrote(self, tmp_path: Path) -> None:
        """What somebody wrote under an answer waits for an admin, who makes a document of it."""

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            answer = await stage.until(lambda: whole(stage))
            await stage.click(answer, "down", person="other")
            await stage.give_reason("wrong", "16일이 맞습니다")
            await stage.command("approve", person="other")
            await stage.until(lambda: "관리자만" in stage.private("other")[-1].text)
            await stage.command("approve", person="admin")
            number = await stage.until(
                lambda: [
                    found[1]
                    for seen in stage.private("admin")
                    if (found := re.search(r"(\d+)\W+연차.*16일이 맞습니다", seen.text))
                ]
            )
            await stage.command("approve", number[0], person="admin")
            await stage.until(lambda: "받아 두었지만" in stage.private("admin")[-1].text)
            (approved,) = (tmp_path / "uploads").glob("*/approved-*.md")
            assert "16일이 맞습니다" in approved.read_text(encoding="utf-8")

        self.play(tmp_path, scene, needs="feedback")

    def test_a_private_answer_is_for_the_asker_and_can_be_shared(self, tmp_path: Path) -> None:
        """`/ask` answers where nobody else sees it; sharing it posts it for everyone."""
        empty = Finished(Answer("문서와 상관없는 답입니다.", "ko", "extractive", ()))
        knowledge = FakeKnowledge(answers={QUESTION: (empty,)})

        async def scene(stage: Stage) -> None:
            await stage.command("ask", QUESTION)
            await stage.until(lambda: stage.private() and "share" in stage.private()[-1].buttons)
            assert stage.seen() == []
            assert stage.private("other") == []
            await stage.click(stage.private()[-1], "share")
            await stage.until(stage.seen)
            assert "상관없는 답" in stage.seen()[0].text

        self.play(tmp_path, scene, needs="private_replies", knowledge=knowledge)

    def test_a_private_answer_from_a_document_that_is_gone_isnt_shared(self, tmp_path: Path) -> None:
        """Sharing checks anew whether everyone in the channel may read what the answer stands on."""

        async def scene(stage: Stage) -> None:
            await stage.command("ask", QUESTION)
            await stage.until(lambda: stage.private() and "share" in stage.private()[-1].buttons)
            before = len(stage.private())
            await stage.click(stage.private()[-1], "share")
            await stage.until(lambda: len(stage.private()) > before)
            assert "공유할 수 없습니다" in stage.private()[-1].text
            assert stage.seen() == []

        self.play(tmp_path, scene, needs="private_replies")

    def test_an_answer_points_at_the_one_before(self, tmp_path: Path) -> None:
        """Asked again in the same channel, it says where it was answered; never where that was deleted."""
        answer = Finished(Answer("문서와 상관없는 답입니다.", "ko", "extractive", ()))
        knowledge = FakeKnowledge(answers={QUESTION: (answer,)})
        said = "전에도 같은 질문에 답했습니다"

        async def scene(stage: Stage) -> None:
            known: list[str] = []

            async def ask() -> tuple[Asked, Seen]:
                asked = await stage.say(QUESTION)
                answered = await stage.until(
                    lambda: [seen for seen in stage.seen() if "up" in seen.buttons and seen.id not in known]
                )
                known.extend(seen.id for seen in answered)
                return asked, answered[-1]

            first, before = await ask()
            second, after = await ask()
            assert said not in before.text
            assert said in after.text
            assert before.id.replace(".", "") in after.text
            await stage.delete(first)
            await stage.delete(second)
            _, last = await ask()
            assert said not in last.text

        self.play(tmp_path, scene, needs="redelivers", knowledge=knowledge)

    def test_an_attached_file_is_read_for_its_question(self, tmp_path: Path) -> None:
        """What can be read goes with the question; what can't is named, with the reason."""
        files = {
            "회의록.md": "# 회의록\n\n마감은 금요일입니다.\n".encode(),
            "사진.png": b"\x89PNG\r\n\x1a\n0000",
        }

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION, files=files)
            answer = await stage.until(lambda: whole(stage))
            assert "사진.png 파일은 쓰지 않았습니다" in answer.text
            assert "회의록.md" not in answer.text
            await stage.say("마지막 질문입니다")
            await stage.until(lambda: len(stage.seen()) == 2 and is_whole(stage.seen()[1]))

        first, second = self.play(tmp_path, scene, needs="attachments").asked
        (attached,) = first.attachments
        assert (attached.name, attached.document.title) == ("회의록.md", "회의록")
        assert "마감은 금요일입니다." in attached.document.text
        assert second.attachments == ()

    def test_a_file_without_a_question_is_asked_about(self, tmp_path: Path) -> None:
        """The person hears that the question is missing; no answer is made of nothing."""

        async def scene(stage: Stage) -> None:
            await stage.say("", files={"회의록.md": "# 회의록".encode()})
            await stage.until(lambda: stage.private() or stage.seen())
            assert "회의록.md 파일에서 무엇을" in [*stage.private(), *stage.seen()][0].text

        assert self.play(tmp_path, scene, needs="attachments").asked == []

    def test_a_command_is_answered_privately(self, tmp_path: Path) -> None:
        """`/docs help` lists the commands, for whoever asks."""

        async def scene(stage: Stage) -> None:
            await stage.command("help")
            await stage.until(stage.private)
            assert "reindex" in stage.private()[0].text
            await stage.command("reindex", person="other")
            await stage.until(lambda: stage.private("other"))
            assert "관리자" in stage.private("other")[-1].text
            assert stage.seen() == []

        self.play(tmp_path, scene, needs="commands")

    def test_over_the_limit_a_person_is_told_privately(self, tmp_path: Path) -> None:
        """The question over the limit isn't answered, and the person hears when to ask again."""

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            await stage.say("또 묻습니다")
            await stage.until(lambda: stage.private() or len(stage.seen()) > 1)
            said = [*stage.private(), *stage.seen()][0 if stage.private() else -1]
            assert "뒤에 다시" in said.text

        assert len(self.play(tmp_path, scene, limits=Limits(per_person=1)).asked) == 1

    def test_a_restart_in_the_middle_answers_once(self, tmp_path: Path) -> None:
        """What was claimed and not answered is answered after the restart, in the message that was there."""
        knowledge = FakeKnowledge()

        async def scene(stage: Stage) -> None:
            slow = Slow(knowledge)
            asked = await stage.say(SLOW)
            await slow.began.wait()
            await stage.until(stage.seen)
            slow.go.set()
            await stage.restart()
            if self.capabilities.redelivers:
                await stage.deliver_again(asked)
            await stage.until(lambda: "늦은 답" in stage.seen()[0].text)
            assert len(stage.seen()) == 1

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_an_answer_that_a_stop_cuts_short_is_announced(self, tmp_path: Path) -> None:
        """In the message that was there stands that it follows, until the next start puts it there."""
        knowledge = FakeKnowledge()

        async def scene(stage: Stage) -> None:
            slow = Slow(knowledge)
            await stage.say(SLOW)
            await slow.began.wait()
            await stage.until(stage.seen)
            await stage.process.end()
            (seen,) = stage.seen()
            assert "다시 시작하는 중" in seen.text
            slow.go.set()
            stage.process.start()
            await stage.until(lambda: "늦은 답" in stage.seen()[0].text)
            assert len(stage.seen()) == 1
            assert "다시 시작하는 중" not in stage.seen()[0].text

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_a_post_whose_answer_is_lost_isnt_made_twice(self, tmp_path: Path) -> None:
        """The message is there although the call failed: it is found and used."""

        async def scene(stage: Stage) -> None:
            stage.lose_next_post()
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            assert len(stage.seen()) == 1

        self.play(tmp_path, scene)

    def test_a_rate_limit_delays_and_loses_nothing(self, tmp_path: Path) -> None:
        """After 429 the answer comes, once."""

        async def scene(stage: Stage) -> None:
            stage.limit_next_calls()
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            assert len(stage.seen()) == 1

        self.play(tmp_path, scene)

    def test_a_lost_connection_is_made_anew(self, tmp_path: Path) -> None:
        """After the connection broke, the next question is answered."""

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            await stage.disconnect()
            await stage.say("다음 질문입니다")
            await stage.until(lambda: len(stage.seen()) == 2 and is_whole(stage.seen()[1]))

        self.play(tmp_path, scene)

    def test_a_failure_ends_in_a_sentence_with_its_id(self, tmp_path: Path) -> None:
        """A person never waits for nothing."""
        knowledge = FakeKnowledge(answers={QUESTION: (Failed("모델이 멈췄습니다.", "ab12cd34"),)})

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: stage.seen() and "ab12cd34" in stage.seen()[0].text)

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_what_was_withdrawn_is_gone(self, tmp_path: Path) -> None:
        """A replaced text stands nowhere in the answer."""
        finished = Finished(Answer("옳은 답입니다. [1]", "ko", "model", (a_source(),)))
        events = (Token("그른 답"), Replaced("옳은", "regenerated"), finished)
        knowledge = FakeKnowledge(answers={QUESTION: events})

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: stage.seen() and "옳은 답입니다" in stage.seen()[0].text)
            assert "그른" not in stage.seen()[0].text

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_no_document_pings_anyone_or_hides_a_link(self, tmp_path: Path) -> None:
        """Whatever an answer quotes, nobody is notified and nothing can be clicked that isn't a source."""
        evil = (
            "@here @everyone <!channel> <@U2> <https://evil.example|click> [여기](https://evil.example) [1]"
        )
        knowledge = FakeKnowledge(answers={QUESTION: answer_of(evil)})

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: stage.seen() and "evil.example" in stage.seen()[0].text)
            assert stage.alive() == []  # type: ignore[attr-defined]

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_a_long_answer_is_whole(self, tmp_path: Path) -> None:
        """An answer beyond every limit arrives whole, in order, in as many messages as it takes."""
        lines = [f"{number}번째 줄입니다." for number in range(2500)]
        knowledge = FakeKnowledge(answers={QUESTION: answer_of("\n".join(lines))})

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(
                lambda: (
                    lines[-1] in "".join(seen.text for seen in stage.seen()[-1:])
                    and not any("stop" in seen.buttons for seen in stage.seen())
                )
            )
            shown = "\n".join(seen.text for seen in stage.seen())
            places = [shown.find(line) for line in lines]
            assert -1 not in places
            assert places == sorted(places)

        self.play(tmp_path, scene, knowledge=knowledge)

    def test_many_people_at_once_are_each_answered_once(self, tmp_path: Path) -> None:
        """Twenty questions in a burst get twenty answers."""

        async def scene(stage: Stage) -> None:
            await asyncio.gather(*(stage.say(f"질문 {number}입니다") for number in range(20)))
            await stage.until(lambda: sum(map(is_whole, stage.seen())) == 20)
            assert len(stage.seen()) == 20

        assert len(self.play(tmp_path, scene).asked) == 20


def is_whole(seen: Seen) -> bool:
    """Whether this is a finished answer."""
    return ANSWER in seen.text and "stop" not in seen.buttons and "언어 모델 없이" in seen.text


def whole(stage: Stage, place: str = "channel") -> Seen | None:
    """The first message of the bot, once it is a finished answer."""
    seen = stage.seen(place)
    return seen[0] if seen and is_whole(seen[0]) else None
