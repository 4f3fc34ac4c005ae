"""What people add by a command: files, pasted texts, and talks of the chat that they save."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters import pasted
from adapters.protocol import CommandCall, Told
from bot.chat.listing import line_of
from bot.freshness.together import Together
from knowledge import messages
from knowledge.catalog import Catalog
from knowledge.catalog import uploads as given
from knowledge.catalog.uploads import Upload
from knowledge.errors import NotFetched, Unreadable
from knowledge.ingest import content_hash
from knowledge.service import Knowledge
from knowledge.sources.talks import as_file
from knowledge.sources.uploads import Uploads
from knowledge.threads import run_blocking
from knowledge.types import Language, Scope

_LINKS = 10  # in one command
_LINK = re.compile(r"<?(https?://[^\s<>]+)>?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Item:
    """Something to keep. `link` opens its original, which is of `modified_at`; None for now.

    Without `data` it is the page at the link.
    """

    name: str
    data: bytes | None
    link: str = ""
    modified_at: datetime | None = None


class Additions:
    """Keeps what people add, and makes it known.

    Args:
        knowledge: the documents.
        catalog: of the same knowledge; prepared.
        uploads: where the originals are kept.
    """

    def __init__(self, knowledge: Knowledge, catalog: Catalog, uploads: Uploads) -> None:
        self._knowledge = knowledge
        self._catalog = catalog
        self._uploads = uploads
        self._together = Together(knowledge)

    async def add(self, call: CommandCall, scope: Scope, language: Language) -> AsyncIterator[Told]:
        """Add the files and the links, or the pasted text, of a call for those whom the scope names."""
        links = _links(call.argument)
        items = [_Item(link, None, link) for link in links[:_LINKS]]
        texts = call.files if links else call.files or _pasted(call.argument)
        items += [_Item(name, data) for name, data in texts]
        if not items:
            yield Told(messages.text("talk-add-nothing", language), is_refusal=True)
            return
        async for told in self._added(items, call, scope, language):
            yield told

    async def save(self, call: CommandCall, scope: Scope, language: Language) -> AsyncIterator[Told]:
        """Save the talk of a call; one that was saved before is brought up to date."""
        if call.talk is None or not any(each.text.strip() for each in call.talk.messages):
            yield Told(messages.text("talk-save-nothing", language), is_refusal=True)
            return
        name, data = as_file(call.talk)
        item = _Item(name, data, call.talk.link, call.talk.said_at)
        async for told in self._added([item], call, scope, language):
            yield told

    async def _added(
        self, items: Sequence[_Item], call: CommandCall, scope: Scope, language: Language
    ) -> AsyncIterator[Told]:
        yield Told(messages.text("talk-adding", language, count=len(items)), is_last=False)
        uris: list[str] = []
        refused: list[str] = []
        for item in items:
            try:
                uris.append(await run_blocking(self._keep, call, scope, item))
            except (NotFetched, Unreadable) as error:
                why = messages.describe(error, language)
                refused.append(messages.text("talk-add-unreadable", language, name=item.name, why=why))
        if uris:
            folder = self._uploads.folder_of(scope)
            await run_blocking(self._knowledge.register, folder)
            await self._together.refresh(folder)
        known = {document.uri: document for document in await run_blocking(self._knowledge.documents)}
        lines = [line_of(known[uri], language) for uri in uris if uri in known]
        if lines:
            lines.insert(0, messages.text("talk-added", language, scope=scope))
        elif uris:
            lines.append(messages.text("talk-add-later", language))
        yield Told("\n".join([*lines, *refused]), is_refusal=not uris)

    def _keep(self, call: CommandCall, scope: Scope, item: _Item) -> str:
        link, digest = item.link, ""
        if item.data is None:
            page = self._knowledge.add_page(scope, link)
            uri, link = page.uri, page.url
        else:
            uri = self._uploads.keep(scope, item.name, item.data, item.modified_at)
            digest = content_hash(item.data)
        place = f"{call.platform}:{call.team}/{call.channel}"
        with self._catalog.write() as connection:
            upload = Upload(uri, scope, call.asker, place, datetime.now(UTC), digest, link)
            given.record(connection, upload)
        return uri


def _links(argument: str) -> list[str]:
    """The links of an argument that is made of nothing else."""
    found = [_LINK.fullmatch(word) for word in argument.split()]
    links = [match[1] for match in found if match]
    return list(dict.fromkeys(links)) if len(links) == len(found) else []


def _pasted(argument: str) -> tuple[tuple[str, bytes], ...]:
    """A pasted text as a file: its first line is its title."""
    title, _, body = argument.strip().partition("\n")
    if not title.strip() or not body.strip():
        return ()
    return pasted.as_file(title, body)
