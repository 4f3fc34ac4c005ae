"""What is evaluated together in a step, and what apart."""

from __future__ import annotations

from itertools import pairwise

from knowledge.models.chat import Reading
from tests import gguf_models
from tests.knowledge.models.llama.asking import Asked, Held, ask, request


def test_a_long_prompt_is_read_in_whole_rows_of_the_kernels(tmp_path, start):
    """Its portions are multiples of 16, but for the last, and apart from what others write meanwhile."""
    engine = start(gguf_models.endless(tmp_path / "m.gguf"), batch=100)
    alone = ask(engine, "가" * 150, max_tokens=1)
    writer = Held(engine, request("another", max_tokens=400))
    beside = Asked(engine, request("나" * 150, max_tokens=1))
    writer.go_on()
    beside.end()
    for asked in (alone, beside):
        done = [event.done for event in asked.events if isinstance(event, Reading)]
        portions = [after - before for before, after in pairwise(done)][:-1]
        assert len(portions) >= 4
        assert all(portion % 16 == 0 for portion in portions)


def test_a_short_prompt_is_read_with_what_others_write(tmp_path, start):
    """In one step with their tokens, so that these cost next to nothing."""
    engine = start(gguf_models.endless(tmp_path / "m.gguf"))
    writer = Held(engine, request("another", max_tokens=8))
    reader = Asked(engine, request("short", max_tokens=8))
    writer.go_on()
    writer.end()
    reader.end()
    engine.close()  # the thread that counts steps is at its end
    # The writer's prompt; the reader's, with the writer's second token; the reader's other seven.
    assert engine.status().steps == 1 + 1 + 7


def test_the_end_of_a_prompt_shares_a_step_with_the_beginning_of_the_next(tmp_path, start):
    """Prompts that come together are read back to back, and no step holds more than fits."""
    engine = start(gguf_models.endless(tmp_path / "m.gguf"), batch=128)
    held = Held(engine, request("?", max_tokens=1))
    together = [Asked(engine, request(letter * 90, max_tokens=1)) for letter in "xyz"]
    held.go_on()
    assert [asked.end().reason for asked in together] == ["length"] * 3
    engine.close()
    # The first prompt; the other three, of a good hundred tokens each, in steps of 128.
    assert engine.status().steps == 1 + 3
