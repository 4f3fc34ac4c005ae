"""Questions that came with files, asked of a real Knowledge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge.answering.followup import Retrieve
from knowledge.attached import Enclosed
from knowledge.parsing import parse
from knowledge.service import Knowledge
from knowledge.types import Answer, Attached, Finished, Question, Turn, is_attached
from tests.fakes import FakeChatModel, HashEmbedder, says
from tests.librarian import (
    ANALYZER,
    EVERYBODY,
    CountingEmbedder,
    fill,
    knowing,
    open_knowledge,
)

LEAVE = "# 휴가 규정\n\n입사 1년 이상인 구성원의 연차는 15일입니다.\n"
CONTRACT = "# 임대차 계약\n\n## 위약금\n\n중도에 해지하면 위약금은 보증금의 10%입니다.\n\n## 주차\n\n주차는 두 대까지 됩니다.\n"
PENALTY = "위약금은 얼마인가요?"

Open = Callable[..., Knowledge]


def a_file(name: str = "계약서.md", text: str = CONTRACT) -> Attached:
    data = text.encode()
    return Attached(name, len(data), "1" * 64, parse(name, data))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens a librarian that knows one document."""
    open_now: list[Knowledge] = []
    fill(tmp_path / "docs", {"휴가.md": LEAVE})

    def make(**changes: Any) -> Knowledge:
        open_now.append(open_knowledge(tmp_path / "data", tmp_path / "docs", **changes))
        open_now[-1].refresh()
        return open_now[-1]

    yield make
    for knowledge in open_now:
        knowledge.close()


def ask(knowledge: Knowledge, text: str, *files: Attached, history: tuple[Turn, ...] = ()) -> Answer:
    async def collect() -> Answer:
        question = Question(text, EVERYBODY, attachments=files, history=history)
        last = [event async for event in knowledge.answer(question)][-1]
        assert isinstance(last, Finished)
        return last.answer

    return asyncio.run(collect())


def test_a_file_answers_the_question_that_it_came_with(opened: Open) -> None:
    """Its passage is quoted, under the file's name and place, and is told from the documents."""
    answer = ask(opened(), PENALTY, a_file())
    assert "보증금의 10%" in answer.text
    source = answer.sources[0]
    assert (source.title, source.section, source.lines) == ("계약서.md", "임대차 계약", (3, 9))
    assert is_attached(source.uri)


def test_a_file_counts_for_its_question_alone(opened: Open) -> None:
    """The next question finds nothing of it, and no document came of it."""
    knowledge = opened()
    ask(knowledge, PENALTY, a_file())
    assert ask(knowledge, PENALTY).mode == "not_found"
    assert [document.title for document in knowledge.documents()] == ["휴가 규정"]


def test_documents_count_beside_a_file(opened: Open) -> None:
    """What the documents say better is answered from them."""
    answer = ask(opened(), "입사 1년 이상이면 연차는 며칠인가요?", a_file())
    assert answer.sources[0].title == "휴가 규정"


def test_a_file_is_read_where_there_are_no_documents(tmp_path: Path) -> None:
    """Its own words tell which of them are rare, so an empty library answers from it too."""
    knowledge = open_knowledge(tmp_path / "data")
    try:
        assert "보증금의 10%" in ask(knowledge, PENALTY, a_file()).text
    finally:
        knowledge.close()


@pytest.mark.parametrize(
    "text",
    ["이 파일 요약해 줘", "계약서.md 내용이 뭐야?", "What's in this?", "Summarize the attached document"],
)
def test_a_question_about_the_whole_file_gets_its_beginning(opened: Open, text: str) -> None:
    """A question that names nothing in the file isn't refused for that."""
    answer = ask(opened(), text, a_file())
    assert answer.mode == "extractive"
    assert all(is_attached(source.uri) for source in answer.sources)


def test_a_file_that_says_nothing_of_it_gives_no_answer(opened: Open) -> None:
    """The nearest passages are shown, and no answer is made up."""
    assert ask(opened(), "화성 탐사선의 착륙 지점은 어디인가요?", a_file()).mode == "not_found"


def test_an_answer_from_a_file_is_not_kept(opened: Open) -> None:
    """Neither the same question without the file nor with another one gets the answer of the first."""
    knowledge = opened(chat_model=FakeChatModel([says("위약금은 보증금의 10%입니다 [1].")]))
    assert ask(knowledge, PENALTY, a_file()).mode == "model"
    assert ask(knowledge, PENALTY, a_file()).mode == "model"


def test_an_answer_to_what_goes_on_from_a_file_is_not_kept(opened: Open) -> None:
    """What an earlier answer took from a file may be in the next one: nobody else gets it."""
    model = FakeChatModel([says("연차는 15일입니다 [1].")])
    knowledge = opened(chat_model=model)
    before = (Turn("연차는 며칠인가요?", "계약서에는 20일입니다 [1].", is_from_attached=True),)
    assert ask(knowledge, "그럼 연차는?", history=before).mode == "model"
    assert ask(knowledge, "그럼 연차는?", history=before).mode == "model"
    same = (Turn("연차는 며칠인가요?", "15일입니다 [1]."),)
    assert ask(knowledge, "그럼 연차는?", history=same).mode == "model"
    assert ask(knowledge, "그럼 연차는?", history=same).mode == "cached"


def test_meaning_counts_in_a_file_too(opened: Open) -> None:
    """With an embedder the passages of a file have a cosine, as those of the index have."""
    search: Retrieve = opened(embedder=HashEmbedder()).retrieve
    found = search(PENALTY, EVERYBODY, enclosed=Enclosed([a_file()], ANALYZER))
    best = found.candidates[0]
    assert best.document.title == "계약서.md"
    assert best.dense is not None


def test_what_the_model_does_not_know_is_not_embedded_in_a_file(opened: Open) -> None:
    """No time is spent on cosines that count for nothing, and the words find the passage."""
    model = CountingEmbedder()
    knowledge = opened(embedder=model, abilities=knowing("en"))
    for question, text, embedded in (
        (PENALTY, CONTRACT, 0),
        ("What is the penalty?", "The penalty is 10%.", 1),
    ):
        best = knowledge.retrieve(question, EVERYBODY, enclosed=Enclosed([a_file(text=text)], ANALYZER))
        assert best.candidates[0].document.title == "계약서.md"
        assert model.texts == embedded


def test_two_files_of_one_name_are_two(opened: Open) -> None:
    """Each keeps its own passages."""
    other = a_file(text="# 부속 합의\n\n## 위약금\n\n위약금은 첫 해에는 없습니다.\n")
    answer = ask(opened(), PENALTY, a_file(), other)
    assert len({source.uri for source in answer.sources}) == 2
