"""How long those in the queue will wait."""

from __future__ import annotations

from knowledge.models.llama.speeds import Speeds
from knowledge.models.llama.waiting import waits


def test_a_free_slot_is_no_wait():
    """Whoever comes while there is room begins at once."""
    assert waits([5.0], [3.0, 3.0], slots=3) == [0.0, 0.0]


def test_each_waits_for_the_next_answer_to_end():
    """The first takes over from the answer that ends first, the next from the one after, and so on."""
    assert waits([4.0, 10.0], [3.0, 5.0, 1.0], slots=2) == [4.0, 7.0, 10.0]


def test_speeds_are_learnt_from_steps():
    """What a step takes, and a token of a prompt, follow what was measured."""
    speeds = Speeds()
    assert speeds.read_rate is None
    assert speeds.write_rate is None
    for _ in range(200):
        speeds.observe(2.0, 200, reading=True)
        speeds.observe(0.1, 1, reading=False)
        speeds.observe(0.16, 4, reading=False)
    assert speeds.read_rate is not None
    assert abs(speeds.read_rate - 100) < 1
    assert abs((speeds.write_rate or 0) - 10) < 0.1
    assert abs(speeds.step(4) - 0.16) < 0.01
    assert speeds.step(5) > speeds.step(1)


def test_a_short_rest_of_a_prompt_says_nothing_of_the_speed():
    """A cached prompt's last token takes a whole step: that isn't how fast prompts are read."""
    speeds = Speeds()
    speeds.observe(0.1, 2, reading=True)
    assert speeds.read_rate is None
