"""`/ask` in Slack: what only the asker sees, how it is shared, and of which team it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.installation import Installation
from knowledge.types import Answer, Finished
from tests.adapters.slack.stage import SlackStage, slack_stage
from tests.fakes import FakeKnowledge
from tests.scenarios.base import QUESTION

LOOKING = "찾는 중"


def play(folder: Path, scene: Callable[[SlackStage], Awaitable[None]], *before: Any) -> FakeKnowledge:
    """Run a scene; the answer stands on no document, and comes after `before`."""
    answer = Finished(Answer("문서와 상관없는 답입니다.", "ko", "extractive", ()))
    knowledge = FakeKnowledge(answers={QUESTION: (*before, answer)})

    async def run() -> None:
        async with slack_stage(folder, knowledge) as stage:
            await scene(stage)

    asyncio.run(run())
    return knowledge


def test_a_quick_answer_comes_alone(tmp_path: Path) -> None:
    """Nothing stands beside it that says it is being looked for."""

    async def scene(stage: SlackStage) -> None:
        await stage.command("ask", QUESTION)
        await stage.until(stage.private)
        (answer,) = stage.private()
        assert "상관없는 답" in answer.text

    play(tmp_path, scene)


def test_an_answer_that_takes_a_while_says_so(tmp_path: Path) -> None:
    """One line, and then the answer, which is to take the line's place where Slack can do that."""
    go = asyncio.Event()

    async def scene(stage: SlackStage) -> None:
        await stage.command("ask", QUESTION)
        await stage.until(stage.private)
        (line,) = stage.private()
        assert LOOKING in line.text
        assert "stop" in line.buttons
        go.set()
        await stage.until(lambda: len(stage.private()) == 2)
        replaces = [message.get("replace_original") for _, _, message in stage.slack.workspace.private]
        assert replaces == [False, True]

    play(tmp_path, scene, go.wait)


def test_a_response_url_at_its_limit_is_waited_for(tmp_path: Path) -> None:
    """After 429 the answer comes the same way, once."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.limits.append("respond")
        await stage.command("ask", QUESTION)
        await stage.until(stage.private)
        await stage.command("help")
        await stage.until(lambda: len(stage.private()) == 2)
        assert "share" in stage.private()[0].buttons

    play(tmp_path, scene)


def test_sharing_twice_posts_once(tmp_path: Path) -> None:
    """The second press tells that it is there; a press whose post failed may be repeated."""

    async def scene(stage: SlackStage) -> None:
        await stage.command("ask", QUESTION)
        await stage.until(stage.private)
        answer = stage.private()[0]
        stage.slack.refusing["chat.postMessage"] = "restricted_action"
        await stage.click(answer, "share")
        await stage.until(lambda: len(stage.private()) == 2)
        del stage.slack.refusing["chat.postMessage"]
        await stage.click(answer, "share")
        await stage.until(stage.seen)
        await stage.click(answer, "share")
        await stage.until(lambda: len(stage.private()) == 3)
        assert "이미 이 채널에 공유한" in stage.private()[-1].text
        assert len(stage.seen()) == 1

    play(tmp_path, scene)


def test_a_command_from_another_workspace_is_of_ours(tmp_path: Path) -> None:
    """What a payload says of its team makes no scope: who its author is, the directory tells."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.workspace.add_user("U9", team_id="T9", is_stranger=True)
        payload = {
            "command": "/ask",
            "text": QUESTION,
            "team_id": "T9",
            "channel_id": "C1",
            "user_id": "U9",
            "api_app_id": "A1",
            "trigger_id": stage.slack.trigger(),
            "response_url": stage.slack.response_url("U9", "C1"),
        }
        await stage.slack.deliver("slash_commands", payload)
        await stage.until(lambda: stage.knowledge.asked)

    (question,) = play(tmp_path, scene).asked
    assert question.audience == {"slack:T1/@U9"}
    assert question.asker == "slack:T1/@U9"


@pytest.mark.parametrize(
    ("body", "team"),
    [
        ({"team_id": "T2", "enterprise_id": "E1"}, "T2"),
        ({"team": {"id": "T3", "enterprise_id": "E1"}, "user": {"id": "U1"}}, "T3"),
        ({"team_id": "T2", "authorizations": [{"enterprise_id": "E1", "team_id": None}]}, "T2"),
        ({"team_id": "T9", "enterprise_id": "E9"}, "E1"),
        ({"team_id": "T9"}, "E1"),
        ({}, "E1"),
    ],
)
def test_an_installation_of_an_organisation_takes_its_own_workspaces(body: dict[str, Any], team: str) -> None:
    """A workspace counts only with the organisation's own id beside it."""
    assert Installation("E1", "E1", is_org=True).team_of(body) == team


def test_an_installation_of_a_workspace_takes_no_other(tmp_path: Path) -> None:
    """Whatever the payload names."""
    assert Installation("T1", "E1").team_of({"team_id": "T2", "enterprise_id": "E1"}) == "T1"
