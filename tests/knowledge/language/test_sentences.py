from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

TEXTS = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("가나다. \n-#!?\"'abcXYZ1")), max_size=120
)


def cut(analyzer, text, language):
    """The sentences themselves."""
    return [text[start:end] for start, end in analyzer.sentences(text, language)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Dr. Smith met J. R. Tolkien at 3.5 p.m. in the U.S.", "The rest left."],
        ["It costs $3.50, i.e. less than before.", "See www.example.com for more.", "No. 5 is out!"],
        ['"Really?" he said.', "(It was.)", "Then nothing..."],
        ["We moved to Acme Inc. in May.", "Was it good?", "Yes!"],
        ["One line\nthat goes on."],
        ["A list:", "- first item", "- second item", "1. third", "# Heading", "| a | b |"],
    ],
)
def test_english(analyzer, sentences):
    """Sentences end at punctuation that isn't an abbreviation's, and at lists, headings and rows."""
    joined = "\n".join(sentences) if sentences[0] == "A list:" else " ".join(sentences)
    assert cut(analyzer, joined, "en") == sentences


def test_paragraphs_end_sentences(analyzer):
    """An empty line ends a sentence, with or without punctuation."""
    assert cut(analyzer, "A title\n\nand text", "en") == ["A title", "and text"]


def test_korean(analyzer):
    """Korean sentences are found by their endings, quotations stay in one."""
    text = '연차는 15일이다. 요금이 3.5% 오른다. 팀장이 "그렇다."라고 말했다.\n- 첫째 항목\n- 둘째 항목'
    assert cut(analyzer, text, "ko") == [
        "연차는 15일이다.",
        "요금이 3.5% 오른다.",
        '팀장이 "그렇다."라고 말했다.',
        "- 첫째 항목",
        "- 둘째 항목",
    ]


def test_offsets_after_emoji(analyzer):
    """Characters outside the basic plane don't shift the spans."""
    assert cut(analyzer, "안녕하세요 😀. 반갑습니다 😀😀. 또 만나요.", "ko")[-1] == "또 만나요."


@settings(max_examples=60)
@given(text=TEXTS)
def test_spans_of_any_text(analyzer, text):
    """Spans stand in order, don't overlap, begin and end with text, and leave out spaces only."""
    for language in ("ko", "en"):
        rest, before = "", 0
        for start, end in analyzer.sentences(text, language):
            assert before <= start < end <= len(text)
            assert text[start:end] == text[start:end].strip()
            rest += text[before:start]
            before = end
        assert not (rest + text[before:]).strip()
