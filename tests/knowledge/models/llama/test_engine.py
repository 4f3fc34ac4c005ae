"""The engine, with tiny models in the real llama.cpp."""

from __future__ import annotations

import logging
import random
import time
from itertools import pairwise

import pytest

from knowledge.errors import GenerationFailed
from knowledge.models.chat import Delta, Done, Reading
from tests import gguf_models
from tests.knowledge.models.llama.asking import PATIENCE, Asked, Held, ask, request

KOREAN = "연차는 15일입니다. 자세한 내용은 문서를 보세요.\n끝"


def test_streams_a_korean_answer_in_whole_characters(tmp_path, start):
    """Syllables that are spread over tokens arrive whole, and the end is told once, last, with the counts."""
    engine = start(gguf_models.scripted(tmp_path / "m.gguf", KOREAN))
    asked = ask(engine, "연차는 며칠인가요?")
    assert asked.text == KOREAN
    deltas = [event.text for event in asked.events if isinstance(event, Delta)]
    assert len(deltas) > 5
    assert not any("\ufffd" in text for text in deltas)
    end = asked.events[-1]
    assert isinstance(end, Done)
    assert (end.reason, end.cached, end.drafted) == ("stop", 0, 0)
    assert end.prompt == len("<>user\n<>\n<>assistant\n".replace("<>", ".")) + len(
        "연차는 며칠인가요?".encode()
    )
    assert sum(isinstance(event, Done) for event in asked.events) == 1


def test_tells_how_much_of_the_prompt_is_read(tmp_path, start):
    """Reading begins at what is cached, grows, and ends with the whole prompt before any text comes."""
    engine = start(gguf_models.scripted(tmp_path / "m.gguf", KOREAN), batch=32)
    asked = ask(engine, "가" * 50)
    reading = [event for event in asked.events if isinstance(event, Reading)]
    assert reading[0].done == 0
    assert [event.done for event in reading] == sorted({event.done for event in reading})
    assert len(reading) > 4
    assert {event.total for event in reading} == {asked.events[-1].prompt}
    assert reading[-1].done == reading[-1].total
    assert not any(
        isinstance(event, Reading) for event in asked.events[asked.events.index(reading[-1]) + 1 :]
    )


def test_stops_at_max_tokens_and_drops_a_character_cut_there(tmp_path, start):
    """An answer that is long enough ends as `length`, without half a syllable."""
    engine = start(gguf_models.scripted(tmp_path / "m.gguf", "가나다라마바사"))
    asked = ask(engine, "?", max_tokens=1)
    assert asked.events[-1].reason == "length"
    assert asked.events[-1].completion == 1
    assert asked.text == "가"


def test_answers_never_grow_beyond_what_a_question_may_have(tmp_path, start):
    """Prompt and answer together stay within `limits`, however long an answer is wanted."""
    engine = start(gguf_models.endless(tmp_path / "m.gguf"), question_size=256)
    assert engine.limits == 256
    end = ask(engine, "?", max_tokens=100_000).events[-1]
    assert end.reason == "length"
    assert end.prompt + end.completion == 256


def test_a_prompt_that_does_not_fit_is_refused(tmp_path, start):
    """The asker is told at once, and nothing is queued."""
    engine = start(gguf_models.endless(tmp_path / "m.gguf"), question_size=256)
    with pytest.raises(GenerationFailed) as failure:
        engine.submit(request("x" * 300), lambda _: None)
    assert failure.value.parameters["reason"] == "too_long"
    assert engine.status().waiting == 0


def test_questions_that_come_together_are_answered_together(tmp_path, start):
    """Four answers share the steps: far fewer than their tokens, with texts as if each had been alone."""
    engine = start(gguf_models.contextual(tmp_path / "m.gguf"), max_sequences=5)
    texts = [f"question {i} {'x' * i}" for i in range(4)]
    alone = [ask(engine, text, max_tokens=24).text for text in texts]
    held = Held(engine, request("?", max_tokens=2))
    before = engine.status()
    together = [Asked(engine, request(text, max_tokens=24)) for text in texts]
    held.go_on()
    assert [asked.end().reason for asked in together] == ["length"] * 4
    assert [asked.text for asked in together] == alone
    assert engine.status().steps - before.steps < 4 * 24 * 0.75


def test_a_question_joins_while_another_is_answered(tmp_path, start):
    """Nobody waits for somebody else's answer to end."""
    engine = start(gguf_models.endless(tmp_path / "m.gguf"))
    long = Held(engine, request("?", max_tokens=900))
    short = Asked(engine, request("!", max_tokens=3))
    long.go_on()
    assert short.end().completion == 3
    assert not isinstance(long.events[-1], Done)
    engine.cancel(long.ticket)
    long.end()


def test_a_long_prompt_does_not_freeze_running_answers(tmp_path, start):
    """While a prompt is read in portions, an answer that is being written goes on between them."""
    engine = start(gguf_models.endless(tmp_path / "m.gguf"), batch=32)
    order = []
    writing = Held(engine, request("?", max_tokens=900), during=lambda e: order.append(("writing", e)))
    reading = Asked(engine, request("x" * 900, max_tokens=1), during=lambda e: order.append(("reading", e)))
    writing.go_on()
    reading.end()
    engine.cancel(writing.ticket)
    writing.end()
    portions = [i for i, (who, event) in enumerate(order) if who == "reading" and isinstance(event, Reading)]
    between = [
        any(who == "writing" and isinstance(event, Delta) for who, event in order[a:b])
        for a, b in pairwise(portions[1:])
    ]
    assert len(between) > 10
    assert all(between)


def test_cancelling_frees_the_slot(tmp_path, start):
    """A cancelled answer is told so after the step, and whoever waited begins."""
    engine = start(gguf_models.endless(tmp_path / "m.gguf"), max_sequences=1)
    first = Held(engine, request("?", max_tokens=900))
    second = Asked(engine, request("!", max_tokens=2))
    engine.cancel(first.ticket)
    first.go_on()
    assert first.end().reason == "cancelled"
    assert first.end().completion <= 2
    assert second.end().reason == "length"


@pytest.mark.parametrize("how", ["cancelled", "deadline"])
def test_giving_up_while_the_prompt_is_read(tmp_path, start, how):
    """Nothing more of it is read, nothing is written, and what was read serves the next who begins alike."""
    engine = start(gguf_models.counting(tmp_path / "m.gguf", 5), batch=32)
    held = Held(engine, request("?", max_tokens=2))

    def give_up(event):
        if isinstance(event, Reading) and event.done >= 64:
            if how == "cancelled":
                engine.cancel(asked.ticket)
            else:
                engine._answers[-1].question.deadline = time.monotonic()

    asked = Asked(engine, request("x" * 900), during=give_up)
    held.go_on()
    assert asked.end().reason == how
    assert asked.text == ""
    read = [event.done for event in asked.events if isinstance(event, Reading)][-1]
    assert read < 128
    again = ask(engine, "x" * 900)
    assert again.text == "w0 w1 w2 w3 w4 "
    assert again.events[-1].cached == read


def test_a_storm_of_questions_that_are_given_up(tmp_path, start):
    """Whatever is cancelled or too late at whatever moment: each is told its end once, and no cell is lost."""
    engine = start(
        gguf_models.counting(tmp_path / "m.gguf", 20), context_size=1024, question_size=600, batch=32
    )
    rng = random.Random(0)
    asked = []

    def interfere(_event):
        if asked and rng.random() < 0.1:
            engine.cancel(rng.choice(asked).ticket)

    for i in range(60):
        words = f"{'abc'[i % 3] * rng.randrange(1, 400)}{i}"
        deadline = rng.choice([None, None, 0.0, 0.05])
        asked.append(Asked(engine, request(words, asker=f"u{i % 5}", deadline=deadline), during=interfere))
    ends = [one.end() for one in asked]
    assert {end.reason for end in ends} <= {"stop", "cancelled", "deadline"}
    assert all(sum(isinstance(event, Done) for event in one.events) == 1 for one in asked)
    whole = "".join(f"w{i} " for i in range(20))
    assert all(one.text == whole for one in asked if one.events[-1].reason == "stop")
    assert ask(engine, "and now?").text == whole
    engine.close()
    assert engine.status().free_cells == 1024


def test_cancelling_what_waits(tmp_path, start):
    """A question that was given up while it waited never begins."""
    engine = start(gguf_models.endless(tmp_path / "m.gguf"), max_sequences=1)
    first = Held(engine, request("?", max_tokens=900))
    second = Asked(engine, request("!", max_tokens=900))
    engine.cancel(second.ticket)
    first.go_on()
    assert second.end().reason == "cancelled"
    assert second.text == ""
    engine.cancel(first.ticket)
    first.end()


def test_cancelling_twice_or_something_unknown_changes_nothing(tmp_path, start):
    """A ticket that is over, or never was, is ignored."""
    engine = start(gguf_models.scripted(tmp_path / "m.gguf", KOREAN))
    asked = ask(engine, "?")
    engine.cancel(asked.ticket)
    engine.cancel(12345)
    assert ask(engine, "?").text == KOREAN
    assert sum(isinstance(event, Done) for event in asked.events) == 1


def test_an_answer_ends_at_its_deadline_with_what_stands(tmp_path, start):
    """A deadline that comes while the answer is written leaves the text, one that is past leaves none."""
    engine = start(gguf_models.endless(tmp_path / "m.gguf"), context_size=32768, question_size=32768)
    asked = Held(engine, request("?", max_tokens=32000, deadline=3600))
    engine._answers[0].question.deadline = time.monotonic()
    asked.go_on()
    assert asked.end().reason == "deadline"
    assert asked.text
    assert ask(engine, "!", deadline=0.0).events == [Done("deadline", asked.events[-1].prompt)]


def test_too_many_questions_are_refused(tmp_path, start):
    """Beyond the queue's limit the asker is told that the model is busy; everyone before is answered."""
    engine = start(gguf_models.counting(tmp_path / "m.gguf", 5), max_sequences=1, queue_limit=3)
    held = Held(engine, request("?"))
    waiting = [Asked(engine, request(f"{i}")) for i in range(3)]
    with pytest.raises(GenerationFailed) as failure:
        engine.submit(request("!"), lambda _: None)
    assert failure.value.parameters["reason"] == "busy"
    held.go_on()
    assert {asked.end().reason for asked in [held, *waiting]} == {"stop"}


def test_the_queue_is_fair_and_tells_positions(tmp_path, start):
    """Whoever asks once comes before another's second question, and the positions told come true."""
    engine = start(gguf_models.counting(tmp_path / "m.gguf", 5), max_sequences=1, queue_limit=10)
    order = []

    def noting(name):
        return lambda event: order.append(name) if isinstance(event, Done) else None

    held = Held(engine, request("?", asker="a"))
    many = [Asked(engine, request("?", asker="a"), during=noting(f"a{i}")) for i in range(3)]
    one = Asked(engine, request("?", asker="b"), during=noting("b"))
    held.go_on()
    for asked in [held, *many, one]:
        assert asked.end().reason == "stop"
    assert order == ["b", "a0", "a1", "a2"]
    assert one.positions == [0]
    assert many[2].positions == [3, 2, 1, 0]


def test_two_hundred_questions_at_once(tmp_path, start):
    """All are answered, or refused at once; none is forgotten."""
    engine = start(gguf_models.counting(tmp_path / "m.gguf", 3), queue_limit=100)
    held = Held(engine, request("?"))
    asked, refused = [], 0
    for i in range(200):
        try:
            asked.append(Asked(engine, request(f"{i}", asker=f"u{i % 7}")))
        except GenerationFailed:
            refused += 1
    held.go_on()
    assert {one.end().reason for one in [held, *asked]} == {"stop"}
    assert (len(asked), refused) == (100, 100)


def test_a_listener_that_fails_harms_nobody(tmp_path, start, caplog):
    """What a listener raises is logged, and every other answer goes on."""
    engine = start(gguf_models.scripted(tmp_path / "m.gguf", KOREAN))

    def fail(event):
        raise RuntimeError("no")

    engine.submit(request("?"), fail)
    with caplog.at_level(logging.CRITICAL):
        assert ask(engine, "!").text == KOREAN


def test_closing_tells_everyone(tmp_path, start):
    """Whoever is still answered or waits is told that the model isn't there, and new questions are refused."""
    engine = start(
        gguf_models.endless(tmp_path / "m.gguf"), max_sequences=1, context_size=32768, question_size=32768
    )
    asked = [Asked(engine, request("?", max_tokens=32000)) for _ in range(3)]
    engine.close()
    assert {one.end().parameters["reason"] for one in asked} == {"not_ready"}
    with pytest.raises(GenerationFailed):
        engine.submit(request("?"), lambda _: None)


def test_a_failed_step_ends_the_answers_and_nothing_else(tmp_path, start, monkeypatch):
    """When llama.cpp refuses a batch its answers fail, and the next question starts with an empty cache."""
    engine = start(gguf_models.scripted(tmp_path / "m.gguf", KOREAN))
    ask(engine, "?")
    decode = engine._context.decode
    monkeypatch.setattr(engine._context, "decode", lambda batch: -3)
    failed = ask(engine, "?")
    assert failed.events[-1].parameters["reason"] == "crashed"
    monkeypatch.setattr(engine._context, "decode", decode)
    again = ask(engine, "?")
    assert again.text == KOREAN
    assert again.events[-1].cached == 0


def test_an_answer_that_is_over_stays_so_when_what_is_read_after_it_fails(tmp_path, start, monkeypatch):
    """Its last token came before llama.cpp refused somebody else's prompt in the same step."""
    engine = start(gguf_models.endless(tmp_path / "m.gguf"))
    writer = Held(engine, request("?", max_tokens=2))
    decode = engine._context.decode
    monkeypatch.setattr(engine._context, "decode", lambda batch: -3 if len(batch) >= 64 else decode(batch))
    reader = Asked(engine, request("x" * 100))
    writer.go_on()
    assert writer.end().reason == "length"
    assert reader.end().parameters["reason"] == "crashed"


def test_signs_of_life_while_there_is_nothing_to_do(tmp_path, start):
    """The time of the last sign of life moves on by itself."""
    engine = start(gguf_models.scripted(tmp_path / "m.gguf", KOREAN))
    first = engine.status().last_step
    for _ in range(PATIENCE * 100):
        if engine.status().last_step > first:
            break
        time.sleep(0.01)
    assert engine.status().last_step > first


def test_llama_cpp_writes_to_our_log_only(tmp_path, start, capfd, caplog):
    """Its own messages are debug lines, and nothing of them reaches stderr."""
    with caplog.at_level(logging.DEBUG, logger="knowledge.models.llama.library"):
        ask(start(gguf_models.scripted(tmp_path / "m.gguf", KOREAN)), "?")
    assert any("n_ctx" in record.message for record in caplog.records)
    assert {record.levelno for record in caplog.records if record.name.endswith("library")} == {logging.DEBUG}
    assert capfd.readouterr().err == ""


def test_the_totals_add_up(tmp_path, start):
    """Prompt, cached and written tokens of all answers are counted."""
    engine = start(gguf_models.counting(tmp_path / "m.gguf", 7))
    ends = [ask(engine, "question").events[-1] for _ in range(3)]
    while engine.status().running:
        time.sleep(0.001)
    status = engine.status()
    assert status.prompt_tokens == sum(end.prompt for end in ends)
    assert status.cached_tokens == sum(end.cached for end in ends) > 0
    assert status.completion_tokens == 21
    assert (status.waiting, status.running, status.free_cells) == (0, 0, status.context_size)
    assert status.model == "m"


def test_a_question_that_can_not_be_begun_costs_nobody_else_anything(tmp_path, start):
    """Its asker is told, and whoever comes next is answered."""
    engine = start(gguf_models.scripted(tmp_path / "m.gguf", KOREAN))
    failed = Asked(engine, request("?", seed="no number"))
    assert failed.end().parameters["reason"] == "crashed"
    assert ask(engine, "연차는 며칠인가요?").text == KOREAN
