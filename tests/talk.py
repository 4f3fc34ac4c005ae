"""A librarian over a real catalog and knowledge that says what it is told, and a surface that remembers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.desk import Desk
from adapters.messages import Claim, Message
from adapters.pacing import Pace
from adapters.protocol import Archive, Directory
from adapters.view import View
from bot.chat.attachments import Attachments
from bot.chat.commands import Commands
from bot.chat.librarian import Librarian
from bot.chat.limits import Limits
from bot.chat.memory import Memory
from bot.chat.permissions import Permissions
from knowledge.catalog import Catalog
from knowledge.parsing import parse
from knowledge.sources.uploads import Uploads
from tests.fakes import FakeArchive, FakeDirectory, FakeKnowledge, FakePlatform

MANY = Limits(per_person=1000, per_channel=1000, at_once=1000)


def prepared(folder: Path) -> Catalog:
    """A catalog that is ready for use."""
    catalog = Catalog.in_folder(folder)
    catalog.prepare()
    return catalog


def a_librarian(
    folder: Path,
    knowledge: Any = None,
    directory: Directory | None = None,
    *,
    limits: Limits = MANY,
    admins: tuple[str, ...] = (),
    catalog: Catalog | None = None,
    platform: str = "slack",
    closing_seconds: float = 0.0,
    archive: Archive | None = None,
) -> Librarian:
    """A librarian of one platform, whose catalog is in `folder`."""
    catalog = catalog or prepared(folder)
    knowledge, directory = knowledge or FakeKnowledge(), directory or FakeDirectory()
    archive = archive or FakeArchive()
    permissions = Permissions(directory, platform, admins)
    commands = Commands(knowledge, catalog, directory, permissions, Uploads(folder / "uploads", parse))
    return Librarian(
        knowledge.answer,
        Memory(catalog, platform, knowledge.identity),
        FakePlatform(directory, archive),
        permissions,
        commands,
        Attachments(archive, parse),
        limits=limits,
        closing_seconds=closing_seconds,
    )


async def answered(librarian: Librarian, message: Message) -> tuple[Claim, list[Any]]:
    """Ask, as an adapter does; gives the claim and the events of its answer."""
    claim = await librarian.claim(message)
    assert claim is not None
    async with aclosing(librarian.ask(claim)) as stream:
        events = [event async for event in stream]
    await librarian.finish(claim, "finished")
    return claim, events


@dataclass
class FakeSurface:
    """Shows answers in memory: `posts` by id, each with all that was shown there.

    `failures` are raised by the next calls of the method that they are listed under. With `lost_posts`, a post
    arrives and its acknowledgement doesn't: the next `open` fails after posting.
    """

    posts: dict[str, list[View]] = field(default_factory=dict)
    whispers: list[tuple[str, str]] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    lost_posts: list[Exception] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    edits: Pace = field(default_factory=lambda: Pace(0.0))
    on_show: Callable[[View], None] = lambda view: None

    def pace(self, claim: Claim) -> Pace:
        return self.edits

    async def open(self, claim: Claim, view: View) -> str:
        self._fail("open")
        if claim.may_be_posted and claim.message.key in self.keys:
            return self.keys[claim.message.key]
        reply = f"reply {len(self.posts) + 1}"
        self.posts[reply] = [view]
        self.keys[claim.message.key] = reply
        if self.lost_posts:
            raise self.lost_posts.pop()
        return reply

    async def show(self, claim: Claim, view: View) -> None:
        self._fail("show")
        self.posts[claim.reply].append(view)
        self.on_show(view)

    async def finish(self, claim: Claim, view: View) -> None:
        self._fail("finish")
        self.posts[claim.reply].append(view)

    async def withdraw(self, claim: Claim) -> None:
        self.withdrawn.append(claim.reply)

    async def whisper(self, message: Message, sentence: str) -> None:
        self.whispers.append((message.author, sentence))

    @property
    def answers(self) -> list[str]:
        """What stands in each post at the end."""
        return [shown[-1].failure or shown[-1].text for shown in self.posts.values()]

    def _fail(self, name: str) -> None:
        if self.failures.get(name):
            raise self.failures[name].pop(0)


def a_desk(librarian: Librarian, surface: FakeSurface, retries: int = 3) -> Desk:
    """A desk that loses no time."""
    return Desk(librarian, surface, retry_seconds=[0.0] * retries)
