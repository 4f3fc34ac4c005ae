"""From a question to the events of an answer that a model writes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from knowledge.errors import GenerationFailed
from knowledge.models.chat import Done, Queued
from knowledge.prompt import NOT_IN_PASSAGES
from knowledge.service import Knowledge
from knowledge.types import (
    Failed,
    Found,
    Question,
    Status,
    Token,
    Turn,
)
from tests.fakes import FakeChatModel, says
from tests.knowledge.answers import answer_of, ask, reasons
from tests.librarian import EVERYBODY, fill, open_knowledge

LEAVE = (
    "# 휴가 규정\n\n## 연차\n\n입사 1년 이상인 구성원의 연차는 15일입니다. 남은 연차는 5일까지 이월됩니다.\n"
)
SICK = (
    "# Sick leave\n\nSick leave is paid for ten days a year. See https://hr.example.com/sick for the form.\n"
)
LEAVE_QUESTION = "연차는 며칠인가요?"
SICK_QUESTION = "For how many days is sick leave paid?"

Open = Callable[..., Knowledge]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which two documents are indexed."""
    folder = tmp_path_factory.mktemp("librarian")
    fill(folder / "docs", {"휴가.md": LEAVE, "sick.md": SICK})
    knowledge = open_knowledge(folder / "data", folder / "docs")
    knowledge.refresh()
    knowledge.close()
    return folder


@pytest.fixture
def opened(data: Path) -> Iterator[Open]:
    """Opens the librarian with a model."""
    open_now: list[Knowledge] = []

    def with_model(model: FakeChatModel, **changes: Any) -> Knowledge:
        # Beside the owner it keeps no answers, so that no test gets another's.
        open_now.append(
            open_knowledge(data / "data", data / "docs", owner=False, chat_model=model, **changes)
        )
        return open_now[-1]

    yield with_model
    for knowledge in open_now:
        knowledge.close()


def test_sources_are_shown_before_the_model_begins(opened: Open) -> None:
    """A person has the sources while the question waits and the model reads, and hears each stage once."""
    model = FakeChatModel(
        [(Queued(2, 8.0), Queued(2, 7.0), Queued(1, 3.0), *says("연차는 15일", "입니다 [1]."))]
    )
    events = ask(opened(model), LEAVE_QUESTION)
    assert isinstance(events[1], Found)
    assert [event for event in events if isinstance(event, Status)] == [
        Status("searching"),
        Status("queued", 2, 8.0),
        Status("queued", 1, 3.0),
        Status("reading"),
        Status("writing"),
    ]
    answer = answer_of(events)
    assert (answer.mode, answer.text) == ("model", "연차는 15일입니다 [1].")
    assert [source.title for source in answer.sources] == ["휴가 규정"]


def test_only_what_is_cited_is_a_source_and_only_what_was_given_is_cited(opened: Open) -> None:
    """Markers outside of the passages are dropped, in whatever pieces they come."""
    model = FakeChatModel([says("Sick leave is paid ", "for ten days [", "1][", "7", "].")])
    answer = answer_of(ask(opened(model), SICK_QUESTION))
    assert answer.text == "Sick leave is paid for ten days [1]."
    assert [source.number for source in answer.sources] == [1]


def test_an_index_in_code_is_no_citation(opened: Open) -> None:
    """A number in brackets that stands in code names no passage, whether there is one of that number or not."""
    text = "구성원의 연차는 15일입니다 [1].\n```\nx[0] = x[12]\n```"
    answer = answer_of(ask(opened(FakeChatModel([says(text)])), LEAVE_QUESTION))
    assert answer.text == text
    assert [source.number for source in answer.sources] == [1]


def test_the_request_is_the_askers_and_bars_han(opened: Open) -> None:
    """The model hears who asks, how much it may write, and which Han characters it may use: none here."""
    model = FakeChatModel([says("15일입니다 [1].")])
    ask(opened(model), LEAVE_QUESTION, asker="U7")
    [request] = model.requests
    assert (request.asker, request.max_tokens, request.allowed_han) == ("U7", 512, frozenset())
    assert request.messages[-1].role == "user"
    assert LEAVE_QUESTION in request.messages[-1].content


def test_the_answer_is_in_the_language_that_is_asked_for(opened: Open) -> None:
    """A request like "영어로 답해줘" makes the prompt and the answer English, and isn't searched for."""
    model = FakeChatModel([says("Annual leave is 15 days [1].")])
    answer = answer_of(ask(opened(model), f"{LEAVE_QUESTION} 영어로 답해줘"))
    assert (answer.language, answer.mode) == ("en", "model")
    assert "librarian" in model.requests[0].messages[0].content


def test_a_model_that_says_that_the_documents_dont_is_believed(opened: Open) -> None:
    """The fixed sentence is never shown as it is: the person gets the honest answer with the nearest."""
    model = FakeChatModel([says("문서에서 답을", " 찾을 수 없습니다", ".")])
    events = ask(opened(model), LEAVE_QUESTION)
    answer = answer_of(events)
    assert answer.mode == "not_found"
    assert answer.sources
    assert not any(isinstance(event, Token) for event in events)
    assert model.scripts[0][2] in NOT_IN_PASSAGES["ko"]


def test_an_answer_without_support_becomes_not_found(opened: Open) -> None:
    """What cites nothing and shares nothing with the passages is withdrawn."""
    model = FakeChatModel([says("구내식당은 지하 1층에 있고 김치찌개가 맛있습니다.")])
    events = ask(opened(model), LEAVE_QUESTION)
    assert reasons(events) == ["claim_removed"]
    assert answer_of(events).mode == "not_found"


def test_a_forgotten_citation_is_added(opened: Open) -> None:
    """An answer in a passage's own words, without a marker, gets that passage as its source."""
    model = FakeChatModel([says("남은 연차는 5일까지 이월됩니다.")])
    answer = answer_of(ask(opened(model), "남은 연차는 이월되나요?"))
    assert answer.text == "남은 연차는 5일까지 이월됩니다. [1]"
    assert [source.number for source in answer.sources] == [1]


@pytest.mark.parametrize("reason", ["crashed", "hung", "cut"])
def test_a_model_that_breaks_off_is_asked_again(opened: Open, reason: str) -> None:
    """The fragment is withdrawn, and the whole answer comes from the beginning."""
    model = FakeChatModel(
        [("연차는 20일 정도", GenerationFailed(reason=reason)), says("연차는 15일입니다 [1].")]
    )
    events = ask(opened(model), LEAVE_QUESTION)
    assert reasons(events) == ["regenerated"]
    assert (answer_of(events).mode, answer_of(events).text) == ("model", "연차는 15일입니다 [1].")
    assert model.closed == 2


def test_a_model_that_breaks_off_twice_is_replaced_by_the_documents(opened: Open) -> None:
    """The extract stands instead of the second fragment, and the answer says why."""
    model = FakeChatModel([("연차는 15일 정도이고", GenerationFailed(reason="crashed"))])
    events = ask(opened(model), LEAVE_QUESTION)
    answer = answer_of(events)
    assert reasons(events) == ["regenerated", "fallback"]
    assert (answer.mode, answer.why_not) == ("extractive", "crashed")
    assert "연차는 15일입니다." in answer.text
    assert len(model.requests) == 2


@pytest.mark.parametrize("reason", ["busy", "unreachable", "denied", "rate_limited", "refused"])
def test_a_model_that_cant_be_had_costs_an_extractive_answer(opened: Open, reason: str) -> None:
    """The documents' own words come at once, with the reason."""
    model = FakeChatModel([(GenerationFailed(reason=reason),)])
    events = ask(opened(model), LEAVE_QUESTION)
    answer = answer_of(events)
    assert (answer.mode, answer.why_not, reasons(events)) == ("extractive", reason, [])
    assert len(model.requests) == 1


def test_a_model_that_isnt_there_yet_costs_an_extractive_answer(opened: Open) -> None:
    """Without a word on why: that there is no model was said when the librarian started."""
    answer = answer_of(ask(opened(FakeChatModel([(GenerationFailed(reason="not_ready"),)])), LEAVE_QUESTION))
    assert (answer.mode, answer.why_not) == ("extractive", "")


def test_a_crash_is_told_even_when_the_model_is_still_being_started(opened: Open) -> None:
    """The second try finds no model; the reason is what ended the first."""
    model = FakeChatModel(
        [("연차는 ", GenerationFailed(reason="crashed")), (GenerationFailed(reason="not_ready"),)]
    )
    answer = answer_of(ask(opened(model), LEAVE_QUESTION))
    assert (answer.mode, answer.why_not) == ("extractive", "crashed")


def test_a_model_that_cant_even_count_costs_an_extractive_answer(opened: Open) -> None:
    """The same when it fails before it is asked."""
    answer = answer_of(
        ask(opened(FakeChatModel(failure=GenerationFailed(reason="unreachable"))), LEAVE_QUESTION)
    )
    assert (answer.mode, answer.why_not) == ("extractive", "unreachable")


def test_a_question_that_doesnt_fit_is_told_so(opened: Open) -> None:
    """A question that is longer than the budget gets the documents' words and the reason."""
    model = FakeChatModel(limit=300)
    answer = answer_of(ask(opened(model), LEAVE_QUESTION))
    assert (answer.mode, answer.why_not) == ("extractive", "too_long")
    assert model.requests == []


def test_a_stream_that_ends_early_is_no_answer(opened: Open) -> None:
    """Without Done the text may be anything: it counts as broken off."""
    model = FakeChatModel([("연차는 15일입니다 [1]. 그리고",)])
    answer = answer_of(ask(opened(model), LEAVE_QUESTION))
    assert (answer.mode, answer.why_not) == ("extractive", "cut")


def test_chinese_in_a_korean_answer_is_never_shown(opened: Open) -> None:
    """The model is asked again, with a word on the language; the second time the documents answer."""
    model = FakeChatModel([says("연차는 15일이며 ", "可以结转 ", "합니다 [1].")])
    events = ask(opened(model), LEAVE_QUESTION)
    answer = answer_of(events)
    assert (answer.mode, answer.why_not) == ("extractive", "language")
    assert not any("可" in event.text for event in events if isinstance(event, Token))
    first, second = model.requests
    assert first.messages[:-1] == second.messages[:-1]
    assert second.messages[-1].content.startswith(first.messages[-1].content)
    assert model.closed == 2


def test_an_answer_wholly_in_the_other_language_is_asked_for_again(opened: Open) -> None:
    """English prose instead of Korean is withdrawn; the second answer counts."""
    english = "Everybody who joined more than a year ago can take fifteen days off every single year [1]."
    model = FakeChatModel([says(*english.split(" ")), says("연차는 15일입니다 [1].")])
    model.scripts = [says(*(f"{word} " for word in english.split(" "))), says("연차는 15일입니다 [1].")]
    answer = answer_of(ask(opened(model), LEAVE_QUESTION))
    assert (answer.mode, answer.text) == ("model", "연차는 15일입니다 [1].")


def test_an_answer_that_was_cut_short_says_so(opened: Open) -> None:
    """What ends because it is long enough, or late, ends in an ellipsis."""
    for reason in ("length", "deadline"):
        model = FakeChatModel([("연차는 15일입니다 [1]. 남은 것은", Done(reason))])  # type: ignore[arg-type]
        assert answer_of(ask(opened(model), LEAVE_QUESTION)).text == "연차는 15일입니다 [1]. 남은 것은…"


def test_a_cancelled_answer_is_stopped(opened: Open) -> None:
    """What was written until then is the answer, and it says that it was stopped."""
    model = FakeChatModel([("연차는 15일입니다 [1]. 남은 ", Done("cancelled"))])
    assert answer_of(ask(opened(model), LEAVE_QUESTION)).mode == "stopped"


def test_links_of_the_sources_stay_and_others_go(opened: Open) -> None:
    """A link that no given passage has is taken out of the text; mentions ping nobody."""
    model = FakeChatModel(
        [
            says(
                "Ten days [1]. Form: https://hr.example.com/sick, ",
                "or https://evil.example.org/?q=ten <!channel>",
            )
        ]
    )
    text = answer_of(ask(opened(model), SICK_QUESTION)).text
    assert "https://hr.example.com/sick," in text
    assert "evil" not in text
    assert "<!channel>" not in text


def test_closing_the_events_cancels_the_model(opened: Open) -> None:
    """Who stops listening stops the model."""

    async def listen() -> None:
        never = asyncio.Event()
        model = FakeChatModel([("연차는 15일 입니다 ", never.wait)])
        knowledge = opened(model)
        async with aclosing(knowledge.answer(Question(LEAVE_QUESTION, EVERYBODY))) as events:  # type: ignore[type-var]
            async for event in events:
                if isinstance(event, Token):
                    break
        assert model.closed == 1

    asyncio.run(listen())


def test_an_unexpected_failure_ends_in_one_event(opened: Open) -> None:
    """A bug in the client of a model is told with an id, like any other."""
    events = ask(opened(FakeChatModel([("연차는 ", RuntimeError("bug"))])), LEAVE_QUESTION)
    assert isinstance(events[-1], Failed)


def test_what_no_source_says_is_flagged(opened: Open) -> None:
    """A number that stands in no cited passage stays in the text, and the answer names it."""
    model = FakeChatModel([says("연차는 15일이고 남은 7일은 이월됩니다 [1].")])
    answer = answer_of(ask(opened(model), LEAVE_QUESTION))
    assert (answer.mode, answer.unsupported) == ("model", ("7일",))


def test_what_was_said_before_goes_with_a_follow_up_only(opened: Open) -> None:
    """A question that stands by itself is asked without history, one that leans on it with it."""
    history = (Turn("연차는 며칠인가요?", "15일입니다 [1]."),)
    model = FakeChatModel([says("15일입니다 [1].")])
    knowledge = opened(model)
    ask(knowledge, "그럼 이월은?", history=history)
    ask(knowledge, "입사 1년 이상인 구성원의 남은 연차는 며칠까지 이월되나요?", history=history)
    leaning, alone = ([message.content for message in request.messages] for request in model.requests)
    assert "연차는 며칠인가요?" in leaning
    assert "15일입니다." in leaning
    assert len(alone) == 4


def test_a_source_has_one_number_for_the_person_whatever_the_prompt_calls_it(opened: Open) -> None:
    """The best passage is [1] wherever the prompt has it for the sake of what the model has read before."""
    model = FakeChatModel([says("[1]")])
    knowledge = opened(model, answer_threshold=0.0)
    called: set[tuple[str, ...]] = set()
    for question in ("sick leave 연차", "연차 sick"):
        ask(knowledge, question)
        numbered = re.findall(r'<passage n="(\d)" title="([^"]*)"', model.requests[-1].messages[1].content)
        called.add(tuple(title for _, title in numbered))
        for number, title in numbered:
            model.scripts = [says(f"{title} [{number}]")]
            answer = answer_of(ask(knowledge, question))
            assert [source.title for source in answer.sources] == [title]
            assert answer.text == f"{title} [{answer.sources[0].number}]"
    assert len(called) == 1, "both prompts begin alike, though another passage comes first for each"


def test_what_is_doubtful_goes_to_the_model(opened: Open) -> None:
    """Below the bar for an answer of quotes a model is asked; if it fails, the documents don't say."""
    model = FakeChatModel([says("연차는 15일입니다 [1].")])
    knowledge = opened(model, answer_threshold=1.0)
    assert answer_of(ask(knowledge, LEAVE_QUESTION)).mode == "model"
    model.scripts = [(GenerationFailed(reason="busy"),)]
    assert answer_of(ask(knowledge, LEAVE_QUESTION)).mode == "not_found"
