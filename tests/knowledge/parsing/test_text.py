"""Plain text, logs and source code."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.parsing.code import parse_code
from knowledge.parsing.text import parse_log, parse_text
from knowledge.types import ParsedDocument


def _shown(document: ParsedDocument) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]


def test_paragraphs_and_lists() -> None:
    """Blank lines divide; lines with bullets or numbers are a list with its items."""
    document = parse_text(
        "Long first paragraph, which ends here.\nsecond line\n \n○ 하나\n  이어서\n○ 둘\n\n끝.\n", "s"
    )
    assert _shown(document) == [
        ("paragraph", 0, "Long first paragraph, which ends here.\nsecond line"),
        ("list", 0, "○ 하나\n  이어서\n○ 둘"),
        ("paragraph", 0, "끝."),
    ]
    items = document.blocks[1]
    assert [document.text[part] for part in items.parts] == ["○", "○"]


def test_articles_of_a_rule() -> None:
    """Articles that follow each other without blank lines are the items of a list."""
    document = parse_text("제1조(목적) 이 규정은 이렇다.\n제2조(적용) 모두에게 적용한다.", "s")
    assert len(document.blocks[0].parts) == 2


def test_headings_between_blank_lines() -> None:
    """Short numbered lines name what follows, the first line is the title; levels follow the appearance."""
    text = (
        "휴가 안내\n\n담당: 인사팀\n\n1. 신청\n\n그룹웨어에서 신청합니다.\n\n"
        "1.1 반차\n\n오전과 오후가 있습니다.\n\n2. 취소\n\n취소합니다."
    )
    document = parse_text(text, "s")
    assert document.title == "휴가 안내"
    assert [(level, shown) for kind, level, shown in _shown(document) if kind == "heading"] == [
        (1, "휴가 안내"),
        (2, "1. 신청"),
        (3, "1.1 반차"),
        (2, "2. 취소"),
    ]


def test_a_list_with_blank_lines_has_no_headings() -> None:
    """Numbered lines that only follow each other are items, and a sentence is no heading."""
    document = parse_text("1. one\n\n2. two\n\n3. three", "s")
    assert [kind for kind, _, _ in _shown(document)] == ["paragraph", "paragraph", "paragraph"]
    assert _shown(parse_text("1. 신청은 이렇게 한다\n\n본문입니다.", "s"))[0][0] == "paragraph"


def test_underlined_headings() -> None:
    """The titles of reStructuredText, also with a line above."""
    document = parse_text("=====\nTitle\n=====\n\ntext.\n\nPart\n----\nmore\n", "s")
    assert _shown(document) == [
        ("heading", 1, "Title"),
        ("paragraph", 0, "text."),
        ("heading", 2, "Part"),
        ("paragraph", 0, "more"),
    ]
    assert document.title == "Title"


def test_marked_headings() -> None:
    """AsciiDoc's and MediaWiki's, with what follows on the next line; an equation is none."""
    document = parse_text("= Guide\n:toc:\n\n== 설치\ntext\n\n=== Details ===\n\nx\n\n== Next\n\na = b", "s")
    blocks = [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]
    assert document.title == "Guide"
    assert blocks == [
        ("heading", 1, "Guide"),
        ("paragraph", 0, ":toc:"),
        ("heading", 2, "설치"),
        ("paragraph", 0, "text"),
        ("heading", 3, "Details"),
        ("paragraph", 0, "x"),
        ("heading", 2, "Next"),
        ("paragraph", 0, "a = b"),
    ]


def test_one_paragraph_keeps_the_files_name() -> None:
    """A text without headings has its file's name for a title, and is one block."""
    assert parse_text("Just this line", "note") == ParsedDocument(
        "note", "Just this line", parse_text("Just this line", "note").blocks
    )
    assert len(parse_text("Just this line", "note").blocks) == 1


def test_a_log_is_lines() -> None:
    """Logs aren't divided into sentences."""
    assert [kind for kind, _, _ in _shown(parse_log("\n2024-01-01 start\n\nline\n", "app"))] == ["code"]


def test_parts_of_source_code() -> None:
    """Definitions begin parts, with their comments and decorators; what is indented doesn't."""
    text = (
        "import a\nimport b\n\n# about f\n@cached\ndef f():\n    x\n\n    y\nclass A:\n    pass\n\n\n"
        "function g() {\n}\nexport const z = 1\n"
    )
    document = parse_code(text, "s")
    assert [text[part : text.index("\n", part)] for part in document.blocks[0].parts] == [
        "import a",
        "# about f",
        "class A:",
        "function g() {",
    ]


def test_parts_of_configuration_and_sql() -> None:
    """Sections, keys that hold a mapping, and statements begin parts."""
    for text, starts in (
        ("[a]\nx=1\n[b]\ny=2\n", ["[a]", "[b]"]),
        ("services:\n  web: 1\nvolumes:\n  - x\n", ["services:", "volumes:"]),
        (
            "CREATE TABLE a (\n  x int\n);\nCREATE OR REPLACE VIEW b AS\n  SELECT 1;\n",
            ["CREATE TABLE a (", "CREATE OR"],
        ),
    ):
        parts = parse_code(text, "s").blocks[0].parts
        assert [text[part:].startswith(start) for part, start in zip(parts, starts, strict=True)] == [
            True
        ] * len(starts)


@given(st.text(st.sampled_from("a가 \n\t1.)=-#○{}"), min_size=1).filter(str.strip))
def test_any_text_has_ordered_blocks_with_every_letter(text: str) -> None:
    """Blocks don't overlap, parts are inside them, and no letter is outside."""
    for parse in (parse_text, parse_code, parse_log):
        document = parse(text, "s")
        last, letters = 0, 0
        for block in document.blocks:
            assert last <= block.start < block.end <= len(text)
            assert all(block.start <= part < block.end for part in block.parts)
            letters += sum(map(str.isalpha, text[block.start : block.end]))
            last = block.end
        assert letters == sum(map(str.isalpha, text))
