"""Knowledge: the one door to what the librarian knows."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing, closing

from knowledge.answer import Answerer
from knowledge.answering.cache import AnswerCache
from knowledge.answering.identity import identity
from knowledge.attached import Enclosed
from knowledge.catalog import Catalog, Connection, notes, pages, reading, turns, uploads
from knowledge.catalog.pages import Page
from knowledge.catalog.serving import serving
from knowledge.catalog.turns import Opinion
from knowledge.catalog.uploads import Upload
from knowledge.courtesy import Courtesy
from knowledge.embedders import Embedders
from knowledge.embedding import EmbeddingSpace
from knowledge.errors import NotFetched, SaseoError
from knowledge.index.embedded import was_written
from knowledge.library import Library
from knowledge.models.extractive import Extractor
from knowledge.one_at_a_time import OneAtATime
from knowledge.parts import Parts
from knowledge.refreshing import Refreshing
from knowledge.reports import KnowledgeStatus, Waiting
from knowledge.retrieve import Retrieval
from knowledge.search import Search
from knowledge.sources.loader import as_options, from_options, root_of
from knowledge.sources.options import Folder
from knowledge.spaces import Spaces
from knowledge.staleness import Staleness
from knowledge.threads import run_blocking
from knowledge.tracing import traced
from knowledge.types import (
    AnswerEvent,
    Document,
    Finished,
    Found,
    Omission,
    ParsedDocument,
    Passage,
    Question,
    Scope,
)
from knowledge.upkeep import Upkeep

_log = logging.getLogger(__name__)


class Knowledge:
    """Documents in, answers out. Thread-safe; plain methods block.

    Opening is done by the first use, or ahead of it by `warm`, so that making one takes no time.

    Args:
        parts: what it is made of.
        owner: whether this process may write; only one may.
    """

    def __init__(self, parts: Parts, *, owner: bool) -> None:
        self._parts = parts
        self._owner = owner
        self._preparing = threading.Lock()
        self._is_prepared = False
        self._opening = threading.Lock()
        self._opened: Library | None = None
        self._turns = OneAtATime()
        self._courtesy = Courtesy()
        source = parts.embedder_status.used if parts.embedder_status else None
        self._embedders = Embedders(
            parts.embedder,
            source or "",
            parts.reopen,
            parts.abilities,
            parts.remembered,
            self._courtesy.is_urgent,
        )
        self._search = Search(lambda: self._library, parts.analyzer, self._embedders, parts.answer_threshold)
        self._refreshing = Refreshing(
            parts,
            self._embedders,
            lambda: self._library,
            self.folders,
            self._forget_uris,
            self._turns,
            self._courtesy,
        )
        self.refresh = self._refreshing.refresh
        self.refresh_from = self._refreshing.refresh_from
        upkeep = Upkeep(parts, lambda: self._catalog, lambda: self._library, self._served, self._turns)
        self.rebuild = upkeep.rebuild
        self.check_index = upkeep.check
        self.copy_index = upkeep.copy
        self._answerer = Answerer(
            self.retrieve,
            parts.analyzer,
            Extractor(parts.analyzer),
            parts.chat_model,
            parts.answer_tokens,
            AnswerCache(lambda: self._catalog, parts.analyzer, may_write=owner, model=parts.chat_model_name),
            lambda: self._search.is_warming,
        )

    def add_page(self, scope: Scope, url: str) -> Page:
        """Fetch a page of the web and keep it for a scope; its folder is to be refreshed after that.

        Raises:
            NotFetched: it may not be, or can't be, fetched.
            Unreadable: it has no text to read.
        """
        if self._parts.pages is None:
            raise NotFetched(reason="off", host="")
        self.prepare()
        return self._parts.pages.add(scope, url)

    def opinions(self) -> list[Opinion]:
        """What people thought of the answers, oldest first."""
        with self._catalog.read() as connection:
            return list(turns.opinions(connection))

    def parse(self, name: str, data: bytes) -> ParsedDocument:
        """A file's text and structure, read as every document is.

        Raises:
            Unreadable: it can't be read.
        """
        return self._refreshing.parser(object())(name, data)  # a group of its own

    def parse_attached(self, name: str, data: bytes) -> ParsedDocument:
        """The same for a file that came with a question, which doesn't wait behind those of a refresh.

        Raises:
            Unreadable: it can't be read.
        """
        if self._parts.sandbox is None:
            return self.parse(name, data)
        with closing(self._parts.sandbox.another()) as sandbox:
            return sandbox.parse(name, data)

    def identity(self, question: str) -> str:
        """The same for the same question, however it is asked; empty for one that stands on another."""
        return identity(question, self._parts.analyzer)

    def register(self, folder: Folder) -> None:
        """Remember a folder for every later refresh; what was taken out of it by `forget` may come back."""
        root = root_of(folder.path)
        with self._catalog.write() as connection:
            notes.register_folder(connection, str(folder.path.expanduser().absolute()), as_options(folder))
            notes.include(connection, root)

    def note_upload(self, upload: Upload) -> None:
        """Keep who added a document, where and for whom."""
        with self._catalog.write() as connection:
            uploads.record(connection, upload)

    def folders(self) -> list[Folder]:
        """The folders of the settings, then those that were registered."""
        with self._catalog.read() as connection:
            registered = notes.registered_folders(connection)
        found = {str(folder.path): folder for folder in self._parts.configured}
        for path, options in registered.items():
            found.setdefault(path, from_options(path, options))
        return list(found.values())

    def documents(self, scopes: frozenset[Scope] | None = None) -> list[Document]:
        """Live documents by uri; None is the operator's view of all."""
        with self._catalog.read() as connection:
            return reading.list_documents(connection, scopes)

    def find_documents(self, text: str) -> list[Document]:
        """Documents by id, by uri, or by a part of uri or title in any case."""
        wanted = text.strip()
        everything = self.documents()
        exact = [d for d in everything if wanted in (str(d.id), d.uri)]
        if exact:
            return exact
        part = wanted.casefold()
        return [d for d in everything if part in d.uri.casefold() or part in d.title.casefold()]

    def passages(self, document: Document) -> list[Passage]:
        """A document's passages in reading order."""
        with self._catalog.read() as connection:
            return reading.document_passages(connection, document.id)

    def omissions(self, document: Document) -> tuple[Omission, ...]:
        """What of a document wasn't read."""
        with self._catalog.read() as connection:
            return reading.omissions(connection).get(document.uri, ())

    def forget(self, document: Document) -> None:
        """Forget a document, and leave it out of later runs until its folder is registered again."""
        with self._catalog.write() as connection:
            notes.exclude(connection, document.uri)
            pages.drop(connection, document.uri)
        self._library.forget([document.id])
        self._library.finish()

    def _forget_uris(self, uris: Collection[str]) -> None:
        for document in self.documents():
            if document.uri in uris:
                self.forget(document)

    def retrieve(
        self,
        text: str,
        scopes: frozenset[Scope],
        *,
        limit: int = 10,
        context: str = "",
        enclosed: Enclosed | None = None,
    ) -> Retrieval:
        """The passages that answer best, among those of some scopes and of what came with the question.

        `context` is an earlier question that this one goes on from.
        """
        return self._search.retrieve(text, scopes, limit, context, enclosed)

    def answer(self, question: Question) -> AsyncIterator[AnswerEvent]:
        """The handler: events, the last of them terminal. Meanwhile a refresh gives way."""
        return traced(self._answer)(question)

    async def _answer(self, question: Question) -> AsyncGenerator[AnswerEvent]:
        with self._courtesy.urgent():
            ages: Staleness | None = None
            async with aclosing(self._answerer.answer(question)) as events:
                async for event in events:
                    if ages is None and isinstance(event, Found | Finished):
                        ages = await run_blocking(self._ages)
                    yield ages.marked(event) if ages else event

    def _ages(self) -> Staleness:
        try:
            return Staleness(self.folders(), self._parts.stale_after)
        except SaseoError as error:  # the answer is worth more than the ages of its sources
            _log.warning("which sources are old can't be told: %s", error)
            return Staleness((), None)

    def status(self) -> KnowledgeStatus:
        """What is known, with what, and how fresh."""
        with self._catalog.read() as connection:
            documents, by_language = notes.counts(connection)
            return KnowledgeStatus(
                documents=documents,
                passages=sum(by_language.values()),
                passages_by_language={"ko": by_language.get("ko", 0), "en": by_language.get("en", 0)},
                generation=reading.generation(connection),
                embedder=self._parts.embedder_status,
                last_run=notes.last_run(connection),
                last_whole_run=notes.last_run(connection, whole=True),
                problems=tuple(notes.all_problems(connection)),
                waiting=self._waiting(connection),
                running=self._refreshing.running,
            )

    def _waiting(self, connection: Connection) -> Waiting | None:
        known, wanted = serving(connection), self._embedders.wanted_space
        if known is None or wanted is None or known.embedder == wanted.embedder:
            return None
        if self._embedders.earlier_space(known) is None:
            return None
        return Waiting(known.source, reading.count_lacking(connection, wanted))

    def prepare(self) -> None:
        """Create the catalog or migrate it. The first use does it too.

        Raises:
            CatalogDamaged: the catalog can't be used.
        """
        with self._preparing:
            if not self._is_prepared:
                self._parts.catalog.prepare(had_documents=was_written(self._parts.folder))
                self._is_prepared = True

    def warm(self) -> None:
        """Open the index and load the models, ahead of the first question."""
        self._search.warm()

    def close(self) -> None:
        """Give everything back, once a run that was asked to stop has stopped."""
        with self._turns.turn(), self._opening:
            if self._opened is not None:
                self._opened.close()
            self._parts.catalog.close()

    @property
    def _catalog(self) -> Catalog:
        self.prepare()
        return self._parts.catalog

    def _served(self) -> EmbeddingSpace | None:
        """The space of the vectors that serve, without opening the index."""
        wanted, earlier = self._embedders.wanted_space, self._embedders.earlier_space
        return Spaces(self._catalog, wanted, earlier, owner=self._owner).serving

    @property
    def _library(self) -> Library:
        self.prepare()
        with self._opening:
            if self._opened is None:
                self._opened = Library(
                    self._parts.catalog,
                    self._parts.folder,
                    self._embedders.wanted_space,
                    owner=self._owner,
                    open_index=self._parts.open_index,
                    earlier=self._embedders.earlier_space,
                )
            return self._opened
