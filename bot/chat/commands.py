"""The `/docs` commands: the same on every platform, with permissions, and refusals that say why."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

from adapters.overview import Overview
from adapters.protocol import COMMANDS, CommandCall, Directory, Told
from adapters.wording import safe_name
from bot.chat.adding import Additions
from bot.chat.approvals import Approvals
from bot.chat.audience import channel_scope, person_audience, person_scope, team_scope
from bot.chat.listing import line_of
from bot.chat.overview import overview_of
from bot.chat.permissions import Permissions
from bot.chat.removals import Withheld, confirm, named, withheld
from bot.chat.status import status_lines, trouble_lines, withheld_line
from bot.freshness.overdue import overdue_since
from knowledge import messages
from knowledge.catalog import Catalog, chats, turns
from knowledge.catalog import uploads as given
from knowledge.catalog.uploads import Upload
from knowledge.errors import ChatUnavailable, SaseoError
from knowledge.language import detect
from knowledge.reports import Progress, RefreshReport
from knowledge.service import Knowledge
from knowledge.sources.uploads import Uploads
from knowledge.threads import run_blocking
from knowledge.types import Document, Language, Scope

_log = logging.getLogger(__name__)

LISTED = 20
_VERSIONS_SHOWN = 5
_EXCERPT = 500


class Refused(Exception):
    """The person may not, or what they gave can't be used: the sentence says why."""


class Commands:
    """Does what a `CommandCall` asks.

    Args:
        knowledge: the documents.
        catalog: of the same knowledge; prepared.
        directory: of the adapter's platform.
        permissions: who may do what.
        uploads: where what people add is kept.
        schedule: REFRESH_SCHEDULE, for telling whether a run is overdue.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        catalog: Catalog,
        directory: Directory,
        permissions: Permissions,
        uploads: Uploads,
        schedule: str = "off",
    ) -> None:
        self._knowledge = knowledge
        self._catalog = catalog
        self._directory = directory
        self._permissions = permissions
        self._uploads = uploads
        self._schedule = schedule
        self._additions = Additions(knowledge, catalog, uploads)
        self._approvals = Approvals(knowledge, catalog, directory, self._additions)
        self._at_once: dict[str, Callable[[CommandCall, Language], Awaitable[str]]] = {
            "list": self._list,
            "show": self._show,
            "status": self._status,
            "followups": self._follow_ups,
            "remove": self._remove,
            "forget": self._forget,
        }
        self._working: dict[str, Callable[[CommandCall, Language], AsyncIterator[Told]]] = {
            "add": self._add,
            "save": self._add,
            "approve": self._approve,
            "reindex": self._reindex,
        }

    async def run(self, call: CommandCall) -> AsyncGenerator[Told]:
        """Do it; what is said last is the result."""
        language = _language(call)
        try:
            async for told in self._run(call, language):
                yield told
        except Refused as refusal:
            yield Told(str(refusal), is_refusal=True)
        except ChatUnavailable:
            yield Told(messages.text("talk-unknown-rights", language), is_refusal=True)
        except SaseoError as error:
            yield Told(messages.describe(error, language), is_refusal=True)

    async def suggest(self, call: CommandCall) -> list[tuple[int, str]]:
        """Numbers and titles of the documents that the caller may read and the argument is a part of.

        For `approve`: of what waits for an admin's word.
        """
        if call.name == "approve":
            if not await self._permissions.is_admin(call.team, call.author):
                return []
            return (await self._approvals.suggest(call))[:LISTED]
        found = await self._visible(call)
        wanted = call.argument.strip()
        return [(each.id, each.title) for each in (_matching(found, wanted) if wanted else found)[:LISTED]]

    async def overview(self, platform: str, team: str, person: str) -> Overview:
        """What a person may ask about."""
        return await overview_of(self._knowledge, self._directory, platform, team, person)

    async def _run(self, call: CommandCall, language: Language) -> AsyncIterator[Told]:
        name = call.name.lower()
        if at_once := self._at_once.get(name):
            yield Told(await at_once(call, language))
        elif working := self._working.get(name):
            async for told in working(call, language):
                yield told
        elif name in ("help", ""):
            yield Told(_help(language))
        else:
            unknown = messages.text("talk-unknown-command", language, name=call.name[:40])
            yield Told(f"{unknown}\n{_help(language)}", is_refusal=True)

    async def _list(self, call: CommandCall, language: Language) -> str:
        found = await self._visible(call)
        wanted = call.argument.strip()
        if wanted:
            found = _matching(found, wanted)
        if not found:
            return messages.text("talk-list-none", language, wanted=wanted or "-")
        lines = [line_of(document, language) for document in found[:LISTED]]
        head = messages.text("talk-list", language, count=len(found))
        more = len(found) - LISTED
        tail = [messages.text("talk-list-more", language, count=more)] if more > 0 else []
        return "\n".join([head, *lines, *tail])

    async def _show(self, call: CommandCall, language: Language) -> str:
        document = await self._one(call, language)
        passages = await run_blocking(self._knowledge.passages, document)
        added = await run_blocking(self._given, document)
        excerpt = passages[0].text.strip()[:_EXCERPT] if passages else ""
        facts = messages.text(
            "talk-show",
            language,
            name=safe_name(document.uri.rsplit("/", 1)[-1]),
            scope=document.scope,
            date=document.modified_at.date().isoformat(),
            passages=len(passages),
        )
        origin = [document.link] if document.link else []
        history = [await self._added_by(upload, call, language) for upload in added[:_VERSIONS_SHOWN]]
        return "\n".join([f"**{document.title}**", facts, *origin, *history, "", excerpt])

    def _given(self, document: Document) -> list[Upload]:
        with self._catalog.read() as connection:
            return given.find(connection, document.uri)

    async def _added_by(self, upload: Upload, call: CommandCall, language: Language) -> str:
        """Who gave a version, by their name where the platform tells it."""
        place, _, name = upload.person.partition("/@")
        if place == f"{call.platform}:{call.team}":
            try:
                name = (await self._directory.person(call.team, name)).name
            except ChatUnavailable as error:
                _log.debug("who added a document could not be looked up: %s", error)
        date = upload.added_at.astimezone().date().isoformat()
        return messages.text("talk-show-added", language, name=name, date=date)

    async def _status(self, call: CommandCall, language: Language) -> str:
        visible = await self._visible(call)
        status = await run_blocking(self._knowledge.status)
        lines = status_lines(status, len(visible), language)
        overdue = overdue_since(self._schedule, status.last_whole_refresh, datetime.now(UTC))
        is_troubled = bool(status.problems or overdue)
        if is_troubled and await self._permissions.is_admin(call.team, call.author):
            lines += trouble_lines(status, overdue, await self._withheld(call), language)
        return "\n".join(f"- {line}" for line in lines)

    async def _follow_ups(self, call: CommandCall, language: Language) -> str:
        wanted = call.argument.strip().lower()
        if wanted not in ("on", "off"):
            raise Refused(messages.text("talk-followups-which", language))
        if call.is_direct:
            raise Refused(messages.text("talk-followups-direct", language))
        await self._check_channel(call, language)

        def change() -> None:
            with self._catalog.write() as connection:
                chats.set_follow_ups(connection, call.platform, call.team, call.channel, on=wanted == "on")

        await run_blocking(change)
        return messages.text(f"talk-followups-{wanted}", language)

    async def _remove(self, call: CommandCall, language: Language) -> str:
        document = await self._one(call, language)

        added = await run_blocking(self._given, document)
        is_adder = given.has_added(added, call.asker, document.content_hash)
        if not is_adder and not await self._permissions.is_admin(call.team, call.author):
            raise Refused(messages.text("talk-remove-not-allowed", language, title=document.title))

        def remove() -> None:
            self._knowledge.forget(document)
            if added:
                self._uploads.remove(document.uri)
            with self._catalog.write() as connection:
                given.drop(connection, document.uri)
                turns.forget_gone(connection)

        await run_blocking(remove)
        return messages.text("talk-removed", language, title=document.title)

    async def _forget(self, call: CommandCall, language: Language) -> str:
        if not await self._permissions.is_admin(call.team, call.author):
            raise Refused(messages.text("talk-forget-not-allowed", language))
        waiting = await self._withheld(call)
        wanted = named(waiting, call.argument)
        if wanted is None:
            lines = [f"- {withheld_line(each, language)}" for each in waiting]
            key = "talk-forget-which" if waiting else "talk-forget-none"
            raise Refused("\n".join([messages.text(key, language), *lines]))
        done = await run_blocking(confirm, self._knowledge, wanted)
        if done.said == "forgotten":
            await run_blocking(self._forget_gone)
        key = f"talk-forget-{done.said.replace('_', '-')}"
        return messages.text(key, language, folder=wanted.name, count=done.removed)

    def _forget_gone(self) -> None:
        with self._catalog.write() as connection:
            turns.forget_gone(connection)

    async def _withheld(self, call: CommandCall) -> list[Withheld]:
        audience = await person_audience(self._directory, call.platform, call.team, call.author)
        return await run_blocking(withheld, self._knowledge, audience.scopes)

    async def _add(self, call: CommandCall, language: Language) -> AsyncIterator[Told]:
        scope = await self._scope_to_add(call, language)
        add = self._additions.save if call.name.lower() == "save" else self._additions.add
        async for told in add(call, scope, language):
            yield told

    async def _approve(self, call: CommandCall, language: Language) -> AsyncIterator[Told]:
        if not await self._permissions.is_admin(call.team, call.author):
            raise Refused(messages.text("talk-approve-not-allowed", language))
        scope = await self._scope_to_add(call, language)
        async for told in self._approvals.approve(call, scope, language):
            yield told

    async def _reindex(self, call: CommandCall, language: Language) -> AsyncIterator[Told]:
        if not await self._permissions.is_admin(call.team, call.author):
            raise Refused(messages.text("talk-reindex-not-allowed", language))
        progress: asyncio.Queue[Progress | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def run() -> RefreshReport:
            def tell(step: Progress) -> None:
                loop.call_soon_threadsafe(progress.put_nowait, step)

            try:
                return self._knowledge.refresh(progress=tell)
            finally:
                loop.call_soon_threadsafe(progress.put_nowait, None)

        yield Told(messages.text("talk-reindexing", language), is_last=False)
        running = asyncio.ensure_future(run_blocking(run))
        while (step := await progress.get()) is not None:
            if step.total and progress.empty():
                told = messages.text("talk-reindexing-at", language, done=step.done, total=step.total)
                yield Told(told, is_last=False)
        report = await running
        yield Told(
            messages.text(
                "talk-reindexed",
                language,
                added=report.added,
                changed=report.changed,
                removed=report.removed,
                failed=report.failed,
            )
        )

    async def _visible(self, call: CommandCall) -> list[Document]:
        audience = await person_audience(self._directory, call.platform, call.team, call.author)
        return await run_blocking(self._knowledge.documents, audience.scopes)

    async def _one(self, call: CommandCall, language: Language) -> Document:
        """The document that the argument names, among those that the person may read."""
        wanted = call.argument.strip()
        if not wanted:
            raise Refused(messages.text("talk-which", language))
        found = _matching(await self._visible(call), wanted)
        if len(found) == 1:
            return found[0]
        if not found:
            raise Refused(messages.text("talk-list-none", language, wanted=wanted))
        lines = [line_of(document, language) for document in found[:LISTED]]
        raise Refused("\n".join([messages.text("talk-several", language, count=len(found)), *lines]))

    async def _scope_to_add(self, call: CommandCall, language: Language) -> Scope:
        if call.readers == "team":
            if not await self._permissions.is_admin(call.team, call.author):
                raise Refused(messages.text("talk-add-team-not-allowed", language))
            return team_scope(call.platform, call.team)
        if call.is_direct or call.readers == "person":
            return person_scope(call.platform, call.team, call.author)
        await self._check_channel(call, language)
        return channel_scope(call.platform, call.team, call.channel)

    async def _check_channel(self, call: CommandCall, language: Language) -> None:
        if not await self._permissions.is_in(call.team, call.channel, call.author):
            raise Refused(messages.text("talk-not-in-channel", language))


def _language(call: CommandCall) -> Language:
    if call.locale:
        return "ko" if call.locale.lower().startswith("ko") else "en"
    return detect(call.argument)


def _help(language: Language) -> str:
    return "\n".join(
        [
            messages.text("talk-help", language),
            *(f"- {messages.text(f'talk-help-{name}', language)}" for name in COMMANDS),
        ]
    )


def _matching(documents: list[Document], wanted: str) -> list[Document]:
    """Documents by number, or by a part of title or file name in any case."""
    by_number = [document for document in documents if wanted.lstrip("#") == str(document.id)]
    if by_number:
        return by_number
    part = wanted.casefold()
    matches: Callable[[Document], bool] = lambda document: (  # noqa: E731
        part in document.title.casefold() or part in document.uri.rsplit("/", 1)[-1].casefold()
    )
    return [document for document in documents if matches(document)]
