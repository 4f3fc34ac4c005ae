"""Discord's sessions: what breaks them, and what they miss."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.discord import missed
from tests.adapters.discord.scenes import (
    play,
    without_content,
)
from tests.adapters.discord.server import FakeDiscord
from tests.adapters.discord.stage import DiscordStage
from tests.adapters.discord.world import BOT, GENERAL
from tests.scenarios.base import QUESTION, is_whole, whole
from tests.scenarios.stage import DIRECT


class TestSessions:
    """Discord delivers once: what a lost session missed is read from the history."""

    def test_an_event_that_breaks_the_library_costs_a_connection(self, tmp_path: Path) -> None:
        """After a malformed event the bot is there again; what came with it is answered, once."""

        async def scene(stage: DiscordStage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            before = len(stage.discord.identified)
            await stage.discord.dispatch("MESSAGE_CREATE", {"id": "not a message"})
            stage.discord.world.say("12", GENERAL, f"<@{BOT}> 그사이 질문입니다")
            await stage.until(lambda: len(stage.discord.identified) > before)
            await stage.until(lambda: len(stage.seen()) == 2 and is_whole(stage.seen()[1]))
            await stage.say("다음 질문입니다")
            await stage.until(lambda: len(stage.seen()) == 3 and is_whole(stage.seen()[2]))

        asked = [question.text for question in play(tmp_path, scene).asked]
        assert asked == [QUESTION, "그사이 질문입니다", "다음 질문입니다"]

    @pytest.mark.parametrize("place", ["channel", DIRECT])
    def test_what_a_lost_session_missed_is_answered(self, tmp_path: Path, place: str) -> None:
        """Where the session can't be resumed, the history is read: in channels and in direct messages."""

        async def scene(stage: DiscordStage) -> None:
            await stage.say(QUESTION, place=place)
            await stage.until(lambda: whole(stage, place))
            stage.discord.can_resume = False
            before = len(stage.discord.identified)
            stage.discord.world.say("11", stage.channel(place), f"<@{BOT}> 놓친 질문입니다")
            await stage.discord.disconnect()
            await stage.until(lambda: len(stage.discord.identified) > before)
            await stage.until(lambda: len(stage.seen(place)) == 2 and is_whole(stage.seen(place)[1]))

        assert [question.text for question in play(tmp_path, scene).asked] == [QUESTION, "놓친 질문입니다"]

    def test_a_resumed_session_replays_what_was_missed(self, tmp_path: Path) -> None:
        """Discord's own way of not losing anything is used where it can be."""

        async def scene(stage: DiscordStage) -> None:
            await stage.disconnect()
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            assert stage.discord.resumed == 1
            assert len(stage.discord.identified) == 1

        assert len(play(tmp_path, scene).asked) == 1

    def test_what_was_asked_while_the_bot_was_away_is_answered(self, tmp_path: Path) -> None:
        """A question between the end of one process and the start of the next isn't lost."""

        async def scene(stage: DiscordStage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            await stage.process.end()
            stage.discord.world.say("12", GENERAL, f"<@{BOT}> 놓친 질문입니다")
            stage.discord.world.say("12", GENERAL, "점심 뭐 먹지?")
            stage.process.start()
            await stage.until(lambda: len(stage.seen()) == 2 and is_whole(stage.seen()[1]))

        assert {question.text for question in play(tmp_path, scene).asked} == {QUESTION, "놓친 질문입니다"}

    @pytest.mark.parametrize("attempts", [1, 4])
    def test_a_history_that_cant_be_read_at_once_is_read_later(self, tmp_path: Path, attempts: int) -> None:
        """After some moments, or with the next session where Discord goes on to fail."""

        async def scene(stage: DiscordStage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            stage.discord.can_resume = False
            stage.discord.failing["GET messages"] = 503
            stage.discord.world.say("11", GENERAL, f"<@{BOT}> 놓친 질문입니다")
            tried = stage.discord.calls["GET messages"]
            await stage.disconnect()
            await stage.until(lambda: stage.discord.calls["GET messages"] >= tried + attempts)
            del stage.discord.failing["GET messages"]
            if attempts == len(missed._INSISTING) + 1:
                await stage.disconnect()
            await stage.until(lambda: len(stage.seen()) == 2 and is_whole(stage.seen()[1]))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(missed, "_INSISTING", (0.01,) * 3)
            assert [each.text for each in play(tmp_path, scene).asked] == [QUESTION, "놓친 질문입니다"]

    def test_a_bot_that_was_never_asked_reads_no_history(self, tmp_path: Path) -> None:
        """On its first start it doesn't answer what stood in the channels before."""

        def earlier(discord: FakeDiscord) -> None:
            discord.world.say("11", GENERAL, f"<@{BOT}> 오래된 질문입니다")

        async def scene(stage: DiscordStage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))

        assert [question.text for question in play(tmp_path, scene, prepare=earlier).asked] == [QUESTION]

    def test_an_intent_that_the_gateway_refuses_is_done_without(self, tmp_path: Path) -> None:
        """The app's page says one thing and the gateway another: the bot goes on with less."""

        def refusing(discord: FakeDiscord) -> None:
            without_content(discord)
            discord.promises_content = True

        async def scene(stage: DiscordStage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))

        assert len(play(tmp_path, scene, prepare=refusing).asked) == 1

    def test_an_outage_of_the_gateway_is_waited_for(self, tmp_path: Path) -> None:
        """When the gateway is there again, so is the bot, and it answers what was asked meanwhile."""

        async def scene(stage: DiscordStage) -> None:
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            stage.discord.is_away, stage.discord.can_resume = True, False
            before = stage.discord.calls["gateway"]
            await stage.discord.disconnect()
            stage.discord.world.say("12", GENERAL, f"<@{BOT}> 놓친 질문입니다")
            await stage.until(lambda: stage.discord.calls["gateway"] > before)
            stage.discord.is_away = False
            await stage.until(lambda: len(stage.seen()) == 2 and is_whole(stage.seen()[1]))

        assert len(play(tmp_path, scene).asked) == 2

    def test_a_claim_that_fails_is_tried_again(self, tmp_path: Path) -> None:
        """Nobody delivers the question a second time, so a database that is busy doesn't lose it."""

        async def scene(stage: DiscordStage) -> None:
            claim, failures = stage.process.librarian.claim, [OSError("locked")]

            async def failing(message):
                if failures:
                    raise failures.pop()
                return await claim(message)

            stage.process.librarian.claim = failing
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))

        assert len(play(tmp_path, scene).asked) == 1

    def test_commands_that_cant_be_published_end_nothing(self, tmp_path: Path) -> None:
        """Questions are answered though Discord refuses the commands."""

        def failing(discord: FakeDiscord) -> None:
            discord.failing["PUT commands"] = 403

        async def scene(stage: DiscordStage) -> None:
            await stage.until(lambda: stage.discord.calls["PUT commands"])
            await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))

        assert len(play(tmp_path, scene, prepare=failing).asked) == 1
