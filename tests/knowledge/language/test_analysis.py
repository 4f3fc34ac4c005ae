from __future__ import annotations

import sys
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import MissingDependency
from knowledge.language import Analyzer

TEXTS = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("가나다라휴가연차 .-_0123abcXYZ")))


def test_korean_terms_are_morphemes(analyzer):
    """Particles, endings and punctuation are left out; nouns and stems of verbs stay."""
    assert analyzer.terms("연차휴가를 신청하려면 어디로 가야 하나요?", "ko")[:3] == ["연차", "휴가", "신청"]
    terms = analyzer.terms("연차는 언제 소멸되나요?", "ko")
    assert "연차" in terms
    assert "소멸" in terms
    assert not {"는", "나요", "?"} & set(terms)


def test_mixed_korean(analyzer):
    """Foreign words, versions and amounts inside Korean come as they would in English."""
    terms = analyzer.terms("VPN 접속이 v2.3.1에서 3,000원", "ko")
    assert terms == ["vpn", "접속", "2.3.1", "2", "3", "1", "3000", "원"]


def test_foreign_words_meet_across_languages(analyzer):
    """The same English word gives the same term in a Korean and in an English text."""
    assert analyzer.terms("running pods를 확인", "ko")[:2] == analyzer.terms("running pods", "en")


def test_english_terms_are_stems_without_function_words(analyzer):
    """English gives stems, without the words that carry grammar only."""
    assert analyzer.terms("What are the cats' running costs?", "en") == ["cat", "run", "cost"]


def test_shouted_function_words_are_names(analyzer):
    """IT and US are no function words, unless the whole text shouts."""
    assert analyzer.terms("Ask IT about it", "en") == ["ask", "it"]
    assert analyzer.terms("IT IS LATE", "en") == ["late"]


def test_hangul_in_english(analyzer):
    """A Korean word in an English text is found by the same term as in a Korean one."""
    assert "연차" in analyzer.terms("What does 연차 mean?", "en")


def test_decomposed_hangul(analyzer):
    """Text from a Mac's file names (NFD) gives the same terms and bigrams."""
    text = "재택근무 규정"
    decomposed = unicodedata.normalize("NFD", text)
    assert analyzer.terms(decomposed, "ko") == analyzer.terms(text, "ko")
    assert analyzer.bigrams(decomposed) == analyzer.bigrams(text)


def test_urls_with_hangul(analyzer):
    """The Korean words of a link are found one by one."""
    assert "연차" in analyzer.terms("https://wiki.example.com/연차/신청 참고", "ko")


def test_bigrams_run_across_spaces(analyzer):
    """Bigrams don't depend on spacing, and don't run across other characters."""
    assert analyzer.bigrams("휴가 신청") == analyzer.bigrams("휴가신청") == ["휴가", "가신", "신청"]
    assert analyzer.bigrams("휴가. 신청 VPN 접속") == ["휴가", "신청", "접속"]
    assert analyzer.squeezed("VPN 접속 방법\n") == "vpn접속방법"


def test_compounds(analyzer):
    """A whole that is also found by its parts tells them."""
    assert analyzer.compounds("on-call for ERR_CONN_42", "en") == {
        "oncal": ("call",),
        "err_conn_42": ("err", "conn", "42"),
    }


def test_many_texts(analyzer):
    """A batch gives what the texts give one by one."""
    texts = ["연차 휴가", "annual leave", "", "VPN 접속이 안돼요", "12 3,000"]
    languages = ["ko", "en", "en", "ko", "en"]
    one_by_one = [analyzer.terms(text, language) for text, language in zip(texts, languages, strict=True)]
    assert analyzer.terms_of_many(texts, languages) == one_by_one


def test_names_and_numbers_are_tagged(analyzer):
    """Numbers, and words with a capital inside a sentence, are told apart from others."""
    tags = dict(analyzer.tagged("Who did Tesla pay 300 dollars?", "en"))
    assert tags == {"tesla": "NNP", "pay": "SL", "300": "SN", "dollar": "SL"}


def test_user_words_stay_whole(tmp_path):
    """A word of the team isn't taken apart, and changes the version."""
    file = tmp_path / "words.txt"
    file.write_text("연차촉진제도\n", encoding="utf-8")
    analyzer = Analyzer(file, workers=1)
    assert analyzer.terms("연차촉진제도가 궁금해요", "ko")[0] == "연차촉진제도"
    assert analyzer.version != Analyzer().version
    assert Analyzer().version == Analyzer().version


def test_threads_share_an_analyzer():
    """Threads that start together get the same terms, while Kiwi is still being loaded."""
    shared = Analyzer(workers=1)
    gate = threading.Barrier(4)

    def ask(_):
        gate.wait(timeout=30)
        return [shared.terms("연차휴가 신청 running", "ko") for _ in range(20)]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert all(one == found[0] for one in found)


def test_missing_kiwi(monkeypatch):
    """Without Kiwi, Korean fails with the command that installs it; English needs no Kiwi."""
    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    bare = Analyzer()
    assert bare.terms("plain words", "en") == ["plain", "word"]
    with pytest.raises(MissingDependency) as error:
        bare.terms("연차", "ko")
    assert error.value.parameters["command"] == "pip install kiwipiepy"


@settings(max_examples=60)
@given(text=TEXTS)
def test_terms_of_any_text(analyzer, text):
    """Any text gives terms that can be packed (no spaces or separators), the same every time."""
    for language in ("ko", "en"):
        terms = analyzer.terms(text, language)
        assert terms == analyzer.terms(text, language)
        assert all(term and not any(c.isspace() or c in "\x00\x1f" for c in term) for term in terms)
    squeezed = analyzer.squeezed(text)
    assert not any(character.isspace() for character in squeezed)
    assert all(pair in squeezed for pair in analyzer.bigrams(text))
