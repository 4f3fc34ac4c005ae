"""Mentions, previews, buttons, and answers for one person."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from knowledge.catalog import turns
from knowledge.types import Answer, Finished
from tests.adapters.discord.scenes import (
    is_answered,
    play,
    use_menu,
)
from tests.adapters.discord.stage import DiscordStage
from tests.adapters.discord.world import BOT, BOT_ROLE, GENERAL
from tests.fakes import FakeKnowledge, a_source
from tests.scenarios.base import ANSWER, QUESTION, SLOW, Slow, answer_of, is_whole, whole
from tests.scenarios.stage import DIRECT


class TestMessages:
    """How questions reach the bot."""

    def test_the_bots_role_is_a_mention_too(self, tmp_path: Path) -> None:
        """People pick the role of the same name from Discord's list."""

        async def scene(stage: DiscordStage) -> None:
            await stage.say(f"<@&{BOT_ROLE}> {QUESTION}", mention=False)
            await stage.until(lambda: whole(stage))

        assert [question.text for question in play(tmp_path, scene).asked] == [QUESTION]

    def test_a_mention_that_replies_asks_what_it_replies_to(self, tmp_path: Path) -> None:
        """A bare mention under somebody's question is that question."""

        async def scene(stage: DiscordStage) -> None:
            question = stage.discord.world.say("12", GENERAL, QUESTION)
            reply = stage.discord.world.say("11", GENERAL, f"<@{BOT}>", reply_to=question)
            await stage.discord.dispatch("MESSAGE_CREATE", stage.discord.world.delivered(reply))
            await stage.until(lambda: whole(stage))

        assert [question.text for question in play(tmp_path, scene).asked] == [QUESTION]

    def test_bots_are_left_alone(self, tmp_path: Path) -> None:
        """Another bot that mentions it isn't answered, so two can't talk for ever."""

        async def scene(stage: DiscordStage) -> None:
            stage.discord.world.add_user("99", "OtherBot", bot=True)
            message = stage.discord.world.say("99", GENERAL, f"<@{BOT}> 안녕?")
            await stage.discord.dispatch("MESSAGE_CREATE", stage.discord.world.delivered(message))
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))

        assert [question.text for question in play(tmp_path, scene).asked] == [QUESTION]

    def test_where_it_is_allowed_another_bot_is_answered_that_names_it(self, tmp_path: Path) -> None:
        """What names it is a question; what else that bot says, and what this one does, is none."""

        async def scene(stage: DiscordStage) -> None:
            stage.discord.world.add_user("99", "OtherBot", bot=True)
            thread = stage.discord.world.add_thread(GENERAL, "봇의 스레드")
            elsewhere = stage.discord.world.add_thread(GENERAL, "다른 스레드")

            async def says(author: str, place: str, text: str) -> None:
                message = stage.discord.world.say(author, place, text)
                await stage.discord.dispatch("MESSAGE_CREATE", stage.discord.world.delivered(message))

            await says("99", thread, f"<@{BOT}> 봇의 질문입니다")
            await stage.until(lambda: is_answered(stage, thread))
            await says("99", thread, "고맙습니다")
            await says(BOT, elsewhere, f"<@{BOT}> 안녕?")
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))

        asked = play(tmp_path, scene, answer_bots=True).asked
        assert [question.text for question in asked] == ["봇의 질문입니다", QUESTION]

    def test_a_preview_is_no_edit(self, tmp_path: Path) -> None:
        """Discord adds a preview to a question: it isn't answered again."""

        async def scene(stage: DiscordStage) -> None:
            asked = await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            await stage.unfurl(asked)
            await stage.say("다음 질문입니다")
            await stage.until(lambda: len(stage.seen()) == 2 and is_whole(stage.seen()[1]))

        assert len(play(tmp_path, scene).asked) == 2

    def test_a_shorter_answer_leaves_nothing_of_the_longer_one(self, tmp_path: Path) -> None:
        """After an edit the messages that the first answer needed, and the second doesn't, are gone."""
        long = "\n".join(f"{number}번째 줄입니다." for number in range(600))
        knowledge = FakeKnowledge(
            answers={QUESTION: answer_of(long), "고친 질문입니다": answer_of("고친 답입니다. [1]")}
        )

        async def scene(stage: DiscordStage) -> None:
            asked = await stage.say(QUESTION)
            await stage.until(lambda: len(stage.seen()) > 2 and "up" in stage.seen()[-1].buttons)
            await stage.edit(asked, "고친 질문입니다")
            await stage.until(lambda: len(stage.seen()) == 1 and "고친 답" in stage.seen()[0].text)

        play(tmp_path, scene, knowledge)

    def test_buttons_work_after_a_restart(self, tmp_path: Path) -> None:
        """A click on an answer of an earlier process is understood."""

        async def scene(stage: DiscordStage) -> None:
            await stage.say(QUESTION)
            answer = await stage.until(lambda: whole(stage))
            message = dict(stage.raw(answer.id))  # it is answered again if its end wasn't noted in time
            await stage.restart()
            await stage.click(answer, "down", person="other", message=message)
            await stage.give_reason("missing", "취업 규칙")
            with stage.process.librarian._memory._catalog.read() as connection:
                (opinion,) = turns.opinions(connection)
            assert (opinion.verdict, opinion.reason, opinion.comment) == ("down", "missing", "취업 규칙")

        play(tmp_path, scene)


class TestPrivateAnswers:
    """An interaction's token lives for fifteen minutes."""

    def test_an_answer_that_comes_too_late_is_sent_directly(self, tmp_path: Path) -> None:
        """It stays private: a direct message to the asker."""
        knowledge = FakeKnowledge()

        async def scene(stage: DiscordStage) -> None:
            slow = Slow(knowledge)
            await stage.command("ask", SLOW)
            await slow.began.wait()
            stage.discord.kill_tokens()
            slow.go.set()
            await stage.until(lambda: any("늦은 답" in seen.text for seen in stage.seen(DIRECT)))
            assert stage.seen() == []

        play(tmp_path, scene, knowledge)

    def test_where_direct_messages_are_closed_a_line_says_so(self, tmp_path: Path) -> None:
        """The channel hears that there is an answer, and nothing of it."""

        async def scene(stage: DiscordStage) -> None:
            stage.discord.world.closed_to_direct.add("11")
            await stage.command("ask", QUESTION)
            await stage.until(stage.seen)
            assert ANSWER not in stage.seen()[0].text
            assert "<@11>" in stage.seen()[0].text

        play(tmp_path, scene, token_lives=timedelta(0))

    def test_the_menu_of_a_message_asks_about_it(self, tmp_path: Path) -> None:
        """What the message says is the question; the answer is for whoever asked."""

        async def scene(stage: DiscordStage) -> None:
            message = stage.discord.world.say("12", GENERAL, QUESTION)
            await use_menu(stage, "Ask about this message", message)
            await stage.until(lambda: stage.private() and is_whole(stage.private()[-1]))
            assert stage.seen() == []

        assert [question.text for question in play(tmp_path, scene).asked] == [QUESTION]

    def test_a_long_private_answer_is_whole(self, tmp_path: Path) -> None:
        """What doesn't fit one message goes on in further ones, as private as the first."""
        lines = [f"{number}번째 줄입니다." for number in range(600)]
        knowledge = FakeKnowledge(
            answers={QUESTION: (Finished(Answer("\n".join(lines), "ko", "extractive", (a_source(),))),)}
        )

        async def scene(stage: DiscordStage) -> None:
            await stage.command("ask", QUESTION)
            await stage.until(lambda: stage.private() and "share" in stage.private()[-1].buttons)
            shown = "\n".join(seen.text for seen in stage.private())
            assert all(line in shown for line in lines)
            assert stage.seen() == []

        play(tmp_path, scene, knowledge)
