"""The librarian in LangChain's chains."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from pydantic import ValidationError

from knowledge.errors import GenerationFailed, InvalidInput, InvalidScope
from knowledge.langchain import SaseoChatModel, SaseoRetriever
from knowledge.models.chat import ChatMessage, Done
from knowledge.sources.options import Folder
from knowledge.types import Scope
from tests.fakes import FakeChatModel, says
from tests.librarian import fill, open_knowledge

QUESTION = "How long does parental leave last?"


@pytest.fixture
def knowledge(tmp_path):
    """A document for everyone, and one for a team's channel."""
    fill(
        tmp_path / "all", {"leave.md": "# Leave\n\n## Parental leave\n\nParental leave lasts ninety days.\n"}
    )
    fill(tmp_path / "hr", {"secret.md": "# Plans\n\nParental leave lasts a whole year from spring on.\n"})
    opened = open_knowledge(
        tmp_path / "data", tmp_path / "all", Folder(tmp_path / "hr", Scope("slack:T1/C9"))
    )
    opened.refresh()
    yield opened
    opened.close()


def joined(documents: list[Document]) -> str:
    """The documents as a prompt has them."""
    return "\n".join(document.page_content for document in documents)


def test_a_chain_answers_from_the_documents(knowledge):
    """Retriever, prompt and model work in one chain: the model reads the passages, and its text comes in pieces."""
    model = FakeChatModel(scripts=(says("Ninety ", "days."),))
    chain = (
        {
            "documents": SaseoRetriever(knowledge=knowledge, scopes={"everyone"}) | joined,
            "question": RunnablePassthrough(),
        }
        | ChatPromptTemplate.from_messages([("system", "Answer from:\n{documents}"), ("human", "{question}")])
        | SaseoChatModel(chat_model=model)
        | StrOutputParser()
    )
    assert [piece for piece in chain.stream(QUESTION) if piece] == ["Ninety ", "days."]
    system, human = model.requests[0].messages
    assert "Parental leave lasts ninety days." in system.content
    assert human == ChatMessage("user", QUESTION)
    assert asyncio.run(chain.ainvoke(QUESTION)) == "Ninety days."


def test_a_document_has_what_a_citation_shows(knowledge):
    """Where it is from, where it stands in there, and how well it fits; the text has its headings."""
    (document, *_) = SaseoRetriever(knowledge=knowledge, scopes={"everyone"}).invoke(QUESTION)
    assert document.page_content == "Leave > Parental leave\nParental leave lasts ninety days."
    assert document.metadata["source"].endswith("all/leave.md")
    assert (document.metadata["title"], document.metadata["section"]) == ("Leave", "Leave > Parental leave")
    assert document.metadata["lines"] == (5, 5)
    assert 0 <= document.metadata["answerable"] <= 1


def test_scopes_are_required_and_hold(knowledge):
    """There is no default; a channel's documents are found for that channel alone, and none for nobody."""

    def found(scopes):
        retriever = SaseoRetriever(knowledge=knowledge, scopes=scopes)
        documents = retriever.invoke(QUESTION)
        assert asyncio.run(retriever.ainvoke(QUESTION)) == documents
        return {document.metadata["title"] for document in documents}

    assert found({"everyone"}) == {"Leave"}
    assert found(["everyone", "slack:T1/C9"]) == {"Leave", "Plans"}
    assert found("slack:T1/C9") == {"Plans"}
    assert found(frozenset()) == set()
    with pytest.raises(ValidationError, match="scopes"):
        SaseoRetriever(knowledge=knowledge)
    with pytest.raises(InvalidScope):
        SaseoRetriever(knowledge=knowledge, scopes={"everybody"})


def test_limit_and_refusal(knowledge):
    """No more than `limit` passages; none where the documents don't answer, if that is wanted."""
    scopes = {"everyone", "slack:T1/C9"}
    assert len(SaseoRetriever(knowledge=knowledge, scopes=scopes, limit=1).invoke(QUESTION)) == 1
    careful = SaseoRetriever(knowledge=knowledge, scopes=scopes, only_if_answerable=True)
    assert careful.invoke(QUESTION)
    assert careful.invoke("What does the moon weigh?") == []


def test_what_the_model_is_asked():
    """Roles and settings go through; those of the call win."""
    fake = FakeChatModel()
    model = SaseoChatModel(chat_model=fake, temperature=0.1, max_tokens=50, seconds=20)
    messages = [
        SystemMessage("규칙"),
        HumanMessage([{"type": "text", "text": "연차"}]),
        AIMessage("네"),
        HumanMessage("며칠?"),
    ]
    model.bind(temperature=0, seed=7).invoke(messages)
    (request,) = fake.requests
    assert request.messages == (
        ChatMessage("system", "규칙"),
        ChatMessage("user", "연차"),
        ChatMessage("assistant", "네"),
        ChatMessage("user", "며칠?"),
    )
    assert (request.temperature, request.seed, request.max_tokens, request.deadline) == (0, 7, 50, 20)


@pytest.mark.parametrize(
    "message",
    [
        HumanMessage([{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}]),
        ToolMessage("15", tool_call_id="1"),
    ],
)
def test_what_isnt_text_is_refused(message):
    """A model that reads text isn't silently given less."""
    fake = FakeChatModel()
    with pytest.raises(InvalidInput, match="kind"):
        SaseoChatModel(chat_model=fake).invoke([message])
    assert not fake.requests


def test_an_unknown_setting_is_refused():
    """A misspelt or unsupported setting isn't silently dropped."""
    with pytest.raises(InvalidInput, match="temprature"):
        SaseoChatModel(chat_model=FakeChatModel()).invoke("네?", temprature=1)


def test_the_end_is_told():
    """Why the answer ended and how many tokens it took, as LangChain says it."""
    fake = FakeChatModel(scripts=(("길다", Done("length", prompt=40, cached=30, completion=7)),))
    answer = SaseoChatModel(chat_model=fake).invoke("네?")
    assert answer.text == "길다"
    assert answer.response_metadata["finish_reason"] == "length"
    assert answer.usage_metadata == {
        "input_tokens": 40,
        "output_tokens": 7,
        "total_tokens": 47,
        "input_token_details": {"cache_read": 30},
    }


@pytest.mark.parametrize(("stop", "answer"), [(["\n질문"], "15일"), (["없음"], "15일\n질문: 다음")])
def test_stop_texts(stop, answer):
    """The answer ends before a stop text that comes in pieces, and asks for no more; what only looks like one stays."""
    fake = FakeChatModel(scripts=(says("15일\n", "질", "문: 다음"),))
    assert SaseoChatModel(chat_model=fake).invoke("네?", stop=stop).text == answer
    assert fake.closed == 1


def test_a_failure_is_ours():
    """LangChain's caller gets the error of our tree, also after some text."""
    fake = FakeChatModel(scripts=(("15", GenerationFailed(reason="crashed", model="m", detail="")),))
    with pytest.raises(GenerationFailed):
        SaseoChatModel(chat_model=fake).invoke("네?")


def test_leaving_a_stream_cancels_the_request():
    """Whoever stops reading in the middle frees the model."""

    async def forever():
        await asyncio.Event().wait()

    fake = FakeChatModel(scripts=(("첫 ", forever),))
    chunks = SaseoChatModel(chat_model=fake).stream("네?")
    assert next(chunks).text == "첫 "
    chunks.close()
    assert fake.closed == 1


def test_tokens_are_counted_by_the_model():
    """And never by a tokenizer that LangChain would fetch from a hub; inside an event loop too."""
    model = SaseoChatModel(chat_model=FakeChatModel())
    assert model.get_num_tokens("연차는") == 3

    async def counted():
        assert threading.current_thread() is threading.main_thread()
        return model.get_num_tokens("연차는")

    assert asyncio.run(counted()) == 3


def test_without_langchain_the_command_is_named():
    """Importing the module says what to install, and nothing else needs it."""
    program = (
        "import sys; sys.modules['langchain_core'] = None\n"
        "import bot.app\n"
        "from knowledge.errors import MissingDependency\n"
        "try:\n    import knowledge.langchain\n"
        "except MissingDependency as error:\n    print(error.parameters['command'])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "pip install 'saseo[langchain]'", done.stderr
