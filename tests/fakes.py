"""One fake for each protocol, shared by all tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from queue import Queue
from time import monotonic
from types import SimpleNamespace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from adapters.messages import Attachment, Message
from adapters.protocol import Archive, Directory, Person
from knowledge.errors import ChatUnavailable, NotFetched
from knowledge.models.chat import ChatEvent, ChatRequest, Delta, Done, Reading
from knowledge.models.llama.options import EngineStatus
from knowledge.types import (
    Answer,
    AnswerEvent,
    Document,
    Finished,
    Found,
    Omission,
    Passage,
    Question,
    Scope,
    Source,
    Status,
    Token,
)

WRITTEN_AT = datetime(2026, 11, 1, tzinfo=UTC)


def a_document(number: int = 1, **changes: Any) -> Document:
    """A document of a handbook."""
    document = Document(
        id=number,
        uri=f"/docs/문서{number}.md",
        title=f"문서 {number}",
        scope=Scope("everyone"),
        content_hash="0" * 64,
        modified_at=WRITTEN_AT,
        size=1234,
        passages=2,
        language="ko",
    )
    return replace(document, **changes)


def a_passage(number: int = 1, **changes: Any) -> Passage:
    """A passage of a handbook."""
    passage = Passage(
        id=f"p{number}",
        text="연차는 15일입니다.",
        heading_path=("문서 1", "연차"),
        start=0,
        end=11,
        lines=(3, 4),
        language="ko",
    )
    return replace(passage, **changes)


def a_source(number: int = 1, **changes: Any) -> Source:
    """A source of an answer."""
    source = Source(
        number, "문서 1", "/docs/문서1.md", "연차", None, (3, 4), "연차는 15일입니다.", 0.875, WRITTEN_AT
    )
    return replace(source, **changes)


@dataclass
class FakeKnowledge:
    """Knowledge that says what it was told to say, and remembers what it was asked.

    `answers` maps questions to their events; any other question gets a quoted answer.
    """

    known: list[Document] = field(default_factory=lambda: [a_document(1), a_document(2)])
    registered: list[Any] = field(default_factory=list)
    report: Any = None
    retrieval: Any = field(
        default_factory=lambda: SimpleNamespace(candidates=(), milliseconds=1.0, abilities=None)
    )
    answers: dict[str, Sequence[AnswerEvent]] = field(default_factory=dict)
    embedder: Any = None
    problems: tuple[Any, ...] = ()
    left_out: tuple[Omission, ...] = ()
    asked: list[Question] = field(default_factory=list)
    refreshed: list[dict[str, Any]] = field(default_factory=list)
    forgotten: list[Document] = field(default_factory=list)
    said: list[Any] = field(default_factory=list)
    is_closed: bool = False
    is_warm: bool = False
    warming: Callable[[], None] = lambda: None

    def answer(self, question: Question) -> AsyncIterator[AnswerEvent]:
        self.asked.append(question)
        return self._events(question)

    async def _events(self, question: Question) -> AsyncIterator[AnswerEvent]:
        source = a_source()
        answer = Answer("연차는 15일입니다. [1]", question.language or "ko", "extractive", (source,))
        usual = (Status("searching"), Found((source,)), Token(answer.text), Finished(answer))
        for event in self.answers.get(question.text, usual):
            if callable(event):
                await event()
            else:
                yield event

    def folders(self) -> list[Any]:
        return self.registered

    def opinions(self) -> list[Any]:
        return self.said

    def register(self, folder: Any) -> None:
        self.registered.append(folder)

    def refresh(self, folders: Any = None, **options: Any) -> Any:
        self.refreshed.append({"folders": folders, **options})
        return self.report

    def add_page(self, scope: Scope, url: str) -> Any:
        raise NotFetched(reason="off", host="")

    def rebuild(self, **_: Any) -> None:
        self.refreshed.append({"rebuild": True})

    def documents(self, scopes: Any = None) -> list[Document]:
        return self.known

    def find_documents(self, text: str) -> list[Document]:
        return [each for each in self.known if text == str(each.id) or text in each.title or text in each.uri]

    def passages(self, document: Document) -> list[Passage]:
        return [a_passage(1), a_passage(2)]

    def omissions(self, document: Document) -> tuple[Omission, ...]:
        return self.left_out

    def forget(self, document: Document) -> None:
        self.forgotten.append(document)

    def identity(self, question: str) -> str:
        return sha256(question.strip(" ?").lower().encode()).hexdigest()

    def retrieve(self, text: str, scopes: frozenset[Scope], *, limit: int = 10) -> Any:
        self.asked.append(Question(text, scopes))
        return self.retrieval

    def status(self) -> Any:
        return SimpleNamespace(
            documents=len(self.known),
            passages=sum(each.passages for each in self.known),
            passages_by_language={"ko": 2, "en": 2},
            generation=1,
            embedder=self.embedder,
            last_refresh=WRITTEN_AT,
            problems=self.problems,
            waiting=None,
            running=None,
        )

    def warm(self) -> None:
        self.warming()
        self.is_warm = True

    def close(self) -> None:
        self.is_closed = True


@dataclass
class FakeApp:
    """An app around a FakeKnowledge, which remembers whether it was started and stopped."""

    knowledge: FakeKnowledge
    log: list[str] = field(default_factory=list)

    @property
    def handler(self) -> Any:
        return self.knowledge.answer

    async def connect(self, announce: Any) -> None:
        self.log.append("connected")

    async def __aenter__(self) -> Self:
        self.log.append("started")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.log.append("stopped")


@contextmanager
def opened(knowledge: FakeKnowledge) -> Iterator[FakeKnowledge]:
    """The context manager that a command opens."""
    yield knowledge
    knowledge.close()


class HashEmbedder:
    """Texts that share words are near each other, in any language; nothing is translated.

    Each word (what stands between spaces, in lower case) is a direction that depends on the word alone.
    """

    def __init__(self, dimensions: int = 64, window: int = 50) -> None:
        self.dimensions = dimensions
        self.name = f"hash-{dimensions}-{window}"
        self.calls: list[list[str]] = []
        self._window = window

    def embed_documents(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        self.calls.append(list(texts))
        return [self._windows(text) for text in texts]

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._vector(text.lower().split()[: self._window])

    def _windows(self, text: str) -> NDArray[np.float32]:
        words = text.lower().split()
        starts = range(0, max(len(words), 1), self._window)
        return np.stack([self._vector(words[start : start + self._window]) for start in starts])

    def _vector(self, words: Sequence[str]) -> NDArray[np.float32]:
        total = np.zeros(self.dimensions)
        for word in words or [""]:
            seed = int.from_bytes(sha256(word.encode("utf-8", "surrogatepass")).digest()[:8], "little")
            total += np.random.default_rng(seed).standard_normal(self.dimensions)
        return (total / np.linalg.norm(total)).astype(np.float32)


@dataclass
class FakeDirectory:
    """People and channels as a test wants them; what is in `unknown` can't be looked up.

    `unknown` holds names of methods. A person without an entry is a member who reads the channels in `joined`.
    """

    people: dict[str, Person] = field(default_factory=dict)
    outsiders: set[str] = field(default_factory=set)
    joined: dict[str, set[str]] = field(default_factory=dict)
    public: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    async def person(self, team: str, person: str) -> Person:
        self._look_up("person")
        return self.people.get(person, Person(person, person))

    async def has_outsiders(self, team: str, channel: str) -> bool:
        self._look_up("has_outsiders")
        return channel in self.outsiders

    async def channels_of(self, team: str, person: str) -> frozenset[str]:
        self._look_up("channels_of")
        return frozenset(self.joined.get(person, set()))

    async def is_public(self, team: str, channel: str) -> bool:
        self._look_up("is_public")
        return channel in self.public

    def _look_up(self, name: str) -> None:
        if name in self.unknown:
            raise ChatUnavailable(platform="Slack", reason="unreachable")


@dataclass
class FakeArchive:
    """Files by their reference; any other can't be had. `fetched` are the references that were asked for.

    Every answer has a link but those in `gone`.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    async def file(self, attachment: Attachment, most: int) -> bytes:
        self.fetched.append(attachment.reference)
        if attachment.reference not in self.files:
            raise ChatUnavailable(platform="Slack", reason="gone")
        return self.files[attachment.reference]

    async def link(self, team: str, channel: str, conversation: str, reply: str) -> str:
        if reply in self.gone:
            raise ChatUnavailable(platform="Slack", reason="gone")
        return f"https://chat.example/{team}/{channel}/{reply}"


@dataclass
class FakePlatform:
    """A directory and an archive."""

    directory: Directory
    archive: Archive


def a_message(text: str = "연차는 며칠인가요?", **changes: Any) -> Message:
    """A mention in a channel."""
    message = Message(
        platform="slack",
        team="T1",
        channel="C1",
        message="1700000000.000100",
        author="U1",
        text=text,
        kind="mention",
        thread="1700000000.000100",
    )
    return replace(message, **changes)


@dataclass
class FakeChatModel:
    """A model that plays its script: for each request the next list of events, the last list again and again.

    A step is text (a Delta), an event, an exception to raise, or a coroutine function to wait for. A script
    that doesn't end in Done or an exception breaks off. Tokens are characters.
    """

    scripts: Sequence[Sequence[Any]] = (("연차는 15일입니다 [1].",),)
    limit: int = 100_000
    failure: Exception | None = None
    requests: list[ChatRequest] = field(default_factory=list)
    closed: int = 0

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        script = self.scripts[min(len(self.requests), len(self.scripts) - 1)]
        self.requests.append(request)
        try:
            for step in script:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, str):
                    yield Delta(step)
                elif callable(step):
                    await step()
                else:
                    yield step
        finally:
            self.closed += 1

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if self.failure:
            raise self.failure
        return [len(text) for text in texts]

    async def prompt_limit(self) -> int:
        if self.failure:
            raise self.failure
        return self.limit


def says(*pieces: str) -> tuple[Any, ...]:
    """The script of an answer that comes in pieces and ends by itself."""
    return (Reading(0, 10), Reading(10, 10), *pieces, Done("stop"))


@dataclass
class FakeEngine:
    """An engine that tells its listeners what a test wants, and remembers what it was asked.

    `script` is what a listener is told at once; a test tells more through `tell`.
    """

    script: Sequence[Any] = ()
    refuses: Exception | None = None
    limits: int = 2048
    requests: list[Any] = field(default_factory=list)
    listeners: list[Callable[[Any], None]] = field(default_factory=list)
    cancelled: Queue[int] = field(default_factory=Queue)
    submitted: Queue[int] = field(default_factory=Queue)

    def submit(self, request: Any, listener: Callable[[Any], None]) -> int:
        if self.refuses:
            raise self.refuses
        self.requests.append(request)
        self.listeners.append(listener)
        for event in self.script:
            listener(event)
        self.submitted.put(len(self.requests) - 1)
        return len(self.requests) - 1

    def tell(self, *events: Any, ticket: int = -1) -> None:
        for event in events:
            self.listeners[ticket](event)

    def cancel(self, ticket: int) -> None:
        self.cancelled.put(ticket)

    def count_tokens(self, text: str) -> int:
        return len(text)

    def status(self) -> EngineStatus:
        return EngineStatus(
            "fake", 4096, 1, 2, 4000, 10, 5, 7, 3, 9, 20.0, 4.0, threads=2, last_step=monotonic()
        )

    def close(self) -> None:
        return
