"""Streamed answers: what Slack offers an agent, refuses, closes, and can't take back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from adapters.messages import Claim
from adapters.slack.markup import unlinked
from adapters.slack.streams import LIVES, Streams
from adapters.slack.surface import EVENT_TYPE
from adapters.view import View
from knowledge.catalog import turns
from knowledge.types import Answer, Finished, Found, Replaced, Token
from tests.adapters.slack import workspace
from tests.adapters.slack.server import BOT_TOKEN, FakeSlack
from tests.adapters.slack.stage import SlackStage, slack_stage
from tests.fakes import FakeKnowledge, a_message, a_source
from tests.scenarios.base import QUESTION, SLOW, Slow, whole
from tests.scenarios.stage import DIRECT
from tests.scenarios.stage import play as play_on

Scene = Callable[[SlackStage], Awaitable[None]]


def play(folder: Path, scene: Scene, knowledge: FakeKnowledge | None = None) -> FakeKnowledge:
    """Run a scene with an agent."""
    return play_on(slack_stage, folder, scene, knowledge, in_agent=True)


def reply(stage: SlackStage) -> dict[str, Any]:
    """The bot's one message."""
    messages = stage.slack.workspace.channels["D1"].messages.values()
    (found,) = [each for each in messages if each["user"] == workspace.BOT]
    return found


def test_an_answer_grows_as_a_stream_and_ends_as_a_message(tmp_path: Path) -> None:
    """Text is appended while it is made; the end has the sources, the buttons, and the key as metadata."""

    async def scene(stage: SlackStage) -> None:
        await stage.say(QUESTION)
        await stage.until(lambda: whole(stage))
        assert reply(stage)["streaming_state"] == "completed"
        assert reply(stage)["metadata"]["event_type"] == EVENT_TYPE
        assert {"up", "down"} <= stage.seen()[0].buttons
        assert stage.slack.calls["chat.startStream"] == stage.slack.calls["chat.stopStream"] == 1
        assert stage.slack.calls["chat.postMessage"] == 0

    play(tmp_path, scene)


def test_while_it_grows_it_shows_the_sources_and_can_be_stopped(tmp_path: Path) -> None:
    """The card names what was found, the text comes as it is, and Slack's message has our stop button."""
    knowledge = FakeKnowledge()

    async def scene(stage: SlackStage) -> None:
        slow = Slow(knowledge)
        await stage.say(SLOW)
        await stage.until(lambda: stage.seen() and "지금까지" in stage.seen()[0].text)
        assert reply(stage)["streaming_state"] == "in_progress"
        assert "문서 1" in stage.seen()[0].text
        assert "stop" in stage.seen()[0].buttons
        assert stage.slack.calls["chat.update"] == 0
        slow.go.set()
        await stage.until(lambda: "늦은 답" in stage.seen()[0].text)

    play(tmp_path, scene, knowledge)


def test_in_a_channel_nothing_is_streamed(tmp_path: Path) -> None:
    """There only one person would see it grow."""

    async def scene(stage: SlackStage) -> None:
        stage.in_agent, stage.channel = False, "C1"
        await stage.say(QUESTION)
        await stage.until(lambda: whole(stage))
        assert stage.slack.calls["chat.startStream"] == 0

    play(tmp_path, scene)


@pytest.mark.parametrize("error", ["unknown_method", "missing_scope", "not_allowed", "team_not_on_paid_plan"])
def test_where_slack_streams_nothing_it_is_asked_once(tmp_path: Path, error: str) -> None:
    """The answer is posted and edited, and so is the next, without asking again."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.refusing["chat.startStream"] = error
        await stage.say(QUESTION)
        await stage.until(lambda: whole(stage))
        await stage.say("다음 질문입니다")
        await stage.until(lambda: len(stage.seen()) == 2 and "up" in stage.seen()[1].buttons)
        assert stage.slack.calls["chat.startStream"] == 1
        assert stage.slack.calls["chat.postMessage"] == 2

    play(tmp_path, scene)


def test_a_stream_that_would_have_to_wait_is_a_post(tmp_path: Path) -> None:
    """At Slack's limit for streams the answer is posted at once, and the next is streamed again."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.limits.append("chat.startStream")
        await stage.say(QUESTION)
        await stage.until(lambda: whole(stage))
        assert "streaming_state" not in reply(stage)
        await stage.say("다음 질문입니다")
        await stage.until(lambda: len(stage.seen()) == 2 and "up" in stage.seen()[1].buttons)
        assert stage.slack.calls["chat.startStream"] == 2
        assert stage.slack.calls["chat.postMessage"] == 1

    play(tmp_path, scene)


def test_a_stream_that_slack_closed_goes_on_as_a_message(tmp_path: Path) -> None:
    """After five minutes Slack takes nothing more; what follows stands in the same message."""
    knowledge = FakeKnowledge()

    async def scene(stage: SlackStage) -> None:
        slow = Slow(knowledge)
        await stage.say(SLOW)
        await stage.until(lambda: stage.seen() and "지금까지" in stage.seen()[0].text)
        stage.slack.workspace.close_streams()
        slow.go.set()
        await stage.until(lambda: "늦은 답" in stage.seen()[0].text)
        assert {"up", "down"} <= stage.seen()[0].buttons

    play(tmp_path, scene, knowledge)


def test_what_is_withdrawn_ends_the_stream(tmp_path: Path) -> None:
    """A stream can't take anything back, an edit can: the withdrawn words are gone before the answer is there."""
    knowledge = FakeKnowledge()

    async def scene(stage: SlackStage) -> None:
        slow = Slow(knowledge)
        finished = Finished(Answer("옳은 답입니다. [1]", "ko", "model", (a_source(),)))
        shown = (Found((a_source(),)), Token("그른 말"), slow.words.wait, Replaced("옳은 말", "regenerated"))
        knowledge.answers[SLOW] = (*shown, slow.go.wait, finished)  # type: ignore[assignment]
        slow.words.clear()
        await stage.say(SLOW)
        await stage.until(lambda: stage.seen() and "그른 말" in stage.seen()[0].text)
        slow.words.set()
        await stage.until(lambda: "옳은 말" in stage.seen()[0].text)
        assert "그른" not in stage.seen()[0].text
        slow.go.set()
        await stage.until(lambda: "옳은 답입니다" in stage.seen()[0].text)

    play(tmp_path, scene, knowledge)


def test_of_two_questions_in_a_thread_one_is_streamed(tmp_path: Path) -> None:
    """The other, which came at once, waits as a message; both are answered, and the next is streamed again."""

    async def scene(stage: SlackStage) -> None:
        thread = stage.slack.workspace.say("U1", "D1", "새 대화")["ts"]
        await asyncio.gather(*(stage.say(f"질문 {number}입니다", thread=thread) for number in range(2)))
        await stage.until(lambda: sum("up" in seen.buttons for seen in stage.seen()) == 2)
        assert stage.slack.calls["chat.startStream"] == stage.slack.calls["chat.postMessage"] == 1
        await stage.say(QUESTION, thread=thread)
        await stage.until(lambda: sum("up" in seen.buttons for seen in stage.seen()) == 3)
        assert stage.slack.calls["chat.startStream"] == 2

    play(tmp_path, scene)


def test_a_stop_of_the_bot_leaves_no_open_stream(tmp_path: Path) -> None:
    """What it says in parting is an edit, and so is what the next process adds."""
    knowledge = FakeKnowledge()

    async def scene(stage: SlackStage) -> None:
        slow = Slow(knowledge)
        await stage.say(SLOW)
        await stage.until(lambda: stage.seen() and "지금까지" in stage.seen()[0].text)
        await stage.process.end()
        assert reply(stage)["streaming_state"] == "completed"
        slow.go.set()
        stage.process.start()
        await stage.until(lambda: "늦은 답" in stage.seen()[0].text)

    play(tmp_path, scene, knowledge)


def test_two_threads_stream_beside_each_other(tmp_path: Path) -> None:
    """Each talk has its own stream."""

    async def scene(stage: SlackStage) -> None:
        await stage.say(QUESTION, place=DIRECT)
        await stage.say("다음 질문입니다", place=DIRECT)
        await stage.until(lambda: sum("up" in seen.buttons for seen in stage.seen()) == 2)
        assert stage.slack.calls["chat.startStream"] == 2

    play(tmp_path, scene)


@pytest.mark.parametrize("has_thumbs", [True, False])
def test_an_opinion_is_given_with_slacks_own_thumbs(tmp_path: Path, has_thumbs: bool) -> None:
    """Where Slack doesn't take them in a message, with plain buttons; it isn't asked twice."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.workspace.has_thumbs = has_thumbs
        for number, text in enumerate((QUESTION, "다음 질문입니다")):
            await stage.say(text)
            await stage.until(lambda: sum("up" in seen.buttons for seen in stage.seen()) == number + 1)  # noqa: B023
        assert stage.slack.calls["chat.update"] == (2 if has_thumbs else 3)
        shown = stage.slack.workspace.channels["D1"].messages[stage.seen()[0].id]
        assert has_thumbs == ("context_actions" in {block["type"] for block in shown["blocks"]})
        await stage.click(stage.seen()[0], "down")
        (form,) = await stage.until(lambda: stage.slack.workspace.views)
        await stage.send(form, {"reason": "wrong"})
        await stage.click(stage.seen()[1], "up")
        await stage.until(stage.private)
        with stage.process.librarian._memory._catalog.read() as connection:  # type: ignore[union-attr]
            found = {each.question: (each.verdict, each.reason) for each in turns.opinions(connection)}
        assert found == {QUESTION: ("down", "wrong"), "다음 질문입니다": ("up", "")}

    play(tmp_path, scene)


def test_a_stream_is_ended_before_slack_ends_it() -> None:
    """After four minutes it takes nothing more, and the message is edited from there."""
    now = [0.0]

    async def run() -> None:
        async with FakeSlack() as slack:
            slack.workspace.can_stream = True
            asked = slack.workspace.say("U1", "D1", "질문")
            client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.base_url)
            streams = Streams(client, 0.0, lambda: now[0])
            message = a_message(channel="D1", message=asked["ts"], thread=asked["ts"], kind="direct")
            claim, view = Claim(1, message, "ko"), View("ko")
            claim = claim.placed(await streams.begin(claim, view))
            now[0] = LIVES - 1
            assert await streams.append(claim, view.after(Token("하나")))
            now[0] = LIVES
            assert not await streams.append(claim, view.after(Token("하나 둘")))
            await streams.end(claim, {"event_type": EVENT_TYPE, "event_payload": {}})
            assert slack.workspace.channels["D1"].messages[claim.reply]["streaming_state"] == "completed"
            assert not streams.has(claim)

    asyncio.run(run())


@given(st.text(alphabet="ab.:/@<>[](&;#! w1한\n\u200b`*|"), st.integers(0, 40))
def test_nothing_is_alive_in_a_stream_wherever_it_is_cut(text: str, cut: int) -> None:
    """No mention, no link, and what was shown is the beginning of what follows."""
    shown = unlinked(text)
    assert not workspace.LIVE_IN_MARKDOWN.search(shown)
    assert shown.startswith(unlinked(text[:cut]))
    assert shown.replace("\u200b", "") == text.replace("\u200b", "")
