"""Documents that people add and remove through Slack's forms and menus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge.service import Knowledge
from knowledge.types import Document
from tests.adapters.slack.stage import SlackStage, slack_stage
from tests.librarian import open_knowledge
from tests.scenarios.stage import DIRECT
from tests.scenarios.stage import play as play_on

Scene = Callable[[SlackStage], Awaitable[None]]


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[Knowledge]:
    """Knowledge of nothing yet."""
    opened = open_knowledge(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def play(tmp_path: Path, knowledge: Knowledge) -> Callable[[Scene], list[Document]]:
    """Plays a scene in a workspace, and gives the documents that there are at its end."""

    def played(scene: Scene) -> list[Document]:
        return play_on(slack_stage, tmp_path, scene, knowledge).documents()

    return played


def text_of(knowledge: Knowledge, document: Document) -> str:
    return "\n".join(passage.text for passage in knowledge.passages(document))


async def told(stage: SlackStage, words: str, person: str = "asker") -> None:
    """Wait until a person is told something that has these words."""
    await stage.until(lambda: any(words in each.text for each in stage.private(person)))


def a_file(stage: SlackStage, name: str, text: str) -> dict[str, Any]:
    """A file as Slack describes it, which can be fetched."""
    path = f"F{len(stage.slack.files)}"
    stage.slack.files[path] = text.encode()
    return {"name": name, "size": len(text), "url_private_download": f"{stage.slack.url}/files/{path}"}


def test_a_form_adds_a_text_and_files_for_the_channel(play, knowledge) -> None:
    """`/docs add` opens a form; everything that is filled in becomes a document of the channel."""

    async def scene(stage: SlackStage) -> None:
        await stage.command("add")
        given = {
            "title": "점심 규칙",
            "text": "열두 시에 먹습니다.",
            "files": [a_file(stage, "주차.md", "# 주차\n\n지하 2층입니다.")],
        }
        assert await stage.send(await stage.form(), given) == {}
        await told(stage, "점심 규칙")

    documents = play(scene)
    assert {each.title for each in documents} == {"점심 규칙", "주차"}
    assert {each.scope for each in documents} == {"slack:T1/C1"}


@pytest.mark.parametrize(
    ("person", "readers", "scope"),
    [("asker", "person", "slack:T1/@U1"), ("admin", "team", "slack:T1"), ("asker", "team", "")],
)
def test_a_form_adds_for_whom_it_says(play, person: str, readers: str, scope: str) -> None:
    """For the person alone, or by an admin for the team; others hear that they may not."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.workspace.add_user("ADMIN")
        await stage.command("add", person=person)
        await stage.send(
            await stage.form(), {"title": "공지", "text": "알립니다.", "readers": readers}, person=person
        )
        await told(stage, "공지" if scope else "관리자", person)

    assert [each.scope for each in play(scene)] == ([scope] if scope else [])


def test_an_empty_form_stays_open_and_says_what_is_missing(play) -> None:
    """Nothing filled in is told in the form, at once."""

    async def scene(stage: SlackStage) -> None:
        await stage.command("add")
        answer = await stage.send(await stage.form(), {"title": "제목만"})
        assert answer["response_action"] == "errors"
        assert "파일" in answer["errors"]["text"]

    assert play(scene) == []


def test_in_a_direct_message_the_form_offers_no_channel(play) -> None:
    """What is added there is the person's own, or the team's."""

    async def scene(stage: SlackStage) -> None:
        await stage.command("add", place=DIRECT)
        view = await stage.form()
        readers = next(each for each in view["blocks"] if each.get("block_id") == "readers")
        assert [each["value"] for each in readers["element"]["options"]] == ["person", "team"]
        await stage.send(view, {"text": "나만 봅니다"})
        await told(stage, "나만 봅니다")

    assert [each.scope for each in play(scene)] == ["slack:T1/@U1"]


def test_a_file_that_cant_be_had_is_named_and_the_others_are_added(play) -> None:
    """Another host gets no token, and one broken file costs no other."""

    async def scene(stage: SlackStage) -> None:
        good = a_file(stage, "주차.md", "# 주차\n\n지하 2층입니다.")
        bad = {**good, "name": "밖.md", "url_private_download": "https://files.slack.com.evil.example/x"}
        await stage.command("add")
        await stage.send(await stage.form(), {"files": [bad, good]})
        await told(stage, "밖.md")
        await told(stage, "주차")

    assert [each.title for each in play(scene)] == ["주차"]


def test_the_menu_of_a_message_adds_the_message_and_its_files(play, knowledge) -> None:
    """With who wrote it and a link to it, under the title that the person gives."""

    async def scene(stage: SlackStage) -> None:
        file = a_file(stage, "주차.md", "# 주차\n\n지하 2층입니다.")
        message = stage.slack.workspace.say("U2", "C1", "배포는 화요일입니다", files=[file])
        await stage.menu("add_to_documents", message)
        view = await stage.form()
        assert not any(each.get("block_id") == "part" for each in view["blocks"])
        await stage.send(view, {"title": "배포 요일"})
        await told(stage, "배포 요일")
        await told(stage, "주차")

    documents = {each.title: each for each in play(scene)}
    assert set(documents) == {"배포 요일", "주차"}
    text = text_of(knowledge, documents["배포 요일"])
    assert documents["배포 요일"].link.startswith("https://acme.slack.com/archives/C1/p")
    assert "U2" in text
    assert "배포는 화요일입니다" in text


def test_the_menu_of_a_message_adds_its_thread(play, knowledge) -> None:
    """All of it, across Slack's pages, without what the bot said; added again it takes its own place."""

    async def scene(stage: SlackStage) -> None:
        say = stage.slack.workspace.say
        root = say("U1", "C1", "언제 배포하나요?")
        say("UBOT", "C1", "화요일이라고 봇이 말합니다", thread_ts=root["ts"])
        replies = [say("U2", "C1", f"답장 {number}번입니다", thread_ts=root["ts"]) for number in range(7)]
        for number in range(2):
            await stage.menu("add_to_documents", {**replies[2], "thread_ts": root["ts"]})
            before = len(stage.private())
            await stage.send(await stage.form(number), {"title": "배포 일정", "part": "thread"})
            await stage.until(lambda before=before: len(stage.private()) >= before + 2)  # progress, result

    (document,) = play(scene)
    text = text_of(knowledge, document)
    assert all(f"답장 {number}번" in text for number in range(7))
    assert "봇이 말합니다" not in text


def test_a_message_that_the_bot_cant_read_again_is_added_all_the_same(play, knowledge) -> None:
    """Where the bot isn't a member, the menu's own copy is what counts; its thread is refused, with what to do."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.refusing |= {
            "conversations.replies": "not_in_channel",
            "chat.getPermalink": "channel_not_found",
        }
        message = {
            "text": "남겨 둘 말입니다",
            "user": "U2",
            "ts": "1700000500.000100",
            "thread_ts": "1700000400.000100",
        }
        await stage.menu("add_to_documents", message)
        await stage.send(await stage.form(), {"part": "thread"})
        await told(stage, "/invite")
        await stage.menu("add_to_documents", message)
        await stage.send(await stage.form(1), {"title": "남긴 말"})
        await told(stage, "남긴 말")

    (document,) = play(scene)
    assert "남겨 둘 말입니다" in text_of(knowledge, document)


def test_a_document_is_removed_once_that_is_confirmed(play, knowledge) -> None:
    """`/docs remove` names the document and asks; nothing is gone before the answer."""

    async def scene(stage: SlackStage) -> None:
        await stage.command("add", "점심 규칙\n열두 시")
        await told(stage, "점심 규칙")
        await stage.command("remove", "점심")
        view = await stage.form()
        assert any("점심 규칙" in str(each) for each in view["blocks"])
        assert len(knowledge.documents()) == 1
        await stage.send(view, {})
        await told(stage, "지웠습니다")

    assert play(scene) == []


def test_the_form_that_removes_offers_what_the_person_may_read(play) -> None:
    """Without a name the form has a menu; who neither added the document nor is an admin hears why not."""

    async def scene(stage: SlackStage) -> None:
        await stage.command("add", "점심 규칙\n열두 시")
        await stage.command("add", "나의 점심\n비밀", place=DIRECT)
        await told(stage, "나의 점심")
        await told(stage, "점심 규칙")
        await stage.command("remove", person="other")
        view = await stage.form()
        offered = await stage.look_up(view, "점심", person="other")
        ((label, number),) = offered.items()
        assert "점심 규칙" in label
        await stage.send(view, {"document": number}, person="other")
        await told(stage, "관리자", "other")

    assert len(play(scene)) == 2


def test_a_form_that_is_closed_before_it_is_ready_is_no_error(play) -> None:
    """Who changes their mind hears nothing of it, and nothing is removed."""

    async def scene(stage: SlackStage) -> None:
        stage.slack.workspace.closes_forms = True
        await stage.command("add", "점심 규칙\n열두 시")
        await told(stage, "점심 규칙")
        await stage.command("remove", "점심")
        await stage.until(lambda: stage.slack.calls["views.update"])
        await stage.command("help", person="other")
        await told(stage, "reindex", "other")
        assert not any("로그" in each.text for each in stage.private())

    assert len(play(scene)) == 1


def test_what_a_form_asks_for_is_told_in_a_direct_message_when_its_link_is_dead(play) -> None:
    """A response URL lives half an hour; a form may stay open longer."""

    async def scene(stage: SlackStage) -> None:
        await stage.command("add")
        view = await stage.form()
        stage.slack.expire_responses()
        await stage.send(view, {"text": "늦게 보냅니다"})
        await stage.until(lambda: any("늦게 보냅니다" in each.text for each in stage.seen(DIRECT)))

    assert len(play(scene)) == 1


def test_a_link_in_the_form_is_a_page_and_no_text(play) -> None:
    """It goes the way of links, on which the operator has a say: here nothing is fetched, and that is told."""

    async def scene(stage: SlackStage) -> None:
        await stage.command("add")
        await stage.send(await stage.form(), {"text": "https://docs.acme.example/leave"})
        await told(stage, "https://docs.acme.example/leave")

    assert play(scene) == []
