"""Markdown's blocks, checked by example and against a full parser."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from knowledge.parsing.markdown import parse_markdown
from knowledge.types import ParsedDocument

DOCUMENT = """\
---
title: "휴가 규정"
owner: 김사서
---

# 휴가 **규정** `v2` [링크](http://example.com)

intro text
second line

Set on two
lines
---

- a
  lazy
- b
  - c

  para
1. one

| 이름 | 번호 |
|------|-----:|
| 김 | 1 |

```py
# not a heading

x = 1
```

    indented

<!-- a note to the writer -->

> quote
lazy
> - x

## closed ##
#5 is no heading

[ref]: http://example.com
"""


def _shown(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def test_every_kind_of_block() -> None:
    """Blocks have the exact text of the file; comments and rules are in none."""
    assert _shown(parse_markdown(DOCUMENT, "stem")) == [
        ("paragraph", 'title: "휴가 규정"\nowner: 김사서'),
        ("heading", "휴가 **규정** `v2` [링크](http://example.com)"),
        ("paragraph", "intro text\nsecond line"),
        ("heading", "Set on two\nlines"),
        ("list", "- a\n  lazy\n- b\n  - c\n\n  para\n1. one"),
        ("table", "| 이름 | 번호 |\n|------|-----:|\n| 김 | 1 |"),
        ("code", "```py\n# not a heading\n\nx = 1\n```"),
        ("code", "    indented"),
        ("paragraph", "> quote\nlazy\n> - x"),
        ("heading", "closed"),
        ("paragraph", "#5 is no heading"),
        ("paragraph", "[ref]: http://example.com"),
    ]


def test_what_blocks_say_about_themselves() -> None:
    """Levels of headings and their text without markup, a table's names, the places of a list's items."""
    document = parse_markdown(DOCUMENT, "stem")
    headings = [block for block in document.blocks if block.kind == "heading"]
    assert [(block.level, block.header) for block in headings] == [
        (1, "휴가 규정 v2 링크"),
        (2, "Set on two lines"),
        (2, ""),
    ]
    [table] = (block for block in document.blocks if block.kind == "table")
    assert table.header == "| 이름 | 번호 |"
    [items] = (block for block in document.blocks if block.kind == "list")
    assert [document.text[part:].split("\n")[0] for part in items.parts] == ["- a", "- b", "1. one"]


def test_titles() -> None:
    """The front matter's title, else the first heading of level 1 without markup, else the file's name."""
    assert parse_markdown(DOCUMENT, "stem").title == "휴가 규정"
    assert parse_markdown("+++\ntitle = 'T'\n+++\n# x\n", "stem").title == "T"
    assert parse_markdown("## sub\n\n# *Main* &amp; `more`\n", "stem").title == "Main & more"
    assert parse_markdown("## sub\n\ntext", "stem").title == "stem"


def test_front_matter_with_a_title_only_is_no_block() -> None:
    """What the title says already isn't said twice."""
    assert _shown(parse_markdown("---\ntitle: T\n---\ntext\n", "stem")) == [("paragraph", "text")]


def test_a_rule_is_no_front_matter() -> None:
    """A document may begin with a rule; prose between two rules is text."""
    text = "---\nThis is prose\n---\nmore\n"
    assert [kind for kind, _ in _shown(parse_markdown(text, "stem"))] == ["heading", "paragraph"]


def test_snake_case_and_footnotes_survive_in_headings() -> None:
    """Only markup goes."""
    assert parse_markdown("# the my_var_name_ of **a*b**\n", "s").title == "the my_var_name_ of a*b"


def test_an_endless_heading_is_a_paragraph() -> None:
    """What is longer than a heading names nothing."""
    assert parse_markdown("# " + "x" * 300, "stem").blocks[0].kind == "paragraph"


ORACLE = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
ORACLE.core.ruler.disable(["inline"])
ORACLE.block.ruler.disable(["reference"])
KINDS = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "blockquote_open": "paragraph",
    "html_block": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
}

LINES = st.sampled_from(
    [
        "text",
        "두 줄 문단",
        "",
        "",
        "# Heading",
        "### Third ###",
        "#hash",
        "===",
        "---",
        "- item",
        "  - nested",
        "    deeper",
        "* star",
        "  inside",
        "1. one",
        "2) two",
        "   in it",
        "> quoted",
        "> - in quote",
        "```",
        "~~~ py",
        "    code",
        "| a | b |",
        "|---|---|",
        "| 1 | 2 |",
        "<div>",
        "</div>",
        "***",
    ]
)


def _lines_of_blocks(document: ParsedDocument) -> list[tuple[str, int]]:
    """Each block's kind and first line; lists that follow each other count as one."""
    found: list[tuple[str, int]] = []
    for block in document.blocks:
        if block.kind != "list" or not found or found[-1][0] != "list":
            found.append((block.kind, document.text.count("\n", 0, block.start)))
    return found


def _lines_of_oracle(text: str) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    tokens = ORACLE.parse(text)
    for number, token in enumerate(tokens):
        if token.level or token.type not in KINDS or token.map is None:
            continue
        kind = KINDS[token.type]
        if kind == "heading" and not tokens[number + 1].content:
            continue
        if kind != "list" or not found or found[-1][0] != "list":
            first = token.map[0]
            while kind == "list" and not text.split("\n")[first].strip():
                first += 1
            found.append((kind, first))
    return found


@settings(max_examples=300)
@given(
    st.lists(LINES, min_size=1, max_size=12).map("\n".join).filter(lambda text: not text.startswith("---"))
)
def test_the_blocks_are_those_of_a_full_parser(text: str) -> None:
    """The same blocks begin on the same lines as in markdown-it-py."""
    assert _lines_of_blocks(parse_markdown(text, "stem")) == _lines_of_oracle(text)


@given(st.text(st.sampled_from("#->*|`~ \t\n1.)ab<!=_[]()가"), max_size=200))
def test_any_text_has_ordered_blocks_that_lose_nothing_but_markup(text: str) -> None:
    """Blocks don't overlap, and every letter outside comments is in one."""
    document = parse_markdown(text, "stem")
    covered, last = 0, 0
    for block in document.blocks:
        assert last <= block.start < block.end <= len(text)
        assert all(block.start <= part < block.end for part in block.parts)
        assert list(block.parts) == sorted(set(block.parts))
        covered += sum(map(str.isalpha, text[block.start : block.end]))
        last = block.end
    if "<!--" not in text:
        assert covered == sum(map(str.isalpha, text))


def test_deep_nesting_is_just_text() -> None:
    """Ten thousand quotation marks or list markers on a line, and a list as deep, end at once."""
    for text in (
        ">" * 10_000 + " a",
        "- " * 10_000 + "a",
        "".join("  " * depth + "- a\n" for depth in range(1_000)),
    ):
        assert len(parse_markdown(text, "stem").blocks) == 1
