"""Restarts, broken connections, limits and failures."""

from __future__ import annotations

from pathlib import Path

from knowledge.types import Failed
from tests.fakes import FakeKnowledge
from tests.scenarios.base import QUESTION, SLOW, Base, Slow, is_whole, whole
from tests.scenarios.stage import Stage


class Trouble(Base):
    """Whatever breaks, every question is answered once."""

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

        self.play(tmp_path, scene, needs="is_durable", knowledge=knowledge)

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

        self.play(tmp_path, scene, needs="is_durable", knowledge=knowledge)

    def test_a_post_whose_answer_is_lost_isnt_made_twice(self, tmp_path: Path) -> None:
        """The message is there although the call failed: it is found and used."""

        async def scene(stage: Stage) -> None:
            stage.lose_next_post()
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            assert len(stage.seen()) == 1

        self.play(tmp_path, scene, needs="is_remote")

    def test_a_rate_limit_delays_and_loses_nothing(self, tmp_path: Path) -> None:
        """After 429 the answer comes, once."""

        async def scene(stage: Stage) -> None:
            stage.limit_next_calls()
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            assert len(stage.seen()) == 1

        self.play(tmp_path, scene, needs="is_remote")

    def test_a_lost_connection_is_made_anew(self, tmp_path: Path) -> None:
        """After the connection broke, the next question is answered."""

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            await stage.disconnect()
            await stage.say("다음 질문입니다")
            await stage.until(lambda: len(stage.seen()) == 2 and is_whole(stage.seen()[1]))

        self.play(tmp_path, scene, needs="is_remote")

    def test_a_failure_ends_in_a_sentence_with_its_id(self, tmp_path: Path) -> None:
        """A person never waits for nothing."""
        knowledge = FakeKnowledge(answers={QUESTION: (Failed("모델이 멈췄습니다.", "ab12cd34"),)})

        async def scene(stage: Stage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: stage.seen() and "ab12cd34" in stage.seen()[0].text)

        self.play(tmp_path, scene, knowledge=knowledge)
