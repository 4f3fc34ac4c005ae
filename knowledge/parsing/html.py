"""HTML: the article's text, without what stands around it on every page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.errors import Unreadable
from knowledge.parsing.blocks import Collector, DocumentText, Piece
from knowledge.parsing.encoding import decode, normalize
from knowledge.parsing.html_blocks import ListLines, TableRows
from knowledge.parsing.text import parse_text
from knowledge.types import BlockKind, ParsedDocument


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# The tree's builder takes quadratic time in depth (two minutes at 100,000), and pages for people aren't deep.
_DEEPEST = 500
_UNSEEN = r"<!--.*?(?:-->|\Z)|<(?P<raw>script|style|svg|math|textarea|title)\b.*?(?:</(?P=raw)\s*>|\Z)"
_TAG = re.compile(rf"{_UNSEEN}|<(?P<end>/?)(?P<name>[a-z][^\s<>/]*)", re.DOTALL | re.IGNORECASE)
_NOT_NESTING = _words(
    "area base br col embed hr img input link meta param source track wbr "
    "p li td th tr dt dd option optgroup thead tbody tfoot colgroup html head body"
)
_ANY_TAG = re.compile(rf"{_UNSEEN}|<[^<>]*>", re.DOTALL | re.IGNORECASE)

_UNSHOWN = _words(
    "script style noscript template svg math iframe object head select textarea button dialog -comment"
)
_AROUND = _words("nav footer aside")
_AROUND_ROLES = _words("navigation banner contentinfo complementary search")
_AROUND_NAMES = _words(
    "nav navbar navigation sidebar breadcrumb breadcrumbs breadcrumb-section crumbs "
    "footer site-footer site-header skip-link"
)
_NOT_DISPLAYED = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ARTICLES = frozenset(("article", "main"))
_BREAK = "\u2028"
_LISTS = frozenset(("ul", "ol", "dl"))
_ITEMS = frozenset(("li", "dt", "dd"))
_PARAGRAPHS = _words(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main nav ol p pre search section summary table "
    "tbody td tfoot th thead tr ul"
)


def parse_html(data: bytes, stem: str) -> ParsedDocument:
    """Headings, paragraphs, lists (with `- ` and `1. `), tables (rows between pipes) and preformatted text.

    The text is the article's (of the one `<main>`, else the one `<article>`, else the body), without
    navigation, the page's header and footer, asides, scripts and hidden elements; if nothing is left then, it
    is all of the body's. The title is that of the first `<h1>` if `<title>` has the same and more (the site's
    name), else `<title>`'s. Lines of the text aren't lines of the file.

    Raises:
        Unreadable: see `encoding.decode`; `empty` if no text is shown.
    """
    declared = _CHARSET.search(data, 0, 4096)
    source = decode(data, declared[1].decode("ascii", errors="ignore") if declared else None)
    if _depth(source) > _DEEPEST:
        return _as_plain(source, stem)
    tree = LexborHTMLParser(source)
    body = tree.body or tree.root
    for root, whole in ((_article(tree) or body, False), (body, False), (body, True)):
        if root and (document := _Reader().read(root, whole=whole)).blocks:
            return document.parsed(_title(tree) or stem)
    raise Unreadable(reason="empty", detail="")


def _depth(source: str) -> int:
    depth = deepest = 0
    for tag in _TAG.finditer(source):
        name = tag["name"]
        if name and name.lower() not in _NOT_NESTING:
            depth = max(depth - 1, 0) if tag["end"] else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _as_plain(source: str, stem: str) -> ParsedDocument:
    text = normalize(html.unescape(_ANY_TAG.sub("\n\n", source)))
    if not text.strip():
        raise Unreadable(reason="empty", detail="")
    parsed = parse_text(text, stem)
    return ParsedDocument(stem, parsed.text, parsed.blocks, first_line=None)


def _article(tree: LexborHTMLParser) -> LexborNode | None:
    for selector in ("main, [role=main]", "article"):
        if len(found := tree.css(selector)) == 1:
            return found[0]
    return None


def _title(tree: LexborHTMLParser) -> str:
    title, heading = (
        " ".join(normalize(node.text()).split()) if (node := tree.css_first(selector)) else ""
        for selector in ("head title", "h1")
    )
    return heading if heading in title or not title else title


def _elements(root: LexborNode, *, whole: bool) -> Iterator[tuple[LexborNode, bool]]:
    """What is shown under `root`, each element when it opens (True) and when it closes; without recursion."""
    open_: list[LexborNode] = []
    articles = int(root.tag in _ARTICLES)
    node = root.child
    while node is not None or open_:
        if node is None:
            node = open_.pop()
            articles -= node.tag in _ARTICLES
            yield node, False
        elif node.tag == "-text" or _is_shown(node, whole=whole, in_article=articles > 0):
            yield node, True
            if (child := node.child) is not None:
                articles += node.tag in _ARTICLES
                open_.append(node)
                node = child
                continue
            yield node, False
        node = node.next


def _is_shown(node: LexborNode, *, whole: bool, in_article: bool) -> bool:
    tag = node.tag or ""
    if tag in _UNSHOWN or tag.startswith("-"):
        return False
    attributes = node.attributes
    if (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or _NOT_DISPLAYED.search(attributes.get("style") or "")
    ):
        return False
    if whole:
        return True
    role = attributes.get("role")
    if tag in _AROUND or (tag == "header" and not in_article) or role in _AROUND_ROLES:
        return False
    names = f"{attributes.get('id') or ''} {attributes.get('class') or ''}".lower().split()
    return _AROUND_NAMES.isdisjoint(names)


class _Reader:
    """Turns elements into blocks: a run of text goes into the innermost list or table, else the document."""

    def __init__(self) -> None:
        self._document = DocumentText()
        self._open: list[Collector] = [self._document]
        self._frames: list[bool] = []  # of the open tables: whether one only arranges others
        self._run: list[str] = []
        self._verbatim = 0

    def read(self, root: LexborNode, *, whole: bool) -> DocumentText:
        for node, opens in _elements(root, whole=whole):
            tag = node.tag or ""
            if tag == "-text" and opens:
                self._run.append(node.text_content or "")
            elif tag == "br" and opens:
                self._run.append("\n" if self._verbatim else _BREAK)
            elif tag in _PARAGRAPHS and opens:
                self._border()
                self._begin(node, tag)
            elif tag in _PARAGRAPHS:
                self._border(*self._kind(tag))
                self._end(tag)
        self._border()
        return self._document

    def _border(self, kind: BlockKind = "paragraph", level: int = 0) -> None:
        """The text so far is a block; an empty line in it, made of two `<br>`, is a border too."""
        if self._verbatim and kind != "code":
            self._run.append("\n")
            return
        raw = "".join(self._run)
        self._run.clear()
        if not raw or raw.isspace():
            return
        run = normalize(raw)
        if kind == "code":
            texts = [run.rstrip().strip("\n")]
        else:
            lines = "\n".join(" ".join(line.split()) for line in run.split(_BREAK))
            texts = [text.strip("\n") for text in re.split(r"\n{2,}", lines)]
        for text in filter(None, texts):
            self._open[-1].add(Piece(kind, text, level))

    def _kind(self, tag: str) -> tuple[BlockKind, int]:
        if tag in _HEADINGS:
            return "heading", _HEADINGS[tag]
        return ("code" if tag == "pre" and self._verbatim == 1 else "paragraph"), 0

    def _begin(self, node: LexborNode, tag: str) -> None:
        top = self._open[-1]
        if tag == "pre":
            self._verbatim += 1
        elif self._verbatim:
            return
        elif tag in _LISTS:
            if not isinstance(top, ListLines):
                top = ListLines()
                self._open.append(top)
            top.open(_number(node, "start") if tag == "ol" else None)
        elif tag == "table":
            self._frames.append(_is_frame(node))
            if not self._frames[-1]:
                self._open.append(TableRows())
        elif tag in _ITEMS and isinstance(top, ListLines):
            top.item(marked=tag != "dd")
        elif tag == "tr" and isinstance(top, TableRows):
            top.row()
        elif tag in ("td", "th") and isinstance(top, TableRows):
            top.cell(names=tag == "th", columns=_number(node, "colspan"), rows=_number(node, "rowspan"))

    def _end(self, tag: str) -> None:
        top = self._open[-1]
        if tag == "pre":
            self._verbatim -= 1
        elif self._verbatim:
            return
        elif tag in _LISTS and isinstance(top, ListLines):
            if top.close():
                self._open.pop()
                top.finish(self._open[-1])
        elif tag == "table" and not self._frames.pop() and isinstance(top, TableRows):
            self._open.pop()
            top.finish(self._open[-1])
        elif tag in ("td", "th") and isinstance(top, TableRows):
            top.end_cell()


def _is_frame(table: LexborNode) -> bool:
    """Whether a table only arranges what is in it: it holds other tables, or says so."""
    inner = any(found.mem_id != table.mem_id for found in table.css("table"))
    return inner or table.attributes.get("role") in ("presentation", "none")


def _number(node: LexborNode, attribute: str) -> int:
    value = (node.attributes.get(attribute) or "").strip()
    return int(value) if re.fullmatch(r"[0-9]{1,6}", value) else 1
