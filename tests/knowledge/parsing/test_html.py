"""HTML: what of a page is the article, and what its elements become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import Unreadable
from knowledge.parsing.html import parse_html
from knowledge.types import Block, ParsedDocument


def _parse(body: str, head: str = "") -> ParsedDocument:
    return parse_html(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(), "stem")


def _blocks(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(block.kind, _text(document, block)) for block in document.blocks]


def _text(document: ParsedDocument, block: Block) -> str:
    return document.text[block.start : block.end]


def test_an_article_without_what_stands_around_it() -> None:
    """Navigation, the page's header and footer, asides, scripts, comments and hidden elements go."""
    document = _parse(
        "<header><a>Home</a></header><nav>Menu</nav>"
        "<div class='x Sidebar'>side</div><div id=breadcrumbs>a > b</div><p class=crumbs>c > d</p>"
        "<h1>VPN</h1><p>Use it.</p><script>x()</script><style>p{}</style><!-- note --><p hidden>no</p>"
        "<p style='display: none'>no</p><div role=navigation>no</div><svg><text>no</text></svg>"
        "<aside>ads</aside><footer>©</footer>"
    )
    assert _blocks(document) == [("heading", "VPN"), ("paragraph", "Use it.")]


def test_the_header_of_an_article_is_kept() -> None:
    """`<header>` inside the article holds its heading; `<main>` says what the article is."""
    document = _parse("<p>around</p><main><header><h1>Title</h1></header><p>text</p></main><p>around</p>")
    assert _blocks(document) == [("heading", "Title"), ("paragraph", "text")]


def test_a_page_that_is_all_navigation_is_read_whole() -> None:
    """Losing a document is worse than reading its menu."""
    assert _blocks(_parse("<nav><p>Only this</p></nav>")) == [("paragraph", "Only this")]


def test_text_runs() -> None:
    """Inline elements don't divide, `<br>` makes a line, two of them a paragraph; spaces are collapsed."""
    document = _parse("<p>a <b>b</b>\n c&nbsp;d<br>e<br><br>f</p>tail <i>end</i><div>g</div>")
    assert _blocks(document) == [
        ("paragraph", "a b c d\ne"),
        ("paragraph", "f"),
        ("paragraph", "tail end"),
        ("paragraph", "g"),
    ]


def test_lists() -> None:
    """Nested lists stay whole, with markers, indentation and the places of the outer items."""
    document = _parse(
        "<ul><li>one<li>two<ul><li>two-a</li></ul><p>more</p></ul>"
        "<ol start=3><li>x<li><p>y</p><pre>code\n z</pre></ol><dl><dt>term<dd>meaning</dl>"
    )
    assert _blocks(document) == [
        ("list", "- one\n- two\n  - two-a\n  more"),
        ("list", "3. x\n4. y\n  code\n   z"),
        ("list", "- term\n  meaning"),
    ]
    first = document.blocks[0]
    assert [document.text[part : part + 5] for part in first.parts] == ["- one", "- two"]


def test_tables() -> None:
    """Rows are lines between pipes; a cell that spans stands in each place; names are the header."""
    document = _parse(
        "<table><caption>Staff</caption><tr><th>Name<th colspan=2>Phones"
        "<tr><td rowspan=2>Kim<td>1<td>2<tr><td>3<td>a|b</table>"
    )
    assert _blocks(document) == [
        ("paragraph", "Staff"),
        ("table", "| Name | Phones | Phones |\n| Kim | 1 | 2 |\n| Kim | 3 | a\\|b |"),
    ]
    assert document.blocks[1].header == "| Name | Phones | Phones |"


def test_names_of_columns_without_th() -> None:
    """A first row that looks like names is the header, also in `<td>`."""
    document = _parse("<table><tr><td>구분<td>금액<tr><td>식대<td>100<tr><td>교통<td>200</table>")
    assert document.blocks[0].header == "| 구분 | 금액 |"


def test_tables_that_only_arrange() -> None:
    """A table around other tables, or of one column, is a frame: its content counts."""
    document = _parse(
        "<table><tr><td><h2>Box</h2><p>text</p><table><tr><th>a<th>b<tr><td>1<td>2</table></table>"
        "<table><tr><td>note</table>"
    )
    assert _blocks(document) == [
        ("heading", "Box"),
        ("paragraph", "text"),
        ("table", "| a | b |\n| 1 | 2 |"),
        ("paragraph", "note"),
    ]


def test_preformatted_text_keeps_its_shape() -> None:
    """Spaces and lines of `<pre>` stay; elements inside it don't divide it."""
    document = _parse("<pre>\ndef f():\n\n    return <b>1</b>\n</pre>")
    assert _blocks(document) == [("code", "def f():\n\n    return 1")]


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>VPN 안내 - 사내 위키</title>", "<h1>VPN 안내</h1>", "VPN 안내"),
        ("<title>VPN guide</title>", "<h1>Welcome</h1>", "VPN guide"),
        ("", "<h1>Only <i>here</i></h1>", "Only here"),
        ("", "<p>x</p>", "stem"),
    ],
)
def test_titles(head: str, body: str, title: str) -> None:
    """`<title>`, without the site's name if the heading shows it; else the heading or the file's name."""
    assert _parse(body, head).title == title


@pytest.mark.parametrize("declared", ["euc-kr", "ks_c_5601-1987", "utf-8", "nonsense"])
def test_charsets(declared: str) -> None:
    """A declared encoding is used if it fits; otherwise the bytes decide."""
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">'
    page = f"<html><head>{head}</head><body><p>똠방각하 문서입니다</body></html>"
    for encoding in ("cp949", "utf-8", "utf-16"):
        assert "똠방각하 문서입니다" in parse_html(page.encode(encoding), "s").text


def test_lines_are_not_those_of_the_file() -> None:
    """The text is made from the elements, so that no line number could point into the file."""
    assert _parse("<p>x").first_line is None


def test_a_page_without_text_is_empty() -> None:
    """Scripts alone are no document."""
    with pytest.raises(Unreadable) as caught:
        _parse("<script>render()</script>")
    assert caught.value.key == "error-unreadable-empty"


def test_extreme_nesting_falls_back_to_plain_text() -> None:
    """A hundred thousand nested elements end at once, and their text isn't lost."""
    for tag in ("div", "ul><li", "b", "table><tr><td", "x-y"):
        assert "deep" in _parse(f"<{tag}>" * 100_000 + "deep").text


def test_many_unclosed_comments_and_tags_end() -> None:
    """Neither `<!--` nor `<a` a million times takes more than one pass."""
    assert "end" in _parse("<a" * 300_000 + "><p>end").text
    with pytest.raises(Unreadable):
        _parse("<!--" * 300_000)


def test_a_wide_span_does_not_multiply_its_text() -> None:
    """A cell that claims to fill a million places is believed for a few, and a long text isn't repeated."""
    document = _parse("<table><tr><td rowspan=65000 colspan=65000>" + "x" * 5000 + "<tr><td>y</table>")
    assert len(document.text) < 20_000


TAGS = """
<p> </p> <div> </div> <ul> <ol> <li> </li> </ul> <table> <tr> <td> <th> </table> <pre> </pre> <h1> </h1> <br>
<b> <nav> <main> <article> </article> <dl> <dt> <dd> <caption> <select> <template> <svg> &nbsp; &#0; <!-- -->
<td/colspan=3/rowspan=2> <title> <a/href
"""
MARKUP = st.lists(st.one_of(st.sampled_from(TAGS.split()), st.text(max_size=5)), max_size=40).map("".join)


@given(MARKUP)
def test_any_markup_is_read_or_unreadable(markup: str) -> None:
    """Blocks are ordered and within the text, in NFC, whatever the elements do."""
    try:
        document = parse_html(b"\xef\xbb\xbf" + markup.encode(errors="replace"), "stem")
    except Unreadable:
        return
    last = 0
    for block in document.blocks:
        assert last <= block.start < block.end <= len(document.text)
        assert _text(document, block).strip()
        assert all(block.start <= part < block.end for part in block.parts)
        last = block.end
