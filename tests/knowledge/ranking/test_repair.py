from __future__ import annotations

import pytest

from knowledge.ranking import query, repair
from tests.knowledge.ranking.corpus import Corpus


def forms(analyzer, corpus, text):
    """The forms of each term after repair."""
    return [term.forms for term in repair.repaired(query.build(text, analyzer), analyzer, corpus).terms]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("hotle", "hotel"),  # swapped
        ("pasword", "password"),  # lost
        ("passsword", "password"),  # doubled
        ("Brelin", "berlin"),
        ("mamager", "manag"),  # replaced; found by its stem
    ],
)
def test_one_slip(analyzer, corpus, wrong, right):
    """An unknown word is replaced by a known one at one edit."""
    assert forms(analyzer, corpus, wrong) == [(right,)]


def test_known_words_stay(analyzer, corpus):
    """A word that stands in a readable passage is never touched, nor is one that is far from all."""
    asked = query.build("hotel limit in zanzibar", analyzer)
    assert repair.repaired(asked, analyzer, corpus).terms == asked.terms


def test_short_words_stay(analyzer, corpus):
    """A word of three letters has too many neighbours."""
    assert forms(analyzer, corpus, "dya") == [("dya",)]


def test_several_meanings(analyzer):
    """Where several known words are as near, all are kept, the commonest first."""
    corpus = Corpus(analyzer, ["a stone house", "a store", "the store", "mice"])
    assert forms(analyzer, corpus, "stoze") == [("store", "stone")]


def test_only_what_the_asker_may_read(analyzer, corpus):
    """A word of passages that the asker may not read is no repair."""
    secret = Corpus(analyzer, ["nothing here"])
    assert forms(analyzer, secret, "hotle") == [("hotl",)]


def test_swapped_function_words_are_dropped(analyzer, corpus):
    """A mistyped "what" is no word to look for."""
    assert forms(analyzer, corpus, "waht is the hotel limit") == [("hotel",), ("limit",)]


def test_unknown_wholes_leave_it_to_their_parts(analyzer, corpus):
    """A compound that stands nowhere doesn't count beside its parts that do."""
    assert forms(analyzer, corpus, "hotel-limit") == [("hotel",), ("limit",)]


def test_repaired_terms_say_so(analyzer, corpus):
    """A repaired term keeps its kind and is marked."""
    (term,) = repair.repaired(query.build("hotle", analyzer), analyzer, corpus).terms
    assert term.repaired
    assert term.kind == "noun"
