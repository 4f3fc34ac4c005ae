"""Fair queueing."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from knowledge.models.llama.queue import FairQueue


def served(queue):
    """Take all, in order."""
    order = []
    while len(queue):
        item = next(iter(queue))
        queue.take(item)
        order.append(item)
    return order


def filled(*askers, limit=100):
    """One item for each asker named, in this order: (asker, how many of theirs came before)."""
    queue, counts = FairQueue(limit), Counter()
    for asker in askers:
        queue.add((asker, counts[asker]), asker)
        counts[asker] += 1
    return queue


def test_askers_take_turns():
    """Whoever has one question comes before another's second."""
    assert [asker for asker, _ in served(filled("a", "a", "a", "b", "b", "c"))] == [
        "a",
        "b",
        "c",
        "a",
        "b",
        "a",
    ]


def test_who_comes_later_is_not_behind_those_who_wait():
    """Having been served counts: the second of two who ask in turns doesn't pile up behind the first."""
    queue = filled("a", "a", "a")
    queue.take(next(iter(queue)))
    item = ("b", 0)
    queue.add(item, "b")
    assert [asker for asker, _ in queue] == ["b", "a", "a"]


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=40))
def test_nobody_waits_for_more_of_another_than_of_their_own(askers):
    """Before one's n-th question at most n of any other's come, and one's own come in the order asked."""
    order = served(filled(*askers))
    assert Counter(asker for asker, _ in order) == Counter(askers)
    seen = Counter()
    for asker, number in order:
        assert number == seen[asker]
        assert all(count <= number + 1 for other, count in seen.items() if other != asker)
        seen[asker] += 1


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=20), st.data())
def test_leaving_keeps_the_order_of_the_others(askers, data):
    """Who gives up changes nobody's order."""
    queue = filled(*askers)
    before = list(queue)
    gone = data.draw(st.sampled_from(before))
    queue.discard(gone)
    assert list(queue) == [item for item in before if item is not gone]


def test_it_is_full_at_its_limit():
    """No more than the limit waits."""
    queue = filled("a", "b", limit=2)
    assert queue.full
    queue.discard(next(iter(queue)))
    assert not queue.full
