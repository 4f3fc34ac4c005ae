"""A conversation at a terminal."""

from __future__ import annotations

import asyncio
import io
import stat
import threading
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from adapters.console.adapter import (
    HISTORY_TURNS,
    ConsoleChat,
    Conversation,
    answer_lines,
    clean_line,
    use_history,
)
from adapters.console.screen import AnswerScreen
from adapters.console.theme import THEME
from knowledge.types import EVERYONE, Answer, Failed, Finished, Scope, Token
from tests.fakes import FakeKnowledge


@pytest.fixture
def loop():
    """An event loop in another thread."""
    running = asyncio.new_event_loop()
    thread = threading.Thread(target=running.run_forever)
    thread.start()
    yield running
    running.call_soon_threadsafe(running.stop)
    thread.join()
    running.close()


def script(*lines):
    """A `read` that gives these lines; an exception among them is raised."""
    waiting = iter(lines)

    def read(prompt):
        line = next(waiting, EOFError())
        if isinstance(line, BaseException):
            raise line
        return line

    return read


def talk(loop, knowledge, *lines, language="ko", terminal=True):
    """Run a conversation of these lines; returns the chat and all that was shown."""
    out = io.StringIO()
    console = Console(
        file=out, force_terminal=terminal, width=80, theme=THEME, color_system=None, _environ={"TERM": "dumb"}
    )
    chat = ConsoleChat(
        knowledge.answer,
        lambda coroutine: asyncio.run_coroutine_threadsafe(coroutine, loop),
        AnswerScreen(console, language),
        read=script(*lines),
    )
    chat.run()
    return chat, out.getvalue()


def test_a_question_is_answered_with_sources(loop):
    """A line becomes a question; its answer and sources are shown; the end of the input leaves."""
    knowledge = FakeKnowledge()
    _, shown = talk(loop, knowledge, "연차는 며칠인가요?")
    assert [question.text for question in knowledge.asked] == ["연차는 며칠인가요?"]
    assert knowledge.asked[0].audience == {EVERYONE}
    assert "연차는 15일입니다. [1]" in shown
    assert "출처" in shown
    assert "안녕히 가세요" in shown


def test_each_question_has_a_key_of_its_own(loop):
    """The same words twice are two questions."""
    knowledge = FakeKnowledge()
    talk(loop, knowledge, "네?", "네?")
    assert len({question.key for question in knowledge.asked}) == 2


def test_what_was_said_goes_with_the_next_question(loop):
    """Earlier exchanges are the history, the last few of them; an answer that wasn't one is not."""
    knowledge = FakeKnowledge()
    knowledge.answers["없는 것"] = [Finished(Answer("문서에 없습니다.", "ko", "not_found", ()))]
    talk(loop, knowledge, "하나", "없는 것", "둘", *["더"] * 9)
    assert [turn.question for turn in knowledge.asked[2].history] == ["하나"]
    assert len(knowledge.asked[-1].history) == HISTORY_TURNS


def test_a_new_conversation_forgets(loop):
    """/new begins without history."""
    knowledge = FakeKnowledge()
    talk(loop, knowledge, "하나", "/new", "둘")
    assert knowledge.asked[-1].history == ()


@pytest.mark.parametrize("leave", ["/quit", "/exit", "/Q"])
def test_quit_leaves(loop, leave):
    """/quit leaves at once."""
    knowledge = FakeKnowledge()
    talk(loop, knowledge, leave, "안 묻는 것")
    assert knowledge.asked == []


def test_ctrl_c_at_the_prompt_leaves_the_second_time(loop):
    """Once says how to leave; a question in between starts the count anew."""
    knowledge = FakeKnowledge()
    stop = KeyboardInterrupt()
    _, shown = talk(loop, knowledge, stop, "하나", stop, stop, "안 묻는 것")
    assert [question.text for question in knowledge.asked] == ["하나"]
    assert shown.count("한 번 더") == 2


def test_ctrl_c_stops_the_running_answer(loop):
    """An interrupted answer ends, the prompt comes back, and it is no history."""
    knowledge = FakeKnowledge()
    cancelled = threading.Event()

    async def hang():
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    knowledge.answers["긴 질문"] = [Token("시작"), hang]
    chats = []

    class Interrupted(Future):
        """What waiting for an answer looks like when Ctrl-C is pressed meanwhile."""

    def submit(coroutine):
        future = asyncio.run_coroutine_threadsafe(coroutine, loop)
        if not chats:
            chats.append(future)
            wrapper = Interrupted()
            wrapper.result = lambda: (_ for _ in ()).throw(KeyboardInterrupt)
            wrapper.cancel = future.cancel
            return wrapper
        return future

    out = io.StringIO()
    console = Console(file=out, force_terminal=True, theme=THEME, _environ={"TERM": "dumb"})
    read = script("긴 질문", "다음")
    ConsoleChat(knowledge.answer, submit, AnswerScreen(console, "ko"), read=read).run()
    assert cancelled.wait(5)
    assert "멈췄습니다" in out.getvalue()
    assert knowledge.asked[-1].text == "다음"
    assert knowledge.asked[-1].history == ()


def test_sources_show_their_passages(loop):
    """/sources shows the text behind the last answer; without an answer it says so."""
    _, before = talk(loop, FakeKnowledge(), "/sources")
    assert "아직" in before
    _, after = talk(loop, FakeKnowledge(), "질문", "/sources")
    assert "│ 연차는 15일입니다." in after


def test_the_language_can_be_changed(loop):
    """/lang changes screen and answers; /lang auto takes the question's again; nonsense is explained."""
    knowledge = FakeKnowledge()
    _, shown = talk(loop, knowledge, "/lang en", "one", "/lang auto", "two", "/lang fr")
    assert [question.language for question in knowledge.asked] == ["en", None]
    assert "Speaking English" in shown
    assert "/lang auto" in shown


def test_the_audience_can_be_changed(loop):
    """/scope adds scopes to everyone's; a wrong one changes nothing and is explained."""
    knowledge = FakeKnowledge()
    _, shown = talk(loop, knowledge, "/scope slack:T1/C2", "하나", "/scope nonsense", "둘")
    assert {question.audience for question in knowledge.asked} == {
        frozenset({EVERYONE, Scope("slack:T1/C2")})
    }
    assert "nonsense" in shown


@pytest.mark.parametrize("language", ["ko", "en"])
def test_help_lists_every_command(loop, language):
    """/help names all commands, and so does an unknown one point to it."""
    _, shown = talk(loop, FakeKnowledge(), "/help", "/unknown", language=language)
    for command in ("/sources", "/lang", "/scope", "/new", "/help", "/quit"):
        assert command in shown
    assert "/unknown" in shown


def test_a_failure_does_not_end_the_conversation(loop):
    """After a failed answer the next question is asked."""
    knowledge = FakeKnowledge()
    knowledge.answers["깨짐"] = [Failed("고장", "id1")]
    _, shown = talk(loop, knowledge, "깨짐", "다음")
    assert "id1" in shown
    assert len(knowledge.asked) == 2


def test_blank_lines_are_nothing(loop):
    """Return at the prompt asks nothing."""
    knowledge = FakeKnowledge()
    talk(loop, knowledge, "", "   ", "\t")
    assert knowledge.asked == []


@given(st.text())
def test_what_is_typed_is_cleaned(line):
    """Composed letters, no control characters, no surrounding space, whatever was pasted."""
    cleaned = clean_line(line)
    assert cleaned == cleaned.strip()
    assert not any(ord(character) < 32 and character != "\t" for character in cleaned)
    assert clean_line(cleaned) == cleaned


def test_decomposed_hangul_is_composed():
    """A question pasted from macOS has its letters apart."""
    assert clean_line("연차") == "연차"


def pipe(knowledge, *lines):
    """The answers to the lines of a pipe, and whether all went well."""
    out = io.StringIO()
    screen = AnswerScreen(Console(file=out, theme=THEME, width=80), "ko")
    fine = asyncio.run(answer_lines(lines, knowledge.answer, screen, Conversation()))
    return fine, out.getvalue()


def test_each_line_of_a_pipe_is_answered():
    """Every line is a question of its own, blank ones are none."""
    knowledge = FakeKnowledge()
    fine, shown = pipe(knowledge, "하나\n", "\n", "\ufeff둘\r\n")
    assert fine
    assert [(question.text, question.history) for question in knowledge.asked] == [("하나", ()), ("둘", ())]
    assert shown.index("> 하나") < shown.index("> 둘")
    assert shown.count("연차는 15일입니다. [1]") == 2


def test_a_pipe_goes_on_after_a_failure_and_tells_it():
    """One failed line is reported in the result; the others are answered."""
    knowledge = FakeKnowledge()
    knowledge.answers["깨짐"] = [Failed("고장", "id1")]
    fine, shown = pipe(knowledge, "깨짐", "다음")
    assert not fine
    assert "연차는 15일입니다." in shown


def test_the_history_is_for_its_owner_only(tmp_path):
    """What was asked is kept in a file that nobody else may read."""
    save = use_history(tmp_path / "deep" / "history")
    save()
    path = tmp_path / "deep" / "history"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
