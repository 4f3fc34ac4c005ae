"""How much one person may ask."""

from __future__ import annotations

from bot.chat.limits import Gate, Limits, Over


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def gate(**limits):
    clock = Clock()
    return Gate(Limits(**{"per_person": 100, "per_channel": 100, "at_once": 100} | limits), clock), clock


def test_a_person_over_the_limit_is_told_when_there_is_room():
    """The third question within a minute waits until the first is a minute old."""
    tested, clock = gate(per_person=2)
    assert tested.admit("a", "c") is None
    clock.now += 10
    assert tested.admit("a", "c") is None
    assert tested.admit("a", "c") == Over(50)
    assert tested.admit("b", "c") is None
    clock.now += 50
    assert tested.admit("a", "c") is None


def test_a_channel_has_a_limit_of_its_own():
    """Many people in one channel share its limit, and another channel is free."""
    tested, _ = gate(per_channel=2)
    assert [tested.admit(person, "c") for person in "abc"] == [None, None, Over(60)]
    assert tested.admit("c", "d") is None


def test_few_questions_of_one_person_are_answered_at_once():
    """A person's next question is taken when one of the running ones is done."""
    tested, _ = gate(at_once=1)
    assert tested.admit("a", "c") is None
    assert tested.admit("a", "c") == Over(0)
    tested.leave("a")
    assert tested.admit("a", "c") is None


def test_a_refused_question_doesnt_count():
    """Asking on while over the limit doesn't push the end of it away."""
    tested, clock = gate(per_person=1)
    tested.admit("a", "c")
    for _ in range(5):
        clock.now += 10
        assert tested.admit("a", "c") is not None
    clock.now += 10
    assert tested.admit("a", "c") is None
