"""What is Slack's own: connections, channels of several companies, message menus, and what Slack gets wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from adapters.slack.adapter import Options, SlackAdapter
from adapters.slack.clients import client
from adapters.slack.connections import SocketConnection
from adapters.slack.directory import SlackDirectory
from knowledge.errors import ChatUnavailable
from knowledge.types import EVERYONE
from tests.adapters.slack import workspace
from tests.adapters.slack.server import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.adapters.slack.stage import SlackStage, slack_stage
from tests.fakes import FakeKnowledge
from tests.scenarios.base import QUESTION, is_whole, whole
from tests.scenarios.stage import DIRECT, Seen
from tests.scenarios.stage import play as play_on

Scene = Callable[[SlackStage], Awaitable[None]]


def play(folder: Path, scene: Scene, knowledge: FakeKnowledge | None = None) -> FakeKnowledge:
    """Run a scene in a workspace with a connected bot."""
    return play_on(slack_stage, folder, scene, knowledge)


def test_a_preview_is_no_edit(tmp_path: Path) -> None:
    """Slack reports a link's preview as a change of the message: it is answered once."""

    async def scene(stage: SlackStage) -> None:
        asked = await stage.say(QUESTION)
        await stage.until(lambda: whole(stage))
        await stage.unfurl(asked)
        await stage.say("마지막 질문입니다")
        await stage.until(lambda: [is_whole(each) for each in stage.seen()] == [True, True])

    assert len(play(tmp_path, scene).asked) == 2


@pytest.mark.parametrize("answer_bots", [True, False])
def test_another_bot_is_answered_only_where_that_is_allowed(tmp_path: Path, answer_bots: bool) -> None:
    """And then only what names this one: neither its other messages in the thread nor what it says of itself."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.workspace.add_user("UOTHER", is_bot=True)

        async def says(text: str, person: str = "UOTHER", **more: str) -> str:
            message = stage.slack.workspace.say(person, "C1", text, bot_id="BOTHER", **more)
            event = {**message, "channel": "C1", "channel_type": "channel", "event_ts": message["ts"]}
            await stage.slack.deliver("events_api", stage.slack.event(event))
            return str(message["ts"])

        thread = await says(f"<@{workspace.BOT}> 봇의 질문입니다")
        await stage.say(QUESTION)
        await stage.until(lambda: sum(map(is_whole, stage.seen())) == (2 if answer_bots else 1))
        await says("고맙습니다", thread_ts=thread)
        await says(f"<@{workspace.BOT}> 나에게", person=workspace.BOT)
        await stage.say("마지막 질문입니다")
        await stage.until(lambda: sum(map(is_whole, stage.seen())) == (3 if answer_bots else 2))

    asked = play_on(slack_stage, tmp_path, scene, answer_bots=answer_bots).asked
    bots = ["봇의 질문입니다"] if answer_bots else []
    assert sorted(question.text for question in asked) == sorted([*bots, QUESTION, "마지막 질문입니다"])


def test_slack_asks_for_a_new_connection_and_gets_one(tmp_path: Path) -> None:
    """Every few hours Slack announces that it will disconnect; nothing is lost over it."""

    async def scene(stage: SlackStage) -> None:
        before = stage.slack.calls["apps.connections.open"]
        await stage.slack.disconnect(politely=True)
        await stage.until(lambda: stage.slack.calls["apps.connections.open"] > before)
        await stage.say(QUESTION)
        await stage.until(lambda: whole(stage))

    play(tmp_path, scene)


def test_a_claim_that_cant_be_written_isnt_acknowledged(tmp_path: Path) -> None:
    """Slack delivers an event again that wasn't acknowledged: so the question waits for the catalog."""

    async def scene(stage: SlackStage) -> None:
        librarian = stage.process.librarian
        assert librarian is not None
        real, broken = librarian._memory.claim, []

        def fails(message: object) -> int | None:
            broken.append(message)
            raise OSError("disk")

        librarian._memory.claim = fails  # type: ignore[method-assign,assignment]
        message = stage.slack.workspace.say("U1", "C1", "<@UBOT> 연차는?")
        payload = stage.slack.event({**message, "channel": "C1", "channel_type": "channel"})
        envelope = await stage.slack.send("events_api", payload)
        async with asyncio.timeout(20):
            while not broken:  # noqa: ASYNC110 - the failing claim has no event of its own
                await asyncio.sleep(0.01)
        librarian._memory.claim = real  # type: ignore[method-assign]
        again = await stage.slack.deliver("events_api", payload, retry=1)
        assert envelope not in stage.slack.acknowledged
        assert again in stage.slack.acknowledged
        await stage.until(lambda: whole(stage))

    assert len(play(tmp_path, scene).asked) == 1


def test_in_a_channel_shared_with_another_company_only_its_own_documents_count(tmp_path: Path) -> None:
    """Slack Connect: the channel's own scope, whoever asks."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.workspace.channels["C1"].flags["is_ext_shared"] = True
        await stage.say(QUESTION)
        await stage.until(lambda: whole(stage))

    (question,) = play(tmp_path, scene).asked
    assert question.audience == {"slack:T1/C1"}


def test_when_slack_doesnt_say_who_reads_the_answer_uses_less_and_says_so(tmp_path: Path) -> None:
    """A method that fails narrows the audience, visibly; it is asked again the next time."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.refusing["conversations.info"] = "missing_scope"
        await stage.say(QUESTION)
        answer = await stage.until(lambda: whole(stage))
        assert "이 채널의 문서에서만" in answer.text
        del stage.slack.refusing["conversations.info"]
        await stage.say("다시 묻습니다")
        await stage.until(lambda: [is_whole(each) for each in stage.seen()] == [True, True])

    first, second = play(tmp_path, scene).asked
    assert first.audience == {"slack:T1/C1"}
    assert EVERYONE in second.audience


def test_a_placeholder_that_somebody_deleted_is_posted_anew(tmp_path: Path) -> None:
    """The answer comes even when the message that it was to stand in is gone."""
    go = asyncio.Event

    async def scene(stage: SlackStage) -> None:
        gate = go()

        async def wait() -> None:
            messages = stage.slack.workspace.channels["C1"].messages
            for ts in [ts for ts, each in messages.items() if each["user"] == "UBOT"]:
                del messages[ts]
            gate.set()

        usual = [event async for event in FakeKnowledge()._events(_question())]
        stage.knowledge.answers[QUESTION] = (wait, *usual)  # type: ignore[assignment]
        await stage.say(QUESTION)
        await gate.wait()
        await stage.until(lambda: whole(stage))
        assert len(stage.seen()) == 1

    play(tmp_path, scene)


def _question():
    from knowledge.types import Question

    return Question(QUESTION, frozenset(), language="ko")


def test_the_menu_of_a_message_asks_about_it(tmp_path: Path) -> None:
    """Its text is the question; the answer is for whoever opened the menu."""

    async def scene(stage: SlackStage) -> None:
        await stage.menu("ask_about", {"text": QUESTION, "user": "U2", "ts": "5.0"})
        await stage.until(lambda: "15일" in last(stage).text)
        assert stage.private("other") == []

    assert play(tmp_path, scene).asked[0].text == QUESTION


def last(stage: SlackStage) -> Seen:
    """What the asker was told last in private."""
    return [Seen("", "", "", frozenset()), *stage.private()][-1]


def test_a_direct_message_is_answered_from_its_writers_channels(tmp_path: Path) -> None:
    """The asker's channels count in private, across all pages of Slack's lists, and others' don't."""

    async def scene(stage: SlackStage) -> None:
        for number in range(10, 18):
            stage.slack.workspace.add_channel(f"C{number}", {"U1" if number < 17 else "U2"}, is_private=True)
        await stage.say(QUESTION, place=DIRECT, mention=False)
        await stage.until(lambda: whole(stage, DIRECT))

    (question,) = play(tmp_path, scene).asked
    mine = {"slack:T1/C1", *(f"slack:T1/C{number}" for number in range(10, 17))}
    assert question.audience == {EVERYONE, "slack:T1", "slack:T1/@U1", *mine}


def test_a_guest_among_many_is_found() -> None:
    """In a large channel the workspace's list tells who is a guest, page by page."""

    async def scene() -> None:
        async with FakeSlack() as slack:
            people = {f"UX{number}" for number in range(40)}
            for person in people:
                slack.workspace.add_user(person)
            slack.workspace.add_channel("C5", people)
            directory = SlackDirectory(_client(slack))
            assert not await directory.has_outsiders("T1", "C5")
            assert slack.calls["users.info"] < 25
            slack.workspace.add_user("UX7", is_ultra_restricted=True)
            assert await SlackDirectory(_client(slack)).has_outsiders("T1", "C5")
            assert not await SlackDirectory(_client(slack), trust_guests=True).has_outsiders("T1", "C5")
            slack.workspace.add_user("UX7", team_id="T9", is_stranger=True)
            assert await SlackDirectory(_client(slack), trust_guests=True).has_outsiders("T1", "C5")

    asyncio.run(scene())


def test_channels_that_are_looked_up_at_once_share_one_list_of_the_people() -> None:
    """Many channels ask first within moments of a start: the workspace is listed once, not for each."""

    async def scene() -> None:
        async with FakeSlack() as slack:
            people = {f"UX{number}" for number in range(40)}
            for person in people:
                slack.workspace.add_user(person)
            channels = [f"C{number}" for number in range(5, 10)]
            for channel in channels:
                slack.workspace.add_channel(channel, people)
            directory = SlackDirectory(_client(slack))
            await asyncio.gather(*(directory.has_outsiders("T1", channel) for channel in channels))
            pages = -(-len(slack.workspace.users) // slack.workspace.page)
            assert slack.calls["users.list"] == pages

    asyncio.run(scene())


def test_calls_share_connections(tmp_path: Path) -> None:
    """A call that had to connect first would take three round trips instead of one."""

    async def scene(stage: SlackStage) -> None:
        for number in range(5):
            await stage.say(f"질문 {number}번입니다")
            await stage.until(lambda: sum(map(is_whole, stage.seen())) == number + 1)  # noqa: B023
        calls = sum(stage.slack.calls.values())
        assert calls > 20
        assert len(stage.slack.peers) < 8  # some are made at once, and Socket Mode has a client of its own

    play(tmp_path, scene)


def _client(slack: FakeSlack):
    return client(BOT_TOKEN, slack.base_url)


def test_slack_that_is_away_at_the_start_is_waited_for(tmp_path: Path) -> None:
    """The bot starts before the network does: it connects when Slack is there."""

    async def scene() -> None:
        async with FakeSlack() as slack:
            slack.refusing["auth.test"] = "internal_error"
            connected = asyncio.Event()
            adapter = SlackAdapter(
                BOT_TOKEN,
                SocketConnection(APP_TOKEN, slack.base_url),
                slack.base_url,
                Options(retry_seconds=(0.01,)),
                on_connected=lambda _bot, _team: connected.set(),
            )
            from tests.talk import a_librarian

            running = asyncio.create_task(adapter.run(a_librarian(tmp_path, directory=adapter.directory)))
            await slack.until(lambda: slack.calls["auth.test"] > 2)
            slack.refusing.clear()
            await asyncio.wait_for(connected.wait(), 20)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scene())


def test_a_token_that_slack_refuses_ends_the_adapter(tmp_path: Path) -> None:
    """Waiting wouldn't help: the reason is raised."""

    async def scene() -> None:
        async with FakeSlack() as slack:
            adapter = SlackAdapter("xoxb-other", SocketConnection(APP_TOKEN, slack.base_url), slack.base_url)
            from tests.talk import a_librarian

            with pytest.raises(ChatUnavailable) as error:
                await adapter.run(a_librarian(tmp_path, directory=adapter.directory))
            assert error.value.parameters["reason"] == "token"

    asyncio.run(scene())


def test_a_token_in_the_environment_is_no_reason_to_warn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Bolt reads the environment too; an operator who keeps the tokens there hears nothing of it."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-the-environment")

    async def scene(stage: SlackStage) -> None:
        await stage.say(QUESTION)
        await stage.until(lambda: whole(stage))

    play(tmp_path, scene)
    assert "unused" not in caplog.text
