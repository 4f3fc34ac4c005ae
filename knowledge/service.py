"""Knowledge: the one door to what the librarian knows."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Hashable, Mapping, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from knowledge import parsing
from knowledge.answer import Answerer
from knowledge.answering.cache import AnswerCache
from knowledge.answering.identity import identity
from knowledge.attached import Enclosed
from knowledge.catalog import Catalog, notes, pages, reading, turns, uploads
from knowledge.catalog.pages import Page
from knowledge.catalog.turns import Opinion
from knowledge.catalog.uploads import Upload
from knowledge.courtesy import Courtesy
from knowledge.embedding import Abilities, Embedder, EmbedderStatus
from knowledge.errors import InvalidInput, NotFetched, SaseoError
from knowledge.index import OpenIndex, Place
from knowledge.index.embedded import open_embedded, was_written
from knowledge.ingest import Ingest
from knowledge.language import Analyzer
from knowledge.library import Library
from knowledge.models.chat import ChatModel
from knowledge.models.extractive import Extractor
from knowledge.one_at_a_time import OneAtATime
from knowledge.parsing.sandbox import Sandbox
from knowledge.plan import Loader
from knowledge.refresh import Refresh, Stopped
from knowledge.reports import IndexCheck, KnowledgeStatus, Progress, RefreshReport
from knowledge.retrieve import Retrieval
from knowledge.search import Search
from knowledge.sources.loader import FolderLoader, as_options, from_options, root_of
from knowledge.sources.options import Folder
from knowledge.sources.web.pages import Pages
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
from knowledge.upkeep import check_index, copy_index

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What Knowledge is made of.

    `abilities` measures, or remembers, what the embedder knows. Without a `sandbox`, which is for tests,
    documents are read in this process.
    """

    catalog: Catalog
    folder: Path  # of the index's files
    analyzer: Analyzer
    embedder: Embedder | None
    embedder_status: EmbedderStatus | None
    abilities: Callable[[Embedder], Abilities]
    configured: tuple[Folder, ...] = ()
    state: Path | None = None
    sandbox: Sandbox | None = None
    pages: Pages | None = None  # None fetches nothing from the web
    answer_threshold: float | None = None
    stale_after: int | None = None  # days, of folders that don't say
    chat_model: ChatModel | None = None  # None quotes the documents only
    chat_model_name: str = ""  # answers are kept by it
    answer_tokens: int = 512
    open_index: OpenIndex = open_embedded  # of the store that keeps the index
    stores: Mapping[str, OpenIndex] = field(default_factory=dict)  # those it can be copied to


def _ignore(_: Progress) -> None:
    return


def _never() -> bool:
    return False


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
        self._search = Search(
            lambda: self._library, parts.analyzer, parts.embedder, parts.abilities, parts.answer_threshold
        )
        self._answerer = Answerer(
            self.retrieve,
            parts.analyzer,
            Extractor(parts.analyzer, parts.embedder),
            parts.chat_model,
            parts.answer_tokens,
            AnswerCache(lambda: self._catalog, parts.analyzer, may_write=owner, model=parts.chat_model_name),
            lambda: self._search.is_warming,
        )

    def refresh(
        self,
        folders: Sequence[Folder] | None = None,
        *,
        progress: Callable[[Progress], None] = _ignore,
        stopped: Callable[[], bool] = _never,
        believe_removals: bool = False,
        settle: float = 0.0,
        urgent: bool = False,
    ) -> RefreshReport:
        """Bring the index up to date with some folders and those inside of them, or with all for None.

        Files that are missing from a folder are forgotten, unless so many are missing at once that the folder
        is more likely to be out of reach; `believe_removals` forgets those of the folders that were named, or
        of all for None. A file that was changed within the last `settle` seconds may be half written: it is
        waited for, and left for later if it changes again. An `urgent` one, of few files that somebody waits
        for, is done between two steps of one that is under way.
        """
        known = self.folders()
        chosen = known if folders is None else [*folders, *_inside(known, folders)]
        loaders = [
            FolderLoader(folder, self._parser(folder.scope), settle, self._parts.state) for folder in chosen
        ]
        report = self.refresh_from(
            loaders,
            whole=folders is None,
            progress=progress,
            stopped=stopped,
            believed=[root_of(folder.path) for folder in folders or chosen] if believe_removals else (),
            urgent=urgent,
        )
        changed = self._look_at_pages(stopped) if folders is None else []
        if not changed:
            return report
        return report.followed_by(self.refresh(changed, progress=progress, stopped=stopped, settle=settle))

    def _look_at_pages(self, stopped: Callable[[], bool]) -> list[Folder]:
        """Look at the pages that are due; gives the folders in which there is something new."""
        if self._parts.pages is None:
            return []
        self.prepare()
        looked = self._parts.pages.look(stopped)
        gone = [document for document in self.documents() if document.uri in looked.gone]
        for document in gone:
            self.forget(document)
        return [self._parts.pages.folder_of(scope) for scope in sorted(looked.changed)]

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

    def refresh_from(
        self,
        loaders: Sequence[Loader],
        *,
        whole: bool = False,
        progress: Callable[[Progress], None] = _ignore,
        stopped: Callable[[], bool] = _never,
        believed: Collection[str] = (),
        urgent: bool = False,
    ) -> RefreshReport:
        """The same for any loaders.

        `whole`: documents that belong to none of them are forgotten. `believed`: the roots of those whose
        missing files are forgotten, however many. `urgent`: as in `refresh`.
        """
        with self._turns.turn(urgent=urgent):
            run = Refresh(
                self._library,
                Ingest(
                    self._parts.analyzer,
                    self._parts.embedder,
                    self._parts.sandbox.readers if self._parts.sandbox else "",
                ),
                loaders,
                progress=progress,
                stopped=self._politely(stopped, urgent=urgent),
                believed=believed,
            )
            try:
                return run.run(whole=whole, brief=urgent)
            except Stopped:
                self._library.finish()
                return run.report_so_far()
            finally:
                if self._parts.sandbox is not None:
                    self._parts.sandbox.close()  # between two runs no child lies about

    def _politely(self, stopped: Callable[[], bool], *, urgent: bool) -> Callable[[], bool]:
        """The same question, asked between two steps of a run, where it gives way to answers."""

        def asked() -> bool:
            self._courtesy.give_way()
            if not urgent:
                self._turns.let_in()
            return stopped()

        return asked

    def opinions(self) -> list[Opinion]:
        """What people thought of the answers, oldest first."""
        with self._catalog.read() as connection:
            return list(turns.opinions(connection))

    def parse(self, name: str, data: bytes) -> ParsedDocument:
        """A file's text and structure, read as every document is.

        Raises:
            Unreadable: it can't be read.
        """
        return self._parser(object())(name, data)  # a group of its own

    def _parser(self, group: Hashable) -> parsing.Parse:
        sandbox = self._parts.sandbox
        return partial(sandbox.parse, group=group) if sandbox else parsing.parse

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
            )

    def rebuild(self, *, progress: Callable[[Progress], None] = _ignore) -> None:
        """Make the whole index anew from the catalog, without embedding again what has its vectors."""
        with self._turns.turn():
            progress(Progress("finishing", 0, 0, "", 0.0))
            self._library.rebuild()

    def check_index(self, *, repair: bool = False) -> IndexCheck:
        """Hold the index, as it is stored, against the catalog; with `repair`, put it right."""
        with self._turns.turn():
            found = self._check_index()
            if repair and not found.is_sound and self._opened is None:
                self._library.finish()  # opening it makes up for what is missing
                found = self._check_index()
            if repair and not found.is_sound:
                self._library.rebuild()
                self._library.finish()
                found = self._check_index()
            return found

    def _check_index(self) -> IndexCheck:
        return check_index(self._catalog, self._parts.open_index, self._place)

    def copy_index(self, store: str, *, progress: Callable[[Progress], None] = _ignore) -> IndexCheck:
        """Fill the index of another store, `faiss` or `milvus`; one that was cut short goes on.

        Raises:
            InvalidInput: there is no such store, or it is the one in use.
        """
        open_index = self._parts.stores.get(store)
        if open_index is None or open_index is self._parts.open_index:
            raise InvalidInput(reason="store", store=store)
        with self._turns.turn():
            return copy_index(self._catalog, open_index, self._place, progress)

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

    @property
    def _place(self) -> Place:
        embedder = self._parts.embedder
        name, dimensions = (embedder.name, embedder.dimensions) if embedder else (None, 0)
        return Place(self._parts.folder, name, dimensions, self._owner)

    @property
    def _library(self) -> Library:
        self.prepare()
        with self._opening:
            if self._opened is None:
                embedder = self._parts.embedder
                self._opened = Library(
                    self._parts.catalog,
                    self._parts.folder,
                    embedder.name if embedder else None,
                    embedder.dimensions if embedder else 0,
                    owner=self._owner,
                    open_index=self._parts.open_index,
                )
            return self._opened


def _inside(known: Sequence[Folder], chosen: Sequence[Folder]) -> list[Folder]:
    """The known folders that lie under a chosen one: its documents aren't theirs, nor is its scope."""
    roots = tuple(root_of(folder.path) for folder in chosen)
    under = tuple(root.rstrip("/") + "/" for root in roots)
    return [
        folder
        for folder in known
        if root_of(folder.path) not in roots and root_of(folder.path).startswith(under)
    ]
