"""Bytes of every encoding that an office leaves behind, as one normal form of text."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import Unreadable
from knowledge.parsing.encoding import decode, normalize

KOREAN = [
    "회의록",
    "똠",
    "펲",
    "가",
    "펲시콜라와 똠방각하",
    "VPN 접속이 안돼요",
    "A형 독감",
    "Slack에서 확인",
    "값: 100원, 기한 D-3까지",
    "※ ABC ①②③",
    "金哲洙 부장",
    "ㅋㅋㅋ",
]
WESTERN = [
    "café",
    "é",
    "Ändern Sie die Größe der Übung, bitte schön.",
    "¿Qué tal? El niño comió más",
    "INFORMAÇÃO SOBRE",
    "Le café est à côté de l'hôtel. Où êtes-vous allé cet été?",
    "25°C",
    "it’s “fine” – ok",
    "£5 and ©Me",
]

# What UTF-8 and the like can hold and normalisation leaves in place.
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"))).filter(
    lambda text: text.strip() and normalize(text) == unicodedata.normalize("NFC", text)
)
syllables = st.text(
    st.sampled_from("가각간갈감나는다라마바사아이자차카타파하의에서를은한국회의록뷁똠펲"), min_size=2
)
words = st.one_of(syllables, st.text("abcdefghijklmnopqrstuvwxyz0123456789.,()", min_size=1))
korean_texts = st.lists(words, min_size=1).map(" ".join)


@pytest.mark.parametrize("text", KOREAN)
@pytest.mark.parametrize("encoding", ["cp949", "utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_short_korean_texts(text: str, encoding: str) -> None:
    """A few letters are enough, also the syllables that only CP949 has."""
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "text",
    [
        "조합형 코드로 쓴 문서입니다. 온도는 26도로 유지합니다.",
        "휴가는 열다섯 날이고,\n신청은 사흘 전에 합니다.",
    ],
)
def test_korean_from_before_windows(text: str) -> None:
    """Johab is told from CP949, which hardly any of its texts is."""
    assert decode(text.encode("johab")) == text


@pytest.mark.parametrize("text", WESTERN)
def test_western_texts_are_not_taken_for_korean(text: str) -> None:
    """Accented letters and signs of Windows-1252 stay, though many of their bytes are valid CP949."""
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет, как дела? Всё хорошо", "cp1251"),
        ("Zażółć gęślą jaźń i inne", "cp1250"),
        ("日本語のテキストです。これはテストです。", "cp932"),
        ("これは日本語の文書です。ここに内容を書いて、東京都の会議で使います。" * 5, "euc_jp"),
        ("这是一个中文文档。我们在这里写一些内容，用来测试编码检测是否正确。" * 5, "gb18030"),
    ],
)
def test_other_encodings_are_guessed(text: str, encoding: str) -> None:
    """What is neither Korean nor Western is left to charset-normalizer, and isn't read as Korean."""
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "text",
    [
        "날짜,요일,이름\n2026-02-17,화,설날\n2026-09-25,금,추석\n2026-12-25,금,성탄절\n" * 8,
        "대한민국(大韓民國)의 헌법(憲法)은 국민이 정한 법이다. 제1조(條)를 보라.\n" * 5,
    ],
)
def test_lists_and_hanja_are_korean_too(text: str) -> None:
    """Names and dates without running text, and hanja between Hangul, aren't taken for Chinese."""
    assert decode(text.encode("cp949")) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["Minutes of May 3\n", "안녕하세요", "휴가 신청은 D-3까지 가능합니다.", "가나다 abc 123"]
)
def test_utf16_without_a_mark(text: str, encoding: str) -> None:
    """UTF-16 is known by its zeros, and Korean by its syllables, some with zeros of their own (`가`)."""
    assert decode(text.encode(encoding)) == text


@given(texts, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_marked_or_utf8_text_round_trips(text: str, encoding: str) -> None:
    """Any text in UTF-8, or behind a byte order mark, comes back in NFC."""
    assert decode(text.encode(encoding)) == unicodedata.normalize("NFC", text)


@given(korean_texts)
def test_korean_text_round_trips_in_cp949(text: str) -> None:
    """Any Korean words between Latin ones, whatever their length."""
    assert decode(text.encode("cp949")) == text


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_unreadable(data: bytes) -> None:
    """No bytes raise anything else, and the text is in its normal form."""
    try:
        text = decode(data)
    except Unreadable:
        return
    assert text.strip()
    assert "\r" not in text
    assert "\0" not in text
    assert normalize(text) == text


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    """The normal form is stable: offsets and lines refer to one text."""
    once = normalize(text)
    assert normalize(once) == once


def test_line_ends_and_invisible_characters() -> None:
    """Each kind of line end is one line feed; form feeds are spaces; what shows nothing is gone."""
    assert decode("a\r\nb\rc\n\n\x0cd\u200b\u00ade\x1b[31m!\x1b[0m\ufeff".encode()) == "a\nb\nc\n\n de!"


def test_decomposed_hangul_is_composed() -> None:
    """Text that macOS decomposed reads like any other."""
    assert decode(unicodedata.normalize("NFD", "휴가 규정").encode()) == "휴가 규정"


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_few_bad_bytes_cost_no_document(encoding: str) -> None:
    """One broken sequence in a long text is replaced; the rest is read in its own encoding."""
    data = ("휴가 규정은 다음과 같습니다. " * 20).encode(encoding)
    text = decode(data[:90] + b"\xff" + data[90:])
    assert 1 <= text.count("\ufffd") <= 4
    assert text.count("규정") >= 19


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_text_that_was_cut_off_inside_a_character(encoding: str) -> None:
    """The end of a partial copy is dropped, not the document."""
    assert decode("휴가 규정입니다".encode(encoding)[:-1]) == "휴가 규정입니"


def test_a_lone_accent_at_the_end_is_western() -> None:
    """The last letter of `café` in Latin-1 isn't UTF-8 that is cut off."""
    assert decode(b"caf\xe9") == "café"


def test_rubbish_is_binary() -> None:
    """Random bytes, compressed data and structures are no text."""
    noise = random.Random(7).randbytes(2000)
    for data in (noise, b"\x00\x01\x02\x03" * 50, b"MZ" + bytes(range(32)) * 20):
        with pytest.raises(Unreadable) as caught:
            decode(data)
        assert caught.value.key == "error-unreadable-binary"


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", "\u3000\u200b\n".encode(), b"\xff\xfe"])
def test_nothing_to_read_is_empty(data: bytes) -> None:
    """Nothing, spaces only, or a byte order mark only."""
    with pytest.raises(Unreadable) as caught:
        decode(data)
    assert caught.value.key == "error-unreadable-empty"


def test_a_declared_encoding_counts_after_utf8() -> None:
    """What a page declares is believed, unless it is UTF-8 after all or the encoding isn't for text."""
    assert decode("日本語".encode("euc-jp"), "euc-jp") == "日本語"
    assert decode("한글 문서".encode(), "euc-kr") == "한글 문서"
    assert decode("한글 문서".encode("cp949"), "base64") == "한글 문서"
    assert decode("한글 문서".encode("cp949"), "no-such-encoding") == "한글 문서"


def test_many_marks_on_one_letter_are_cut() -> None:
    """A letter keeps as many combining marks as any language uses; sorting more takes quadratic time."""
    assert len(decode(("a" + "\u0301\u0327" * 100_000).encode())) <= 31
    assert len(decode(("a" + "\U0001d165\U0001d16d" * 100_000).encode())) <= 31
