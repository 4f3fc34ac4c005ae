"""Discord's commands, forms and menus."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from adapters.messages import Claim, Message
from tests.adapters.discord.scenes import (
    add_file,
    docs,
    fill_in,
    is_told,
    play,
    use_menu,
)
from tests.adapters.discord.stage import DiscordStage
from tests.adapters.discord.world import GENERAL, GUILD
from tests.fakes import FakeKnowledge
from tests.scenarios.base import QUESTION, SLOW, Slow, is_whole


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
            await fill_in(stage, form, name="복장", text="금요일은 자유입니다.")
            await stage.until(lambda: is_told(stage))

        (registered,) = play(tmp_path, scene).registered
        (path,) = Path(registered.path).rglob("*.md")
        assert "자유입니다" in path.read_text()
        assert "복장" in path.name

    def test_a_link_in_the_form_is_a_page_and_no_text(self, tmp_path: Path) -> None:
        """An address is fetched where the operator allows it, and never kept as a text of that address."""

        async def scene(stage: DiscordStage) -> None:
            await docs(stage, "add", [])
            (form,) = await stage.until(lambda: stage.discord.world.modals)
            await fill_in(stage, form, name="", text="https://wiki.example/leave")
            await stage.until(lambda: any("wiki.example" in seen.text for seen in stage.private()))
            assert "링크는 가져오지 않도록" in stage.private()[-1].text

        assert play(tmp_path, scene).registered == []

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

    def test_a_question_whose_claim_takes_long_is_acknowledged_before_it(self, tmp_path: Path) -> None:
        """Discord gives three seconds: the command is deferred while the catalog is still busy, and answered then."""

        async def scene(stage: DiscordStage) -> None:
            librarian, free = stage.process.librarian, asyncio.Event()
            assert librarian is not None
            claim = librarian.claim

            async def late(message: Message) -> Claim | None:
                await free.wait()
                return await claim(message)

            librarian.claim = late  # type: ignore[method-assign]
            await stage.command("ask", QUESTION)  # returns once it is acknowledged
            assert stage.private() == []
            free.set()
            await stage.until(lambda: any(is_whole(seen) for seen in stage.private()))

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
