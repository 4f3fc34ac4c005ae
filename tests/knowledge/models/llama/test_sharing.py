"""What answers share: prefixes, guesses from the prompt, the bars of the Korean guard."""

from __future__ import annotations

import pytest

from knowledge.models.chat import ChatMessage, ChatRequest
from knowledge.models.llama.han import HAN
from tests import gguf_models
from tests.knowledge.models.llama.asking import Asked, Held, ask, request

QUOTE = "신입 사원의 연차 휴가는 입사 첫해부터 매월 하루씩 생기고 둘째 해부터 한꺼번에 주어지며 해마다 조금씩 늘어납니다."


def test_a_prefix_is_not_evaluated_twice(tmp_path, start):
    """A second question over the same passages reads its own words only, and gets the same answer as alone."""
    passages = "passage " * 60
    path = gguf_models.contextual(tmp_path / "m.gguf")
    alone = ask(start(path), passages + "second?", max_tokens=16)
    engine = start(path)
    ask(engine, passages + "first?", max_tokens=16)
    second = ask(engine, passages + "second?", max_tokens=16)
    end = second.events[-1]
    assert end.cached >= len(passages)
    assert end.prompt - end.cached < 40
    assert second.text == alone.text


def test_questions_at_the_same_time_share_their_prefix(tmp_path, start):
    """Of several that begin alike only one reads what they have in common; the others wait for it."""
    passages = "passage " * 60
    engine = start(gguf_models.contextual(tmp_path / "m.gguf"), max_sequences=5, context_size=4096)
    held = Held(engine, request("?", max_tokens=2))
    asked = [Asked(engine, request(f"{passages}{i}?", max_tokens=8)) for i in range(4)]
    held.go_on()
    ends = [one.end() for one in asked]
    assert sum(end.cached < len(passages) for end in ends) == 1
    assert sum(end.prompt - end.cached for end in ends) < ends[0].prompt * 1.5


def test_the_turn_before_is_a_prefix_too(tmp_path, start):
    """A conversation that goes on doesn't read its earlier turns again."""
    engine = start(gguf_models.counting(tmp_path / "m.gguf", 20))
    first = ask(engine, "hello " * 20)
    second = ask(engine, "hello " * 20, first.text, "and then?")
    assert second.events[-1].cached >= first.events[-1].prompt


def test_answers_survive_a_cache_that_is_far_too_small(tmp_path, start):
    """Many long questions over few cells: all are answered, whatever has to be evicted."""
    engine = start(gguf_models.counting(tmp_path / "m.gguf", 20), context_size=1024, question_size=600)
    asked = [Asked(engine, request(f"{'abcdefgh'[i % 8] * 350}{i}", asker=f"u{i % 3}")) for i in range(24)]
    ends = [one.end() for one in asked]
    assert {end.reason for end in ends} == {"stop"}
    assert {one.text for one in asked} == {"".join(f"w{i} " for i in range(20))}
    assert engine.status().free_cells <= 1024


def test_a_quoting_answer_takes_half_the_steps(tmp_path, start):
    """What stands in the prompt is drafted from it: the same text in at most half the steps."""
    path = gguf_models.quoting(tmp_path / "m.gguf", QUOTE)
    taken, texts = [], []
    for lookup in (False, True):
        engine = start(path, prompt_lookup=lookup)
        asked = ask(engine, f"문서: {QUOTE}\n질문?")
        texts.append(asked.text)
        engine.close()
        taken.append((engine.status().steps, asked.events[-1].drafted))
    assert texts == [QUOTE, QUOTE]
    assert taken[1][0] <= taken[0][0] / 2
    assert (taken[0][1], taken[1][1] > 5) == (0, True)


@pytest.mark.parametrize("temperature", [0.0, 0.8, 1.5])
def test_guessing_changes_no_answer(tmp_path, start, temperature):
    """With the same seed the text is the same with and without drafts, also when tokens are drawn by chance."""
    path = gguf_models.contextual(tmp_path / "m.gguf", seed=3)
    texts = [
        ask(
            start(path, prompt_lookup=lookup), "abab" * 20, temperature=temperature, seed=11, max_tokens=48
        ).text
        for lookup in (False, True)
    ]
    assert texts[0] == texts[1]
    assert len(texts[0]) == 48


def test_a_seed_makes_an_answer_repeatable(tmp_path, start):
    """The same seed gives the same answer, another one another."""
    engine = start(gguf_models.contextual(tmp_path / "m.gguf"), temperature=1.0)
    texts = [ask(engine, "?", seed=seed, max_tokens=40).text for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_a_repetition_penalty_breaks_a_loop(tmp_path, start):
    """A token that was written lately is less likely to come again."""
    path = gguf_models.contextual(tmp_path / "m.gguf", seed=1)
    plain = ask(start(path), "x" * 50, max_tokens=60).text
    varied = ask(start(path, repetition_penalty=1.5), "x" * 50, max_tokens=60).text
    assert len(set(varied)) > len(set(plain))


def guarded(engine, allowed):
    """An answer in which only these Han characters may stand."""
    message = ChatMessage("user", "?")
    asked = Asked(engine, ChatRequest((message,), max_tokens=40, allowed_han=allowed))
    asked.end()
    return asked.text


def test_chinese_is_barred(tmp_path, start):
    """The guard bars a Han character, whole or in bytes; what is allowed and everything else passes."""
    engine = start(gguf_models.scripted(tmp_path / "m.gguf", "연차漢字는 15일"))
    assert ask(engine, "?").text == "연차漢字는 15일"
    assert guarded(engine, frozenset("漢字")) == "연차漢字는 15일"
    barred = guarded(engine, frozenset())
    assert barred.startswith("연차")
    assert not HAN.search(barred)
    assert not set(HAN.findall(guarded(engine, frozenset("漢")))) - {"漢"}
