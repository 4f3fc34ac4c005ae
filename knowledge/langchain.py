"""The librarian in LangChain: a retriever over its documents and a chat model over its language model.

A chain that is made of these has the retrieval's scopes, but none of what `Knowledge.answer` does around the
model: fencing, checked citations, the documents' own words when the model fails.

Importing this module without langchain-core raises MissingDependency.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Sequence
from contextlib import aclosing
from typing import Annotated, Any, Protocol, cast

from pydantic import BeforeValidator, Field, SkipValidation

from knowledge.errors import InvalidInput, MissingDependency
from knowledge.models.chat import ChatMessage, ChatModel, ChatRequest, Delta, Done, Role
from knowledge.models.llama.stops import StopFilter
from knowledge.retrieve import Candidate, Retrieval
from knowledge.threads import run_blocking, stepwise
from knowledge.types import Scope, parse_scope

try:
    from langchain_core.callbacks import (
        AsyncCallbackManagerForLLMRun,
        AsyncCallbackManagerForRetrieverRun,
        CallbackManagerForLLMRun,
        CallbackManagerForRetrieverRun,
    )
    from langchain_core.documents import Document
    from langchain_core.language_models.chat_models import (
        BaseChatModel,
        agenerate_from_stream,
        generate_from_stream,
    )
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
    from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
    from langchain_core.outputs import ChatGenerationChunk, ChatResult
    from langchain_core.retrievers import BaseRetriever
except ImportError as error:
    raise MissingDependency(package="langchain-core", command="pip install 'saseo[langchain]'") from error


class Searchable(Protocol):
    """What the retriever needs of Knowledge."""

    def retrieve(self, text: str, scopes: frozenset[Scope], *, limit: int = 10) -> Retrieval:
        """See Knowledge."""
        ...


def _checked(scopes: Iterable[str]) -> frozenset[Scope]:
    return frozenset(map(parse_scope, [scopes] if isinstance(scopes, str) else scopes))


class SaseoRetriever(BaseRetriever):
    """Passages for a question, best first, as LangChain's documents.

    A document's text is the passage with its headings and its table's header; its metadata are those of a
    citation, the passage's `score`, and the probability that the documents answer the question at all
    (`answerable`). Inside an event loop it searches in a thread.

    Args:
        knowledge: where to search.
        scopes: what everyone who will see the result may read. There is no default; an empty set finds
            nothing.
        limit: passages at most.
        only_if_answerable: nothing at all for a question that the documents are unlikely to answer.

    Raises:
        InvalidScope: a scope is none.
    """

    knowledge: Annotated[Searchable, SkipValidation]
    scopes: Annotated[frozenset[Scope], BeforeValidator(_checked)]
    limit: int = Field(4, ge=1, le=100)
    only_if_answerable: bool = False

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain's signature)
    ) -> list[Document]:
        return self._found(query)

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain's signature)
    ) -> list[Document]:
        return await run_blocking(self._found, query)

    def _found(self, query: str) -> list[Document]:
        found = self.knowledge.retrieve(query, self.scopes, limit=self.limit)
        if self.only_if_answerable and not found.is_answerable:
            return []
        return [_document(candidate, found.answerable) for candidate in found.candidates]


class SaseoChatModel(BaseChatModel):
    """A language model of the librarian's as LangChain's: streams, counts tokens, and knows no tools.

    What isn't given here is as the model's own settings say. Each value may also be bound to a call
    (`model.bind(temperature=0)`). Counting asks the model's own server, never a hub.

    Args:
        chat_model: for any thread and event loop, as those of `knowledge.models.remote` are.
        temperature, top_p, max_tokens, seed: see ChatRequest.
        seconds: after which an answer ends where it stands.
    """

    chat_model: Annotated[ChatModel, SkipValidation]
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int | None = Field(None, ge=1)
    seed: int | None = None
    seconds: float | None = Field(None, gt=0)

    @property
    def _llm_type(self) -> str:
        return "saseo"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _SETTINGS}

    def get_num_tokens(self, text: str) -> int:
        """Tokens of a text, by the model's own vocabulary where its server counts."""
        (count,) = stepwise(self._count(text))
        return count

    async def _count(self, text: str) -> AsyncGenerator[int]:
        yield (await self.chat_model.count_tokens([text]))[0]

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in stepwise(self._chunks(messages, stop, kwargs)):
            if run_manager and chunk.text:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async with aclosing(self._chunks(messages, stop, kwargs)) as chunks:
            async for chunk in chunks:
                if run_manager and chunk.text:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return await agenerate_from_stream(self._astream(messages, stop, run_manager, **kwargs))

    async def _chunks(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, given: dict[str, Any]
    ) -> AsyncGenerator[ChatGenerationChunk]:
        """The answer's text, then an empty chunk with how it ended.

        Raises:
            InvalidInput: a message isn't text, or a setting is none of ours.
            GenerationFailed: there is no whole answer.
        """
        if unknown := sorted(given.keys() - {*_SETTINGS, "stream"}):
            raise InvalidInput(detail=", ".join(unknown))
        values = self._identifying_params | {name: given[name] for name in _SETTINGS if name in given}
        request = ChatRequest(
            tuple(_message(message) for message in messages),
            max_tokens=values["max_tokens"],
            temperature=values["temperature"],
            top_p=values["top_p"],
            seed=values["seed"],
            deadline=values["seconds"],
        )
        stops = StopFilter(stop or ())
        stream = cast("AsyncGenerator[object]", self.chat_model.stream(request))
        async with aclosing(stream) as events:
            async for event in events:
                if isinstance(event, Delta) and (text := stops.push(event.text)):
                    yield ChatGenerationChunk(message=AIMessageChunk(content=text))
                if isinstance(event, Done) and (text := stops.rest()):
                    yield ChatGenerationChunk(message=AIMessageChunk(content=text))
                if stops.has_stopped or isinstance(event, Done):
                    yield _end(event if isinstance(event, Done) else Done("stop"))
                    return


_SETTINGS = ("temperature", "top_p", "max_tokens", "seed", "seconds")


def _document(candidate: Candidate, answerable: float) -> Document:
    passage, document = candidate.passage, candidate.document
    return Document(
        id=passage.id,
        page_content=passage.full_text,
        metadata={
            "source": document.uri,
            "title": document.title,
            "section": " > ".join(passage.heading_path),
            "page": passage.page,
            "lines": passage.lines,
            "language": passage.language,
            "modified_at": document.modified_at.isoformat(),
            "score": candidate.score,
            "answerable": answerable,
        },
    )


def _message(message: BaseMessage) -> ChatMessage:
    blocks = [message.content] if isinstance(message.content, str) else message.content
    for block in blocks:
        if isinstance(block, dict) and block.get("type") != "text":
            raise InvalidInput(reason="message", kind=block.get("type"))
    return ChatMessage(_role(message), str(message.text))


def _role(message: BaseMessage) -> Role:
    match message:
        case SystemMessage():
            return "system"
        case HumanMessage():
            return "user"
        case AIMessage():
            return "assistant"
        case _:
            raise InvalidInput(reason="message", kind=message.type)


def _end(done: Done) -> ChatGenerationChunk:
    usage = UsageMetadata(
        input_tokens=done.prompt,
        output_tokens=done.completion,
        total_tokens=done.prompt + done.completion,
        input_token_details=InputTokenDetails(cache_read=done.cached),
    )
    message = AIMessageChunk(
        content="",
        response_metadata={"finish_reason": done.reason},
        usage_metadata=usage if done.prompt or done.completion else None,
        chunk_position="last",
    )
    return ChatGenerationChunk(message=message, generation_info={"finish_reason": done.reason})
