"""Slack's requests over HTTP: signed, claimed before they are acknowledged, answered once."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import ClientSession

from adapters.door import MAX_BODY
from tests.adapters.slack.stage import SlackStage, slack_stage
from tests.fakes import FakeKnowledge
from tests.scenarios.base import QUESTION, is_whole, whole
from tests.scenarios.stage import play as play_on

Scene = Callable[[SlackStage], Awaitable[None]]


def play(folder: Path, scene: Scene) -> FakeKnowledge:
    """Run a scene in a workspace whose bot is asked over HTTP."""
    return play_on(slack_stage, folder, scene, over_http=True)


def test_a_question_is_answered_and_its_retries_add_nothing(tmp_path: Path) -> None:
    """A mention, its twin and what Slack sends again get one answer; a command and a click work too."""

    async def scene(stage: SlackStage) -> None:
        asked = await stage.say(QUESTION)
        await stage.deliver_again(asked, retry=1)
        answer = await stage.until(lambda: whole(stage))
        await stage.deliver_again(asked, retry=2)
        await stage.click(answer, "up")
        await stage.until(lambda: any("고맙습니다" in each.text for each in stage.private()))
        await stage.command("ask", "또 묻습니다")
        await stage.until(lambda: any(is_whole(each) for each in stage.private()))
        assert len(stage.seen()) == 1

    assert len(play(tmp_path, scene).asked) == 2


def test_a_form_is_told_what_is_missing(tmp_path: Path) -> None:
    """What a listener says with its acknowledgement is the answer to the request."""

    async def scene(stage: SlackStage) -> None:
        await stage.command("add")
        answer = await stage.send(await stage.form(), {"title": "제목만"})
        assert answer["response_action"] == "errors"

    play(tmp_path, scene)


def test_what_isnt_signed_by_slack_is_refused(tmp_path: Path) -> None:
    """Another secret, an old signature or none at all: 401, and nothing is asked or said."""

    async def scene(stage: SlackStage) -> None:
        slack = stage.slack
        await stage.say(QUESTION)
        await stage.until(lambda: whole(stage))
        message = slack.workspace.say("U1", "C1", "<@UBOT> 몰래 묻습니다")
        payload = slack.event({**message, "channel": "C1", "channel_type": "channel"})
        assert (await slack.post("events_api", payload, secret="another"))[0] == 401
        assert (await slack.post("events_api", payload, at=time.time() - 3600))[0] == 401
        async with ClientSession() as session, session.post(slack.request_url, json=payload) as answer:
            assert answer.status == 401
        assert len(stage.seen()) == 1

    assert [question.text for question in play(tmp_path, scene).asked] == [QUESTION]


def test_a_claim_that_cant_be_written_isnt_acknowledged(tmp_path: Path) -> None:
    """Slack hears an error, sends the event again, and it is answered once."""

    async def scene(stage: SlackStage) -> None:
        slack = stage.slack
        await stage.say(QUESTION)
        await stage.until(lambda: whole(stage))
        librarian = stage.process.librarian
        assert librarian is not None
        real = librarian._memory.claim

        def fails(message: object) -> int | None:
            raise OSError("disk")

        librarian._memory.claim = fails  # type: ignore[method-assign,assignment]
        message = slack.workspace.say("U1", "C1", "<@UBOT> 다시 묻습니다")
        payload = slack.event({**message, "channel": "C1", "channel_type": "channel"})
        assert (await slack.post("events_api", payload))[0] == 500
        librarian._memory.claim = real  # type: ignore[method-assign]
        assert (await slack.post("events_api", payload, 1))[0] == 200
        await stage.until(lambda: [is_whole(each) for each in stage.seen()] == [True, True])

    assert len(play(tmp_path, scene).asked) == 2


def test_slack_tries_again_while_no_bot_is_there(tmp_path: Path) -> None:
    """Between two processes requests get 503; what Slack then sends again is answered."""

    async def scene(stage: SlackStage) -> None:
        slack = stage.slack
        await stage.say(QUESTION)
        await stage.until(lambda: whole(stage))
        await stage.process.end()
        message = slack.workspace.say("U1", "C1", "<@UBOT> 다시 묻습니다")
        payload = slack.event({**message, "channel": "C1", "channel_type": "channel"})
        assert (await slack.post("events_api", payload))[0] == 503
        stage.process.start()
        await slack.deliver("events_api", payload, retry=1)
        await stage.until(lambda: [is_whole(each) for each in stage.seen()] == [True, True])

    play(tmp_path, scene)


def test_the_address_is_confirmed_and_odd_requests_are_turned_away(tmp_path: Path) -> None:
    """Slack's challenge is answered; a body beyond any limit, or one that is no text, gets no further."""

    async def scene(stage: SlackStage) -> None:
        slack = stage.slack
        await stage.say(QUESTION)
        challenge = {
            "type": "url_verification",
            "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
        }
        assert (await slack.post("events_api", challenge))[1]["challenge"] == challenge["challenge"]
        async with ClientSession() as session:
            async with session.post(slack.request_url, data=b"x" * (MAX_BODY + 1)) as answer:
                assert answer.status == 413
            async with session.post(slack.request_url, data=b"\xff\xfe") as answer:
                assert answer.status == 400
            async with session.get(slack.request_url) as answer:
                assert answer.status == 405
        await stage.until(lambda: whole(stage))

    play(tmp_path, scene)
