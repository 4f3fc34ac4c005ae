"""What only Discord does: sessions, intents, tokens that die, threads, forms, menus."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.adapter import Options
from knowledge.catalog import turns
from knowledge.types import EVERYONE, Answer, Finished
from tests.adapters.discord.server import FakeDiscord
from tests.adapters.discord.stage import DiscordStage, discord_stage
from tests.adapters.discord.world import BOT, BOT_ROLE, FORUM, GENERAL, GUILD, PRIVATE, STAFF
from tests.fakes import FakeKnowledge, a_source
from tests.scenarios.stage import DIRECT
from tests.scenarios.suite import ANSWER, QUESTION, SLOW, Slow, answer_of, is_whole, whole

Scene = Callable[[DiscordStage], Awaitable[None]]


def play(
    folder: Path,
    scene: Scene,
    knowledge: FakeKnowledge | None = None,
    prepare: Callable[[FakeDiscord], None] = lambda _: None,
    **options: Any,
) -> FakeKnowledge:
    """Run a scene; what knowledge was asked in it."""
    knowledge = knowledge or FakeKnowledge()
    chosen = Options(**{"edit_seconds": 0.0, **options})

    async def run() -> None:
        async with discord_stage(folder, knowledge, prepare=prepare, options=chosen) as stage:
            await scene(stage)

    asyncio.run(run())
    return knowledge


def without_content(discord: FakeDiscord) -> None:
    """The message content intent is off."""
    discord.world.with_content = False


def is_told(stage: DiscordStage) -> bool:
    """Whether a command's result is there, and not only its progress."""
    return any(seen.text and "읽는 중" not in seen.text for seen in stage.private())


def is_answered(stage: DiscordStage, place: str) -> bool:
    """Whether a place holds one whole answer."""
    seen = stage.seen(place)
    return len(seen) == 1 and is_whole(seen[0])


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


class TestWithoutContent:
    """Without the privileged intent everything works but follow-ups that name nobody."""

    def test_a_follow_up_needs_a_mention_and_the_bot_says_so_once(self, tmp_path: Path) -> None:
        """The hint comes once in a channel; a reply that pings the bot goes on."""

        async def scene(stage: DiscordStage) -> None:
            asked = await stage.say(QUESTION)
            await stage.until(lambda: whole(stage))
            await stage.say("신입도요?", thread=asked.thread, mention=False)
            await stage.until(lambda: "멘션" in stage.seen()[-1].text)
            await stage.say("신입도요?", thread=asked.thread, mention=False)
            await stage.say("신입도 그런가요?", thread=asked.thread)
            await stage.until(lambda: is_whole(stage.seen()[-1]))
            assert len(stage.seen()) == 3
            assert stage.seen()[-1].thread == asked.thread

        knowledge = play(tmp_path, scene, prepare=without_content)
        assert [question.text for question in knowledge.asked] == [QUESTION, "신입도 그런가요?"]

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


class TestCommands:
    """`/docs`, in both languages."""

    def test_commands_are_published_in_korean_too(self, tmp_path: Path) -> None:
        """Every name and description has a Korean one; nothing is offered to users' own installations."""

        async def scene(stage: DiscordStage) -> None:
            await stage.until(lambda: stage.discord.world.commands)

            def check(command: dict[str, Any]) -> None:
                assert command["name_localizations"]["ko"], command["name"]
                if command.get("type", 1) in (1, 2) and "description" in command:
                    assert command.get("description_localizations", {}).get("ko"), command["name"]
                for option in command.get("options", []):
                    check(option)

            for command in stage.discord.world.commands:
                if command.get("type", 1) == 1:
                    check(command)
                assert command["integration_types"] == [0]
            names = {command["name"] for command in stage.discord.world.commands}
            assert names == {"ask", "docs", "Ask about this message", "Add to the documents"}

        play(tmp_path, scene)

    def test_a_file_is_added(self, tmp_path: Path) -> None:
        """A file with the command becomes a document of the channel."""

        async def scene(stage: DiscordStage) -> None:
            await add_file(stage)
            await stage.until(lambda: is_told(stage))

        (registered,) = play(tmp_path, scene).registered
        assert registered.scope == f"discord:{GUILD}/{GENERAL}"
        assert "안내" in "".join(path.read_text() for path in Path(registered.path).rglob("*.md"))

    def test_a_text_is_added_by_a_form(self, tmp_path: Path) -> None:
        """Without a file a form opens; what is filled in becomes a document."""

        async def scene(stage: DiscordStage) -> None:
            await docs(stage, "add", [])
            (form,) = await stage.until(lambda: stage.discord.world.modals)
            values = [("name", 4, "복장"), ("text", 4, "금요일은 자유입니다."), ("files", 19, [])]
            components = [
                {
                    "type": 18,
                    "id": index,
                    "component": {
                        "type": kind,
                        "custom_id": name,
                        "id": 9,
                        ("values" if kind == 19 else "value"): value,
                    },
                }
                for index, (name, kind, value) in enumerate(values)
            ]
            data = {"custom_id": form["custom_id"], "components": components, "resolved": {}}
            await stage.interact(5, data)
            await stage.until(lambda: is_told(stage))

        (registered,) = play(tmp_path, scene).registered
        (path,) = Path(registered.path).rglob("*.md")
        assert "자유입니다" in path.read_text()
        assert "복장" in path.name

    def test_a_message_is_added_from_its_menu(self, tmp_path: Path) -> None:
        """A message's text becomes a document of its channel."""

        async def scene(stage: DiscordStage) -> None:
            message = stage.discord.world.say("12", GENERAL, "주차는 지하 2층입니다.")
            await use_menu(stage, "Add to the documents", message)
            await stage.until(lambda: is_told(stage))

        (registered,) = play(tmp_path, scene).registered
        (path,) = Path(registered.path).rglob("*.md")
        assert "준호" in path.read_text()
        assert "지하 2층" in path.read_text()

    @pytest.mark.parametrize("where", ["in the channel", "in the thread"])
    def test_a_thread_is_saved_from_the_menu_of_its_messages(self, tmp_path: Path, where: str) -> None:
        """From its first message, or from any in it: one document, with both people's words and no more."""

        async def scene(stage: DiscordStage) -> None:
            world = stage.discord.world
            first = world.say("12", GENERAL, "주차는 어디에 하나요?")
            thread = world.add_thread(GENERAL, "주차", thread=first["id"])
            await stage.discord.dispatch("THREAD_CREATE", world.channels[thread])
            world.say("12", GENERAL, "다른 이야기입니다.")
            reply = world.say("11", thread, "지하 2층입니다.")
            message = first | {"thread": world.channels[thread]} if where == "in the channel" else reply
            place = "channel" if where == "in the channel" else thread
            await use_menu(stage, "Add to the documents", message, place)
            await stage.until(lambda: is_told(stage))

        (registered,) = play(tmp_path, scene).registered
        (path,) = Path(registered.path).rglob("*.md")
        text = path.read_text()
        assert text.index("주차는 어디에") < text.index("지하 2층")
        assert all(name in text for name in ("준호", "민지", "# 주차"))
        assert "다른 이야기" not in text

    def test_documents_are_suggested_while_one_types(self, tmp_path: Path) -> None:
        """What the person may read, by a part of its title, with its number as the value."""

        async def scene(stage: DiscordStage) -> None:
            typed = {"name": "document", "type": 3, "value": "문서 2", "focused": True}
            await docs(stage, "show", [typed], kind=4)
            await stage.until(lambda: stage.discord.world.choices)
            assert stage.discord.world.choices == [{"name": "문서 2", "value": "2"}]

        play(tmp_path, scene)

    def test_a_command_that_breaks_says_so_with_an_id(self, tmp_path: Path) -> None:
        """Whoever gave it hears of it, and the log has the same id."""
        knowledge = FakeKnowledge()

        async def scene(stage: DiscordStage) -> None:
            knowledge.documents = lambda scopes=None: 1 / 0
            await stage.command("list")
            await stage.until(stage.private)
            assert "번호" in stage.private()[0].text

        play(tmp_path, scene, knowledge)

    def test_a_click_that_breaks_leaves_the_answer_alone(self, tmp_path: Path) -> None:
        """Whoever clicked hears of it, and the message that was clicked stays as it was."""
        knowledge = FakeKnowledge()

        async def scene(stage: DiscordStage) -> None:
            slow = Slow(knowledge)
            await stage.say(SLOW)
            await slow.began.wait()
            running = await stage.until(lambda: [seen for seen in stage.seen() if "stop" in seen.buttons])

            async def breaking(claim, person):
                raise OSError("no disk")

            stage.process.librarian.stop = breaking
            await stage.click(running[0], "stop")
            await stage.until(stage.private)
            assert "번호" in stage.private()[0].text
            assert "stop" in stage.seen()[0].buttons
            slow.go.set()
            await stage.until(lambda: "늦은 답" in stage.seen()[0].text)

        play(tmp_path, scene, knowledge)


async def docs(stage: DiscordStage, name: str, options: list[dict[str, Any]], **more: Any) -> None:
    """`/docs NAME` with these options."""
    command = {"name": name, "type": 1, "options": options}
    data = {"id": "1", "type": 1, "name": "docs", "options": [command], "resolved": more.pop("resolved", {})}
    await stage.interact(more.pop("kind", 2), data, **more)


async def add_file(stage: DiscordStage, place: str = "channel") -> None:
    """`/docs add` with a file."""
    stage.discord.files["note.md"] = "# 안내\n\n출입증은 7층에서 받습니다.\n".encode()
    attachment = {
        "id": "77",
        "filename": "note.md",
        "size": 50,
        "url": f"http://{stage.discord.url}/files/note.md",
        "proxy_url": f"http://{stage.discord.url}/files/note.md",
        "content_type": "text/markdown",
    }
    option = {"name": "file", "type": 11, "value": "77"}
    await docs(stage, "add", [option], resolved={"attachments": {"77": attachment}}, place=place)


async def use_menu(stage: DiscordStage, name: str, message: dict[str, Any], place: str = "channel") -> None:
    """An entry of a message's menu."""
    data = {
        "id": "2",
        "type": 3,
        "name": name,
        "target_id": message["id"],
        "resolved": {"messages": {message["id"]: message}},
    }
    await stage.interact(2, data, place=place)
