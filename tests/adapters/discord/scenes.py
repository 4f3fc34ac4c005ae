"""Scenes in a fake Discord, and what people do in several of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from adapters.discord.adapter import Options
from tests.adapters.discord.server import FakeDiscord
from tests.adapters.discord.stage import DiscordStage, discord_stage
from tests.fakes import FakeKnowledge
from tests.scenarios.base import is_whole
from tests.scenarios.stage import play as play_on

Scene = Callable[[DiscordStage], Awaitable[None]]


def play(
    folder: Path,
    scene: Scene,
    knowledge: FakeKnowledge | None = None,
    prepare: Callable[[FakeDiscord], None] = lambda _: None,
    **options: Any,
) -> FakeKnowledge:
    """Run a scene; what knowledge was asked in it."""
    chosen = Options(**{"edit_seconds": 0.0, **options})
    return play_on(discord_stage, folder, scene, knowledge, prepare=prepare, options=chosen)


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


async def docs(stage: DiscordStage, name: str, options: list[dict[str, Any]], **more: Any) -> None:
    """`/docs NAME` with these options."""
    command = {"name": name, "type": 1, "options": options}
    data = {"id": "1", "type": 1, "name": "docs", "options": [command], "resolved": more.pop("resolved", {})}
    await stage.interact(more.pop("kind", 2), data, **more)


async def add_file(stage: DiscordStage, place: str = "channel") -> None:
    """`/docs add` with a file."""
    await stage.add_file("note.md", "# 안내\n\n출입증은 7층에서 받습니다.\n".encode(), place=place)


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


async def fill_in(stage: DiscordStage, form: dict[str, Any], *, name: str, text: str) -> None:
    """Send the form that asks what to add."""
    filled = [("name", 4, {"value": name}), ("text", 4, {"value": text}), ("files", 19, {"values": []})]
    components = [
        {"type": 18, "id": index, "component": {"type": kind, "custom_id": field, "id": 9, **given}}
        for index, (field, kind, given) in enumerate(filled)
    ]
    await stage.interact(5, {"custom_id": form["custom_id"], "components": components, "resolved": {}})
