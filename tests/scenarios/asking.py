"""How people ask, and who is answered."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.chat.limits import Limits
from knowledge.types import EVERYONE, Answer, Finished
from tests.fakes import FakeKnowledge
from tests.scenarios.base import QUESTION, Base, is_whole, whole
from tests.scenarios.stage import DIRECT, Asked, Seen, Stage


class Asking(Base):
    """Every way to ask, and nothing that is no question."""

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

        assert [question.text for question in self.play(tmp_path, scene, needs="channels").asked] == [
            QUESTION
        ]

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

        knowledge = self.play(tmp_path, scene, needs="follow_ups commands channels")
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

        (question,) = self.play(tmp_path, scene, needs="channels").asked
        assert EVERYONE not in question.audience
        assert len(question.audience) == 1

    def test_a_private_channel_is_for_those_who_read_it(self, tmp_path: Path) -> None:
        """Its documents count there and for its readers' own questions, and for nobody else's."""

        async def scene(stage: Stage) -> None:
            await stage.close_channel()
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            for number, person in enumerate(("asker", "other"), 2):
                await stage.command("ask", QUESTION, person=person, place=DIRECT)
                await stage.until(lambda number=number: len(stage.knowledge.asked) == number)

        there, reader, other = self.play(tmp_path, scene, needs="private_replies channels").asked
        (own,) = [scope for scope in there.audience if "/" in scope]
        assert EVERYONE in there.audience
        assert own in reader.audience
        assert own not in other.audience
        assert EVERYONE in other.audience

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

    def test_over_the_limit_a_person_is_told_privately(self, tmp_path: Path) -> None:
        """The question over the limit isn't answered, and the person hears when to ask again."""

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            await stage.say("또 묻습니다")
            await stage.until(lambda: stage.private() or len(stage.seen()) > 1)
            said = [*stage.private(), *stage.seen()][0 if stage.private() else -1]
            assert "뒤에 다시" in said.text

        assert len(self.play(tmp_path, scene, needs="channels", limits=Limits(per_person=1)).asked) == 1

    def test_many_people_at_once_are_each_answered_once(self, tmp_path: Path) -> None:
        """Twenty questions in a burst get twenty answers."""

        async def scene(stage: Stage) -> None:
            await asyncio.gather(*(stage.say(f"질문 {number}입니다") for number in range(20)))
            await stage.until(lambda: sum(map(is_whole, stage.seen())) == 20)
            assert len(stage.seen()) == 20

        assert len(self.play(tmp_path, scene, needs="channels").asked) == 20
