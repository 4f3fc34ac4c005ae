from __future__ import annotations

from knowledge.ranking import query


def kinds(analyzer, text):
    """The kind of each term."""
    return {term.forms[0]: term.kind for term in query.build(text, analyzer).terms}


def test_kinds_in_korean(analyzer):
    """Words that ask weigh less than words that name."""
    found = kinds(analyzer, "김영하가 2011년에 출간한 책의 제목은 무엇인가요?")
    assert found["김영하"] == "name"
    assert found["2011"] == "number"
    assert found["출간"] == "noun"
    assert found["제목"] == "asked"
    assert found["무엇"] == "filler"


def test_kinds_in_english(analyzer):
    """Names are told by their capitals, and common verbs weigh less."""
    found = kinds(analyzer, "Please tell me when Tesla found the patent of 1886")
    assert found == {
        "pleas": "filler",
        "tell": "filler",
        "tesla": "name",
        "found": "predicate",
        "patent": "noun",
        "1886": "number",
    }


def test_weights_follow_kinds(analyzer):
    """Fillers weigh least, names and numbers most."""
    weights = {term.kind: term.weight for term in query.build("Tesla 연차는 2011년에 무엇", analyzer).terms}
    assert weights["filler"] < weights["name"] == weights["number"]


def test_terms_and_bigrams_stand_once(analyzer):
    """A repeated word counts once, and bigrams come from the Korean part."""
    asked = query.build("연차 연차 VPN", analyzer)
    assert asked.forms == ("연차", "vpn")
    assert asked.bigrams == ("연차", "차연")
    assert query.build("leave", analyzer).bigrams == ()


def test_language(analyzer):
    """A question is in the language it is written in, unless told otherwise."""
    assert query.build("연차는?", analyzer).language == "ko"
    assert query.build("leave?", analyzer).language == "en"
    assert query.build("VPN", analyzer, "ko").language == "ko"
