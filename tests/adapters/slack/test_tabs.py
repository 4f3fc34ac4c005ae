"""The app's home tab, and what Slack adds where the app is an agent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from knowledge.types import Scope
from tests.adapters.slack import workspace
from tests.adapters.slack.stage import SlackStage, slack_stage
from tests.fakes import FakeKnowledge
from tests.librarian import fill, open_knowledge
from tests.scenarios.base import QUESTION, SLOW, Slow, whole
from tests.scenarios.stage import DIRECT, play

Scene = Callable[[SlackStage], Awaitable[None]]


def a_library(folder: Path) -> Knowledge:
    """Knowledge of a handbook for everyone, of U1's channel, of another channel and of another person."""
    scopes = {"everyone": "휴가", "slack:T1/C1": "배포", "slack:T1/C9": "연봉", "slack:T1/@U2": "일기"}
    folders = []
    for scope, title in scopes.items():
        path = folder / title
        fill(path, {f"{title}.md": f"# {title} 안내\n\n{title}에 대해 씁니다."})
        folders.append(Folder(path, Scope(scope)))
    knowledge = open_knowledge(folder / "data", *folders)
    knowledge.refresh()
    return knowledge


async def open_tab(stage: SlackStage, tab: str) -> None:
    event = {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": tab}
    await stage.slack.deliver("events_api", stage.slack.event(event))


def test_the_home_tab_counts_what_the_person_may_read(tmp_path: Path) -> None:
    """By scope, with the newest titles, in the person's language; others' documents leave no trace."""
    knowledge = a_library(tmp_path)

    async def scene(stage: SlackStage) -> None:
        await open_tab(stage, "home")
        await stage.until(lambda: "U1" in stage.slack.workspace.homes)
        shown = workspace.seen(stage.slack.workspace.homes["U1"])
        assert "모두의 문서 1개" in shown
        assert "<#C1> 채널의 문서 1개" in shown
        assert {"휴가", "배포"} <= {title for title in ("휴가", "배포", "연봉", "일기") if title in shown}
        assert not any(title in shown for title in ("연봉", "일기", "C9", "U2"))

    play(slack_stage, tmp_path, scene, knowledge)
    knowledge.close()


def test_the_home_tab_speaks_the_persons_language_and_says_when_there_is_nothing(tmp_path: Path) -> None:
    """Who uses Slack in English reads English, and nobody stands before an empty page."""
    knowledge = open_knowledge(tmp_path / "data")

    async def scene(stage: SlackStage) -> None:
        stage.slack.workspace.add_user("U1", locale="en-US")
        await open_tab(stage, "home")
        await stage.until(lambda: "U1" in stage.slack.workspace.homes)
        assert "There is nothing yet" in workspace.seen(stage.slack.workspace.homes["U1"])

    play(slack_stage, tmp_path, scene, knowledge)
    knowledge.close()


def test_a_document_is_added_from_the_home_tab(tmp_path: Path) -> None:
    """The button opens the form, and what came of it is told in a direct message."""
    knowledge = open_knowledge(tmp_path / "data")

    async def scene(stage: SlackStage) -> None:
        await open_tab(stage, "home")
        await stage.until(lambda: "U1" in stage.slack.workspace.homes)
        await stage.press_home("saseo_home_add")
        await stage.send(await stage.form(), {"text": "나의 메모입니다"})
        await stage.until(lambda: any("나의 메모" in each.text for each in stage.seen(DIRECT)))
        (document,) = knowledge.documents()
        assert document.scope == "slack:T1/@U1"

    play(slack_stage, tmp_path, scene, knowledge)
    knowledge.close()


def test_an_agent_suggests_questions_about_what_the_person_may_read(tmp_path: Path) -> None:
    """In direct messages, of the newest documents, and of no one else's."""
    knowledge = a_library(tmp_path)

    async def scene(stage: SlackStage) -> None:
        stage.slack.workspace.is_agent = True
        await open_tab(stage, "messages")
        await stage.until(lambda: "D1" in stage.slack.workspace.prompts)
        suggested = {each["title"] for each in stage.slack.workspace.prompts["D1"]}
        assert suggested == {"휴가 안내", "배포 안내"}

    play(slack_stage, tmp_path, scene, knowledge)
    knowledge.close()


def test_an_agents_session_works_and_rests(tmp_path: Path) -> None:
    """Slack shows in the question's thread that it is being answered, until it is."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.workspace.is_agent = True
        asked = await stage.say(QUESTION)
        await stage.until(lambda: whole(stage))
        await stage.until(lambda: len(stage.slack.workspace.sessions) == 2)
        assert stage.slack.workspace.sessions == [("C1", asked.id, "processing"), ("C1", asked.id, "active")]

    play(slack_stage, tmp_path, scene, FakeKnowledge())


def test_slacks_own_stop_button_stops_the_answer_for_who_may(tmp_path: Path) -> None:
    """The asker ends it; somebody else hears that they can't."""
    knowledge = FakeKnowledge()

    async def scene(stage: SlackStage) -> None:
        stage.slack.workspace.is_agent = True
        slow = Slow(knowledge)
        asked = await stage.say(SLOW)
        await slow.began.wait()
        event = {
            "type": "agent_session_stopped",
            "channel": "C1",
            "thread_ts": asked.id,
            "streaming_message_ts": [],
        }
        await stage.slack.deliver("events_api", stage.slack.event({**event, "user": "U2"}))
        await stage.until(lambda: stage.private("other"))
        await stage.slack.deliver("events_api", stage.slack.event({**event, "user": "U1"}))
        await stage.until(lambda: "멈췄습니다" in stage.seen()[0].text)
        await stage.until(lambda: stage.slack.workspace.sessions[-1][2] == "active")

    play(slack_stage, tmp_path, scene, knowledge)


def test_a_session_in_which_nothing_goes_on_rests_when_it_is_stopped(tmp_path: Path) -> None:
    """Slack leaves the status to the app: after a restart it may still say that something goes on."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.workspace.is_agent = True
        said = await stage.say("점심 뭐 먹지?", mention=False)
        event = {"type": "agent_session_stopped", "channel": "C1", "thread_ts": said.id, "user": "U1"}
        await stage.slack.deliver("events_api", stage.slack.event(event))
        await stage.until(lambda: stage.slack.workspace.sessions == [("C1", said.id, "active")])

    play(slack_stage, tmp_path, scene, FakeKnowledge())


def test_where_the_app_is_no_agent_it_asks_once(tmp_path: Path) -> None:
    """A refusal for a reason that stays is remembered; the answers come all the same."""

    async def scene(stage: SlackStage) -> None:
        for number in range(2):
            await stage.say(QUESTION)
            await stage.until(
                lambda number=number: len([each for each in stage.seen() if "[1]" in each.text]) > number
            )
        assert stage.slack.calls["agents.sessions.setStatus"] == 1

    play(slack_stage, tmp_path, scene, FakeKnowledge())
