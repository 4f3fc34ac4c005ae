"""The guard against Chinese, over vocabularies of whole characters and of their bytes."""

from __future__ import annotations

import codecs
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.models.llama.han import HAN, HanTokens, tail

CHARACTERS = "가한漢字中国日々〇丁乂豈㐀\U00020000\U0002f800🙂éЖa\n\u4dff\u2e80"
BYTES = [bytes([byte]) for byte in range(256)]
allowed_sets = st.frozensets(st.sampled_from([c for c in CHARACTERS if HAN.match(c)]), max_size=3)


@st.composite
def vocabularies(draw):
    """All bytes, whole characters, and pieces that begin or end inside one, as a byte-level vocabulary has."""
    text = "".join(draw(st.lists(st.sampled_from(CHARACTERS), min_size=4, max_size=12))).encode()
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)) | {0, len(text)})
    cut = [text[a:b] for a, b in pairwise(cuts)]
    return [*BYTES, *(c.encode() for c in CHARACTERS), *cut, b""]


def decoded(pieces):
    """As the answer is shown."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return "".join(decoder.decode(piece) for piece in pieces)


@given(vocabularies(), allowed_sets, st.randoms(use_true_random=False))
def test_no_way_leads_to_a_barred_character(pieces, allowed, random):
    """Whatever is chosen among what isn't barred, no Han character stands in the text but the allowed ones."""
    guard = HanTokens(pieces).guard(allowed)
    chosen = []
    for _ in range(40):
        barred = set(guard.barred().tolist())
        # Prefer what begins or goes on with a character of several bytes: that is where it could go wrong.
        free = [token for token in range(len(pieces)) if token not in barred]
        tempting = [token for token in free if pieces[token] and pieces[token][-1] >= 0x80]
        token = random.choice(tempting if tempting and random.random() < 0.9 else free)
        guard.accept(token)
        chosen.append(pieces[token])
    assert set(HAN.findall(decoded(chosen))) <= allowed


@given(vocabularies(), allowed_sets, st.text(alphabet=[c for c in CHARACTERS if not HAN.match(c)]))
def test_other_writing_is_never_barred(pieces, allowed, text):
    """Korean, emoji and Latin can be written byte by byte, and in whole characters."""
    tokens = HanTokens(pieces)
    for spelt in ([bytes([byte]) for byte in text.encode()], [c.encode() for c in text]):
        guard = tokens.guard(allowed)
        for piece in spelt:
            token = pieces.index(piece)
            assert token not in guard.barred()
            guard.accept(token)


@given(vocabularies(), allowed_sets)
def test_allowed_characters_can_be_written(pieces, allowed):
    """A Han character that stands in the passages may be written, whole and byte by byte."""
    tokens = HanTokens(pieces)
    text = "".join(sorted(allowed))
    for spelt in ([bytes([byte]) for byte in text.encode()], [c.encode() for c in text]):
        guard = tokens.guard(allowed)
        for piece in spelt:
            token = pieces.index(piece)
            assert token not in guard.barred()
            guard.accept(token)


def test_a_beginning_that_could_only_become_chinese_is_barred():
    """The answer isn't led into a dead end: the first bytes of a Han character can't come either."""
    pieces = [b"\xe5", b"\xe4\xb8", b"\xea", b"\xf0", b"\xe4", b"\xf0\xa0"]
    assert HanTokens(pieces).guard(frozenset()).barred().tolist() == [0, 1, 4, 5]
    assert HanTokens(pieces).guard(frozenset("中")).barred().tolist() == [0, 5]


@given(st.binary(max_size=8))
def test_the_tail_is_what_a_decoder_holds_back(text):
    """The guard and the text that people see agree on where a character ends."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(text)
    assert tail(text) == decoder.getstate()[0]


@pytest.mark.parametrize("character", "漢々〇豈㐀⺀\U00020000\U0002f800\U00031350")
def test_what_is_chinese(character):
    """Ideographs of every extension, compatibility ones, radicals and marks are Han characters."""
    assert HAN.fullmatch(character)


@pytest.mark.parametrize("character", "가ㄱᄀ한あカéЖ、。「・1a🙂％")
def test_what_is_not(character):
    """Korean, kana, Latin, and punctuation that Korean uses too are not."""
    assert not HAN.search(character)
