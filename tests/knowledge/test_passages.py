"""How a document is divided: along its structure, evenly, and without losing or doubling a letter."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.parsing import parse
from knowledge.passages import MAXIMUM, TARGET, TINY, split, width
from knowledge.types import Block, BlockKind, Language, ParsedDocument, Passage, Place


def _sentences(text: str, language: Language) -> list[tuple[int, int]]:
    return [(match.start(), match.end()) for match in re.finditer(r"[^.\n]+[.\n]?", text)]


def _split(name: str, text: str, **sizes: int) -> list[Passage]:
    return split(parse(name, text.encode()), "/docs/" + name, _sentences, **sizes)


def _sections(passages: list[Passage]) -> list[tuple[str, str]]:
    return [(" > ".join(passage.heading_path), passage.text) for passage in passages]


KOREAN = "이 문장은 스무 자쯤 되는 한국어 문장입니다. "
BODY = KOREAN * 6  # wider than TINY


@pytest.mark.parametrize("text", ["abc", "한글 abc", "ｆｕｌｌ", "漢字かな", "e\u0301", "😀", "·…“”", ""])
def test_width_is_unicodes(text: str) -> None:
    """Wide and full-width characters count two, as in Standard Annex 11."""
    assert width(text) == sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def test_width_of_every_syllable_and_ideograph() -> None:
    """All of Hangul's syllables and letters, the ideographs and kana are wide."""
    wide = [chr(code) for code in (*range(0x1100, 0x1160), *range(0xAC00, 0xD7A4), *range(0x4E00, 0x9FFF))]
    assert width("".join(wide)) == 2 * len(wide)


def test_a_short_document_is_one_passage() -> None:
    """Several paragraphs that fit are never divided."""
    text = f"{BODY}\n\n{BODY}\n\n{BODY}"
    [passage] = _split("a.txt", text)
    assert TARGET // 2 < width(text) <= MAXIMUM
    assert passage.text == text.strip()
    assert passage.heading_path == ("a",)
    assert passage.lines == (1, 5)
    assert passage.language == "ko"


def test_one_block_up_to_the_maximum_is_whole() -> None:
    """A paragraph above the target isn't cut; one above the maximum is, at sentences, evenly."""
    whole = "Words and words here. " * (MAXIMUM // 22)
    assert len(_split("a.txt", whole)) == 1
    passages = _split("a.txt", whole * 2)
    assert len(passages) > 1
    assert all(passage.text.endswith(".") for passage in passages)
    sizes = [width(passage.text) for passage in passages]
    assert max(sizes) - min(sizes) < 100


def test_sections_are_not_mixed() -> None:
    """Each section is a passage, under the path of its headings and without the heading in its text."""
    passages = _split(
        "a.md", f"# Title\n\n{BODY}\n\n## One\n\n{BODY}\n\n### Deep\n\n{BODY}\n\n## Two\n\n{BODY}\n"
    )
    assert [path for path, _ in _sections(passages)] == [
        "Title",
        "Title > One",
        "Title > One > Deep",
        "Title > Two",
    ]
    assert {passage.text for passage in passages} == {BODY.strip()}
    assert [passage.lines for passage in passages] == [(3, 3), (7, 7), (11, 11), (15, 15)]


def test_the_title_stands_first_in_every_path() -> None:
    """A title that isn't the first heading is put before it."""
    passages = _split("a.md", f"---\ntitle: Handbook\n---\n# Part\n\n{BODY}\n")
    assert _sections(passages) == [("Handbook > Part", BODY.strip())]


def test_tiny_sections_join_their_siblings() -> None:
    """They are read under the path that they share, with their headings in the text."""
    passages = _split("a.md", f"# T\n\n## A\n\n{BODY}\n\n## B\n\nshort\n\n## C\n\nbrief\n")
    assert _sections(passages) == [("T > A", BODY.strip()), ("T", "B\n\nshort\n\n## C\n\nbrief")]


def test_a_tiny_section_does_not_join_another_parent() -> None:
    """Children of different headings stay apart."""
    passages = _split("a.md", "# T\n\n## A\n\n### A1\n\nx\n\n### A2\n\ny\n\n## B\n\n### B1\n\nz\n")
    assert [path for path, _ in _sections(passages)] == ["T > A", "T > B > B1"]


def test_minor_headings_divide_no_passage() -> None:
    """From level 4 on, sections are packed up to the target."""
    passages = _split("a.md", f"# T\n\n#### A\n\n{BODY}\n\n#### B\n\n{BODY}\n\n#### C\n\n{BODY * 3}\n")
    assert [path for path, _ in _sections(passages)] == ["T", "T > C"]
    assert passages[0].text.startswith("A\n")


def test_headings_without_text() -> None:
    """A heading with nothing under it is found by itself; one with subsections is in their paths."""
    assert _sections(_split("a.md", "# Only a heading\n")) == [("Only a heading", "Only a heading")]
    passages = _split("a.md", f"# T\n\n## Full\n\n{BODY}\n\n## Empty\n")
    assert _sections(passages) == [("T > Full", BODY.strip()), ("T > Empty", "Empty")]


def test_repeated_headings_and_texts_have_their_own_ids() -> None:
    """The same section twice is two passages."""
    passages = _split("a.md", f"## A\n\n{BODY}\n\n## A\n\n{BODY}\n")
    assert passages[0].text == passages[1].text
    assert len({passage.id for passage in passages}) == 2


def test_ids_depend_on_document_and_text_alone() -> None:
    """The same text keeps its id when something else in the document changes; another document's differs."""
    before = _split("a.md", f"# T\n\n## A\n\n{BODY}\n\n## B\n\n{BODY} B\n")
    after = _split("a.md", f"# T\n\nnew\n\n## A\n\n{BODY}\n\n## B\n\n{BODY} B\n")
    other = _split("b.md", f"# T\n\n## A\n\n{BODY}\n\n## B\n\n{BODY} B\n")
    assert [passage.id for passage in before] == [passage.id for passage in after[1:]]
    assert not {passage.id for passage in before} & {passage.id for passage in other}
    assert all(re.fullmatch(r"[0-9a-f]{32}", passage.id) for passage in before)


def test_a_long_table_repeats_its_names() -> None:
    """Rows stay whole; each further part has the names as its header, the first has them in its text."""
    rows = "".join(f"| 항목 {number} | {'설명 ' * 8} |\n" for number in range(60))
    passages = _split("a.md", f"# T\n\nIntroduction:\n\n| 이름 | 설명 |\n|---|---|\n{rows}\nAfter.\n")
    assert passages[0].header == ""
    assert "| 이름 | 설명 |\n|---|---|\n| 항목 0" in passages[0].text
    assert {passage.header for passage in passages[1:]} == {"| 이름 | 설명 |"}
    assert all(re.match(r"\| 항목 \d+ ", passage.text) for passage in passages[1:])
    assert passages[-1].text.endswith("After.")
    assert passages[1].full_text.startswith("T\n| 이름 | 설명 |\n| 항목")


def test_a_list_is_divided_between_its_items() -> None:
    """Nested items stay with their parent; a list that fits stays whole."""
    items = "".join(f"- item {number}\n  - {'nested words ' * 5}\n" for number in range(40))
    passages = _split("a.md", items)
    assert len(passages) > 1
    assert all(re.match(r"- item", passage.text) for passage in passages)
    assert len(_split("a.md", items[:1400])) == 1


def test_code_is_divided_between_its_parts() -> None:
    """Definitions begin passages and keep their indentation."""
    functions = "".join(f"def f{number}():\n" + "    x = 1\n" * 30 + "\n\n" for number in range(8))
    passages = _split("a.py", functions)
    assert len(passages) > 1
    assert all(re.match(r"def f\d", passage.text) for passage in passages)
    [first, *_] = _split(
        "b.py", "class A:\n" + "\n".join("    def f(self):\n" + "        y = 2\n" * 20 for _ in range(9))
    )
    assert first.text.startswith("class A:\n    def f")


def test_a_sentence_without_end_is_cut_at_spaces_or_anywhere() -> None:
    """Words stay whole as long as there are spaces; marks stay with their letters."""
    for passage in _split("a.txt", "word " * 2000):
        assert set(passage.text.split()) == {"word"}
        assert width(passage.text) <= MAXIMUM
    passages = _split("a.txt", "가" * 5000)
    assert "".join(passage.text for passage in passages) == "가" * 5000
    assert all(width(passage.text) <= MAXIMUM for passage in passages)
    for passage in _split("a.txt", "q\u0323" * 3000):
        assert not unicodedata.combining(passage.text[0])


def test_a_comment_between_sections_does_not_make_a_passage_too_large() -> None:
    """What stands between blocks counts too."""
    passages = _split("a.md", f"one\n\n<!-- {'x' * 5000} -->\n\ntwo\n")
    assert [passage.text for passage in passages] == ["one", "two"]


def test_a_small_rest_joins_the_passage_before() -> None:
    """No passage is left with a few words."""
    long, short = "a" * 870, "b" * (TINY - 50)
    assert [passage.text for passage in _split("a.txt", f"{long}\n\n{long}\n\n{long}\n\n{short}")] == [
        long,
        long,
        f"{long}\n\n{short}",
    ]


def test_pages() -> None:
    """A passage is on the page where it begins; without lines, none are given."""
    text = "one\n\ntwo"
    blocks = (Block("paragraph", 0, 3, page=4), Block("paragraph", 5, 8, page=5))
    [passage] = split(ParsedDocument("T", text, blocks, first_line=None), "/d", _sentences)
    assert (passage.page, passage.lines) == (4, None)


def test_lines_begin_where_the_text_does() -> None:
    """The first line of the text may be another line of the file."""
    [passage] = split(
        ParsedDocument("T", "\na\nb", (Block("paragraph", 1, 4),), first_line=7), "/d", _sentences
    )
    assert passage.lines == (8, 9)


def test_a_splitter_that_says_nonsense_loses_nothing() -> None:
    """Spans outside the text or out of order are no reason to lose a letter."""
    text = "word " * 1000
    document = parse("a.txt", text.encode())
    passages = split(document, "/d", lambda *_: [(7, 9), (-5, 2), (3, 4), (10**9, 10**9)])
    assert "".join(passage.text for passage in passages).replace(" ", "") == text.replace(" ", "")


def test_a_document_without_blocks_has_no_passages() -> None:
    """Nothing to say, nothing to find."""
    assert split(ParsedDocument("T", "", ()), "/d", _sentences) == []


PIECES = st.tuples(
    st.sampled_from(["heading", "paragraph", "list", "table", "code"]),
    st.integers(1, 6),
    st.lists(st.text("ab가나. \t", max_size=60), min_size=1, max_size=12).map("\n".join).filter(str.strip),
    st.text("x\n ", max_size=8).map(lambda gap: f"\n{gap}\n"),
)


@st.composite
def documents(draw: st.DrawFn) -> ParsedDocument:
    """Blocks of every kind with anything between them."""
    text, blocks = "", []
    for kind, level, content, gap in draw(st.lists(PIECES, max_size=12)):
        start, end = len(text), len(text) + len(content)
        parts = sorted(draw(st.sets(st.integers(start, end - 1), max_size=4)))
        typed: BlockKind = kind
        if kind == "heading":
            blocks.append(Block(typed, start, end, level=level))
        else:
            header = "a | b" if kind == "table" else ""
            blocks.append(Block(typed, start, end, header=header, parts=tuple(parts)))
        text += content + gap
    return ParsedDocument(
        draw(st.sampled_from(["", "T"])), text, tuple(blocks), draw(st.sampled_from([None, 1, 5]))
    )


@given(documents(), st.integers(1, 60), st.integers(0, 60))
def test_every_letter_is_in_exactly_one_passage(document: ParsedDocument, target: int, more: int) -> None:
    """Passages are ordered slices of the text that together cover each block, and none is too large."""
    passages = split(document, "/d", _sentences, target=target, maximum=target + more)
    assert passages == split(document, "/d", _sentences, target=target, maximum=target + more)
    covered = [False] * len(document.text)
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text.strip()
        covered[passage.start : passage.end] = [True] * len(passage.text)
        assert width(passage.text.strip()) <= max(target + more, 2)
        if passage.lines and document.first_line:
            first = document.first_line + document.text.count("\n", 0, passage.start)
            assert passage.lines == (first, first + passage.text.count("\n"))
    assert all(before.end <= after.start for before, after in pairwise(passages))
    assert len({passage.id for passage in passages}) == len(passages)
    for block in document.blocks:
        title = " ".join(document.text[block.start : block.end].split())
        if block.kind != "heading" or not any(title in passage.heading_path for passage in passages):
            places = range(block.start, block.end)
            assert all(covered[place] or document.text[place].isspace() for place in places)


def test_a_passage_says_where_it_ends() -> None:
    """One that goes over a page's end has both pages; one that doesn't, its own alone."""
    text = "one sentence\n\nanother one"
    blocks = (Block("paragraph", 0, 12, page=1), Block("paragraph", 14, 25, page=2))
    (passage,) = split(ParsedDocument("t", text, blocks, None), "/a.pdf", _sentences)
    assert (passage.page, passage.place) == (1, Place(last_page=2))
    (passage,) = split(ParsedDocument("t", text, blocks[:1], None), "/a.pdf", _sentences)
    assert (passage.page, passage.place) == (1, None)


def test_no_passage_holds_two_parts() -> None:
    """Files inside of one file stay apart, however short they are."""
    text = "a\n\nx\n\nb\n\ny"
    blocks = tuple(
        Block(kind, place, place + 1, level=level, place=Place(part=part))
        for kind, place, level, part in (
            ("heading", 0, 1, "a"),
            ("paragraph", 3, 0, "a"),
            ("heading", 6, 1, "b"),
            ("paragraph", 9, 0, "b"),
        )
    )
    passages = split(ParsedDocument("t", text, blocks, None), "/a.zip", _sentences)
    assert [(passage.text, passage.place) for passage in passages] == [
        ("x", Place(part="a")),
        ("y", Place(part="b")),
    ]
