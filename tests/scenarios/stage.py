"""What the scenarios need of a platform: people who do things there, and what they see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from bot.chat.librarian import Librarian
from bot.chat.limits import Limits
from tests.fakes import FakeKnowledge
from tests.talk import a_librarian

NO_FILES: Mapping[str, bytes] = MappingProxyType({})
_S = TypeVar("_S")

CHANNEL, DIRECT = "channel", "direct"
"""Where the scenarios' first person, who is `asker`, writes; `other` reads the channel too."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that a person wrote: where, and the platform's id of it. `raw` is the stage's own."""

    place: str
    id: str
    thread: str
    raw: Any = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of the bot as people see it. `buttons` are `stop`, `up`, `down` and `share` if it has them."""

    id: str
    text: str
    thread: str
    buttons: frozenset[str]


class Stage(Protocol):
    """A platform with people in it, and the librarian connected through its real SDK.

    Persons are `asker`, `other` and `admin`; places are `channel` and `direct`.
    """

    knowledge: FakeKnowledge

    async def say(
        self,
        text: str,
        *,
        person: str = "asker",
        place: str = CHANNEL,
        thread: str = "",
        mention: bool = True,
        files: Mapping[str, bytes] = NO_FILES,
    ) -> Asked:
        """A person writes, and may attach files; the platform has delivered it, and the bot has acknowledged it."""

    async def deliver_again(self, asked: Asked) -> None:
        """The platform delivers the same message again, in every way in which it does."""

    async def edit(self, asked: Asked, text: str) -> None:
        """The person edits their message."""

    async def delete(self, asked: Asked) -> None:
        """The person deletes their message."""

    async def command(
        self, name: str, argument: str = "", *, person: str = "asker", place: str = CHANNEL
    ) -> None:
        """A person gives the slash command `/docs NAME ARGUMENT`, or `/ask ARGUMENT` for the name `ask`."""

    async def add_file(self, name: str, data: bytes, *, place: str = CHANNEL) -> None:
        """A person gives `/docs add` a file, as one does there."""

    async def click(self, seen: Seen, button: str, *, person: str = "asker") -> None:
        """A person clicks a button under a message."""

    async def give_reason(self, reason: str, comment: str) -> None:
        """The person fills in the form that asks what was wrong, and sends it."""

    def seen(self, place: str = CHANNEL) -> list[Seen]:
        """The bot's messages in a place, oldest first."""

    def private(self, person: str = "asker") -> list[Seen]:
        """What only this person sees."""

    async def until(self, true: Callable[[], Any]) -> Any:
        """Wait until something holds, and give it."""

    async def invite_outsider(self) -> None:
        """Somebody from outside joins the channel."""

    async def close_channel(self) -> None:
        """The channel becomes private: of the persons only `asker` reads it."""

    def limit_next_calls(self) -> None:
        """The platform refuses the next post and the next edit with 429."""

    def lose_next_post(self) -> None:
        """The next post arrives, and the connection breaks before its answer."""

    def let_minutes_pass(self) -> None:
        """The platform forgets what it remembers of recent posts."""

    async def disconnect(self) -> None:
        """The connection breaks, and is there again when this returns."""

    async def restart(self) -> None:
        """The bot's process ends in the middle of everything, and another starts."""


def play(
    stage: Callable[..., AbstractAsyncContextManager[_S]],
    folder: Path,
    scene: Callable[[_S], Awaitable[None]],
    knowledge: Any = None,
    **options: Any,
) -> Any:
    """Run a scene on a stage whose bot keeps its catalog in `folder`; gives what it knew, a FakeKnowledge by default."""
    knowledge = FakeKnowledge() if knowledge is None else knowledge

    async def run() -> None:
        async with stage(folder, knowledge, **options) as made:
            await scene(made)

    asyncio.run(run())
    return knowledge


@dataclass
class Process:
    """The bot's process, as far as an adapter is concerned: it runs, and can be killed and started."""

    folder: Path
    knowledge: FakeKnowledge
    limits: Limits
    make: Callable[[], Any]  # the adapter
    librarian: Librarian | None = None
    adapter: Any = None
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start."""
        adapter = self.adapter = self.make()
        platform = adapter.capabilities.platform
        self.librarian = a_librarian(
            self.folder,
            self.knowledge,
            adapter.directory,
            limits=self.limits,
            admins=(f"{platform}:T1/@ADMIN",),
            platform=platform,
            archive=adapter.archive,
        )
        self._task = asyncio.create_task(adapter.run(self.librarian))

    @asynccontextmanager
    async def running(self, is_there: Callable[[], Awaitable[Any]]) -> AsyncIterator[None]:
        """Let it run while the block lasts, which begins when `is_there` is over."""
        self.start()
        try:
            await is_there()
            yield
        finally:
            await self.end()

    async def end(self) -> None:
        """End it, wherever it is; what went wrong in it fails the test."""
        assert self._task is not None
        self._task.cancel()
        (outcome,) = await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
            raise outcome
