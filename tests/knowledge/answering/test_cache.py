"""Which questions are the same, and how long an answer is given again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge.answering.cache import AnswerCache
from knowledge.catalog import Catalog, answers
from knowledge.catalog.answers import KeptAnswer
from knowledge.retrieve import Candidate
from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from knowledge.types import EVERYONE, Answer, Finished, Found, Question, Scope, Turn
from tests.fakes import FakeChatModel, a_document, a_passage, says
from tests.librarian import ANALYZER, fill, open_knowledge

TEAM = Scope("slack:T1")
OTHER = Scope("slack:T2")
LEAVE = "# 휴가 규정\n\n입사 1년 이상인 구성원의 연차는 15일입니다. 남은 연차는 5일까지 이월됩니다.\n"
QUESTION = "연차는 며칠인가요?"

pytestmark = pytest.mark.usefixtures("either_catalog")


def candidate(number: int = 1, content_hash: str = "0" * 64) -> Candidate:
    document = a_document(number, content_hash=content_hash)
    return Candidate(a_passage(number), document, 1.0, 1.0, 1, None, None)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    made = Catalog.in_folder(tmp_path)
    made.prepare()
    yield made
    made.close()


@pytest.fixture
def cache(catalog: Catalog) -> AnswerCache:
    return AnswerCache(lambda: catalog, ANALYZER, may_write=True, model="qwen")


def key(cache: AnswerCache, text: str, context: str = "") -> str:
    return cache.key(text, context, "ko", frozenset({EVERYONE}), [candidate()])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("연차는 며칠인가요?", "연차 며칠이에요"),
        ("연차가 며칠인지 알려 주세요", "혹시 연차 며칠인지 좀 알려줘"),
        ("How many days of leave do I have?", "how many days of leave do we have"),
        ("The VPN guide, please", "vpn guide"),
    ],
)
def test_the_same_question_in_other_words_of_courtesy(cache: AnswerCache, one: str, other: str) -> None:
    """Particles, endings, spaces, case and politeness make no other question."""
    assert key(cache, one) == key(cache, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("연차를 쓸 수 있나요?", "연차를 쓸 수 없나요?"),
        ("연차를 안 쓰면?", "연차를 쓰면?"),
        ("연차를 쓰지 않으면 이월되나요?", "연차를 쓰면 이월되나요?"),
        ("3일 전에 신청하나요?", "30일 전에 신청하나요?"),
        ("1.5일 쓰나요?", "15일 쓰나요?"),
        ("언제 신청하나요?", "어디서 신청하나요?"),
        ("서울에서 부산까지 교통비", "서울까지 부산에서 교통비"),
        ("병가 후 연차", "연차 후 병가"),
        ("Is smoking allowed?", "Is smoking not allowed?"),
        ("Can I carry leave over?", "Can't I carry leave over?"),
        ("Must I apply?", "May I apply?"),
        ("leave before the trip", "leave after the trip"),
        ("C++ 규칙", "C 규칙"),
        ("who approves leave", "when approve leave"),
    ],
)
def test_what_turns_a_question_round_makes_another(cache: AnswerCache, one: str, other: str) -> None:
    """Negation, numbers, what is asked for, direction and order keep questions apart."""
    assert key(cache, one) != key(cache, other)


def test_everything_that_an_answer_depends_on_is_in_its_key(catalog: Catalog, cache: AnswerCache) -> None:
    """Context, language, audience, passages, their documents' content, and the model."""
    everyone, given = frozenset({EVERYONE}), [candidate()]
    other_model = AnswerCache(lambda: catalog, ANALYZER, may_write=True, model="other")
    keys = {
        cache.key(QUESTION, "", "ko", everyone, given),
        cache.key(QUESTION, "병가는?", "ko", everyone, given),
        cache.key(QUESTION, "", "en", everyone, given),
        cache.key(QUESTION, "", "ko", frozenset({EVERYONE, TEAM}), given),
        cache.key(QUESTION, "", "ko", everyone, [candidate(2)]),
        cache.key(QUESTION, "", "ko", everyone, [candidate(), candidate(2)]),
        cache.key(QUESTION, "", "ko", everyone, [candidate(content_hash="1" * 64)]),
        other_model.key(QUESTION, "", "ko", everyone, given),
    }
    assert len(keys) == 8
    one, two = candidate(1), candidate(2)
    assert cache.key(QUESTION, "", "ko", everyone, [one, two]) == cache.key(
        QUESTION, "", "ko", everyone, [two, one]
    )


def test_an_answer_from_a_document_that_is_gone_is_not_kept(catalog: Catalog) -> None:
    """A document that changed while the model wrote leaves no answer behind."""
    with catalog.write() as connection:
        assert not answers.keep(connection, "k", KeptAnswer("답 [1]", {1: "p1"}), {7: "0" * 64})
        assert answers.find(connection, "k") is None


@dataclass
class Scene:
    """A librarian with a model, and the folder of its documents."""

    folder: Path
    model: FakeChatModel
    knowledge: Knowledge

    def ask(self, text: str, *scopes: Scope, history: tuple[Turn, ...] = ()) -> Answer:
        """The answer, after checking that the sources came before it."""

        async def collect() -> Answer:
            question = Question(text, frozenset(scopes or {EVERYONE}), history=history)
            events = [event async for event in self.knowledge.answer(question)]
            assert any(isinstance(event, Found) for event in events)
            assert isinstance(events[-1], Finished)
            return events[-1].answer

        return asyncio.run(collect())

    def rows(self) -> int:
        """Rows that the cache has in the catalog."""
        with self.knowledge._catalog.read() as connection:
            counts = [
                connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() or 0
                for table in ("answers", "answer_documents")
            ]
        return sum(counts)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    fill(tmp_path / "docs", {"휴가.md": LEAVE})
    fill(tmp_path / "team", {"휴가-팀.md": "# 팀 휴가\n\n우리 팀의 연차는 20일입니다. 팀장에게 말합니다.\n"})
    model = FakeChatModel([says("연차는 15일입니다 [1].")])
    folders = (Folder(tmp_path / "docs"), Folder(tmp_path / "team", TEAM))
    knowledge = open_knowledge(tmp_path / "data", *folders, chat_model=model)
    knowledge.refresh()
    yield Scene(tmp_path, model, knowledge)
    knowledge.close()


def test_the_second_time_the_answer_comes_at_once(scene: Scene) -> None:
    """The same text with the same sources, without the model, and it says so."""
    first, second = scene.ask(QUESTION), scene.ask("연차 며칠이에요")
    assert (first.mode, second.mode) == ("model", "cached")
    assert first.text == second.text
    assert [each.uri for each in first.sources] == [each.uri for each in second.sources]
    assert len(scene.model.requests) == 1


def test_an_answer_dies_with_its_documents(scene: Scene) -> None:
    """A change, a move or a deletion of a document forgets every answer that was made from it."""
    for change in ("changed", "moved", "deleted"):
        scene.ask(QUESTION)
        assert scene.rows() > 0
        if change == "changed":
            fill(scene.folder / "docs", {"휴가.md": LEAVE + "\n반차도 있습니다.\n"})
        elif change == "moved":
            (scene.folder / "docs" / "휴가.md").rename(scene.folder / "docs" / "연차.md")
        else:
            [document] = scene.knowledge.documents(frozenset({EVERYONE}))
            scene.knowledge.forget(document)
        scene.knowledge.refresh()
        assert scene.rows() == 0, change
    assert len(scene.model.requests) == 3


def test_the_oldest_answers_make_room(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are kept, there is a bound, and nothing of an answer that went is left."""
    monkeypatch.setattr(answers, "_KEPT", 3)
    [document] = scene.knowledge.documents(frozenset({EVERYONE}))
    made_from = {document.id: document.content_hash}
    with scene.knowledge._catalog.write() as connection:
        for number in range(5):
            assert answers.keep(connection, str(number), KeptAnswer("답 [1]", {1: "p1"}), made_from)
        kept = [number for number in range(5) if answers.find(connection, str(number))]
    assert kept == [2, 3, 4]
    assert scene.rows() == 6


def test_nothing_crosses_an_audience(scene: Scene) -> None:
    """Who may read more or other things is answered anew, whatever was answered before."""
    scene.model.scripts = [says("연차는 20일입니다 [1]."), says("연차는 15일입니다 [1].")]
    assert "20일" in scene.ask(QUESTION, EVERYONE, TEAM).text
    assert scene.ask(QUESTION, EVERYONE).mode == "model"
    assert scene.ask(QUESTION, EVERYONE, OTHER).mode == "model"
    assert len(scene.model.requests) == 3


def test_a_follow_up_is_kept_with_what_it_goes_on_from(scene: Scene) -> None:
    """The same words after another question are another question."""
    after_leave = (Turn("입사 1년 이상인 구성원의 연차는 며칠인가요?", "15일입니다."),)
    after_other = (Turn("이월되는 연차가 남은 구성원은 누구인가요?", "..."),)
    assert scene.ask("그럼 이월은?", history=after_leave).mode == "model"
    assert scene.ask("그럼 이월은?", history=after_leave).mode == "cached"
    assert scene.ask("그럼 이월은?", history=after_other).mode == "model"


def test_only_whole_answers_that_hold_are_kept(scene: Scene) -> None:
    """Nothing that has a doubtful claim, was cut off, or wasn't the model's."""
    scene.model.scripts = [says("연차는 17일입니다 [1].")]
    scene.ask(QUESTION)
    scene.model.scripts = [("연차는 15일입니다 [1]. 그리고",)]
    assert scene.ask(QUESTION).mode == "extractive"
    assert scene.rows() == 0


def test_a_reader_beside_the_owner_keeps_nothing(scene: Scene) -> None:
    """It gives what the owner kept."""
    reader = open_knowledge(scene.folder / "data", owner=False, chat_model=FakeChatModel([says("15일 [1].")]))
    beside = Scene(scene.folder, scene.model, reader)
    assert beside.ask(QUESTION).mode == "model"
    assert beside.rows() == 0
    scene.ask(QUESTION)
    assert beside.ask(QUESTION).mode == "cached"
    reader.close()


def test_without_a_model_the_kept_answer_is_better_than_a_quotation(scene: Scene) -> None:
    """A command beside a bot that doesn't run gives what the model once wrote, as long as it holds."""
    reader = open_knowledge(scene.folder / "data", owner=False)
    beside = Scene(scene.folder, scene.model, reader)
    assert beside.ask(QUESTION).mode == "extractive"
    written = scene.ask(QUESTION)
    answer = beside.ask(QUESTION)
    assert (answer.mode, answer.text) == ("cached", written.text)
    reader.close()
