"""Threads, private channels, and what the bot may read there."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.types import EVERYONE
from tests.adapters.discord.scenes import (
    add_file,
    is_answered,
    play,
    without_content,
)
from tests.adapters.discord.server import FakeDiscord
from tests.adapters.discord.stage import DiscordStage
from tests.adapters.discord.world import FORUM, GENERAL, GUILD, PRIVATE, STAFF
from tests.scenarios.base import QUESTION, is_whole, whole
from tests.scenarios.stage import DIRECT


class TestWithoutContent:
    """Without the privileged intent everything works but follow-ups that name nobody."""

    def test_a_follow_up_needs_a_mention_and_the_bot_says_so_once(self, tmp_path: Path) -> None:
        """The hint comes once in a channel, also over a restart; a reply that pings the bot goes on."""

        async def scene(stage: DiscordStage) -> None:
            asked = await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            await stage.say("신입도요?", thread=asked.thread, mention=False)
            await stage.until(lambda: "멘션" in stage.seen()[-1].text)
            await stage.say("신입도요?", thread=asked.thread, mention=False)
            await stage.restart()
            await stage.say("신입도요?", thread=asked.thread, mention=False)
            await stage.say("신입도 그런가요?", thread=asked.thread)
            await stage.until(lambda: is_whole(stage.seen()[-1]))
            assert len(stage.seen()) == 3
            assert stage.seen()[-1].thread == asked.thread

        knowledge = play(tmp_path, scene, prepare=without_content)
        assert [question.text for question in knowledge.asked] == [QUESTION, "신입도 그런가요?"]

    def test_a_hint_that_could_not_be_posted_comes_with_the_next_follow_up(self, tmp_path: Path) -> None:
        """Only what was said counts as said."""

        async def scene(stage: DiscordStage) -> None:
            asked = await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            stage.discord.failing["POST messages"] = 403
            posts = stage.discord.calls["POST messages"]
            await stage.say("신입도요?", thread=asked.thread, mention=False)
            await stage.until(lambda: stage.discord.calls["POST messages"] > posts)
            del stage.discord.failing["POST messages"]
            await stage.until(lambda: "멘션" in stage.seen()[-1].text)
            assert len(stage.seen()) == 2

        play(tmp_path, scene, prepare=without_content)

    def test_direct_messages_are_read(self, tmp_path: Path) -> None:
        """Nobody has to be mentioned there."""

        async def scene(stage: DiscordStage) -> None:
            await stage.say(QUESTION, place=DIRECT, mention=False)
            await stage.until(lambda: whole(stage, DIRECT))

        assert len(play(tmp_path, scene, prepare=without_content).asked) == 1


class TestPlaces:
    """Threads and forum posts belong to their channel."""

    @pytest.mark.parametrize("parent", [GENERAL, FORUM])
    def test_a_thread_is_answered_in_and_goes_on(self, tmp_path: Path, parent: str) -> None:
        """A mention in a thread, or a forum post, is answered there, for its channel's readers; it goes on."""

        async def scene(stage: DiscordStage) -> None:
            thread = stage.discord.world.add_thread(parent, "연차")
            await stage.discord.dispatch("THREAD_CREATE", stage.discord.world.channels[thread])
            await stage.say(QUESTION, place=thread)
            await stage.until(lambda: is_answered(stage, thread))
            await stage.say("신입도 그런가요?", place=thread, mention=False, person="other")
            await stage.until(lambda: len(stage.seen(thread)) == 2 and is_whole(stage.seen(thread)[1]))

        for question in play(tmp_path, scene).asked:
            assert f"discord:{GUILD}/{parent}" in question.audience
            assert EVERYONE in question.audience

    def test_a_thread_that_was_never_heard_of_is_looked_up(self, tmp_path: Path) -> None:
        """An old thread that somebody wakes is answered in."""

        async def scene(stage: DiscordStage) -> None:
            thread = stage.discord.world.add_thread(GENERAL, "예전 이야기")
            await stage.say(QUESTION, place=thread)
            await stage.until(lambda: is_answered(stage, thread))

        (question,) = play(tmp_path, scene).asked
        assert f"discord:{GUILD}/{GENERAL}" in question.audience

    def test_nothing_is_added_in_a_private_thread(self, tmp_path: Path) -> None:
        """It would be for the whole channel, so the command refuses and says why."""

        async def scene(stage: DiscordStage) -> None:
            thread = stage.discord.world.add_thread(GENERAL, "비밀", private=True)
            await stage.discord.dispatch("THREAD_CREATE", stage.discord.world.channels[thread])
            await add_file(stage, place=thread)
            await stage.until(stage.private)
            assert "비공개 스레드" in stage.private()[0].text

        play(tmp_path, scene)

    def test_a_channel_of_the_team_alone_counts_its_roles(self, tmp_path: Path) -> None:
        """With roles named, a channel that only they see has the team's documents, an open one only its own."""

        def staffed(discord: FakeDiscord) -> None:
            discord.world.members["11"]["roles"] = [STAFF]

        async def scene(stage: DiscordStage) -> None:
            for channel in (PRIVATE, GENERAL):
                await stage.say(QUESTION, place=channel)
                await stage.until(lambda channel=channel: is_answered(stage, channel))

        private, general = play(tmp_path, scene, prepare=staffed, member_roles=frozenset((STAFF,))).asked
        assert private.audience == {EVERYONE, f"discord:{GUILD}", f"discord:{GUILD}/{PRIVATE}"}
        assert general.audience == {f"discord:{GUILD}/{GENERAL}"}
