"""PDF, by PDFium: pages, headings by size, paragraphs, lists and ruled tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from knowledge.errors import Unreadable
from knowledge.parsing.blocks import DocumentText, Piece, one_line
from knowledge.parsing.encoding import normalize, repaired
from knowledge.parsing.html_blocks import TableRows
from knowledge.parsing.install import not_installed
from knowledge.parsing.ocr import Picture
from knowledge.parsing.page_ranges import ranges
from knowledge.parsing.pdf_lines import (
    Line,
    hangul_spaces_are_kept,
    heading_levels,
    paragraphs,
    runs,
    without_furniture,
)
from knowledge.parsing.pdf_tables import Grid, find_grids
from knowledge.types import ParsedDocument

_LEAST_TEXT = 8  # characters: a page with less that shows something is a scan
_STAMPED_TEXT = 40  # characters: so much a scanner or a stamp may have written on a picture of a page
_WHOLE_PICTURE = 0.6  # of the page's area
_OUTLINES = 100  # drawn shapes without text: letters that were made into curves
_MOST_DRAWN = 20_000  # objects of a page that are looked at
_MARGIN = 0.08  # of the page's height
_DRAWN_DOTS = 300  # an inch, what Tesseract reads best
_LARGEST_SIDE = 6000  # dots
_ON_BORDER = 1.0  # points beside it
_DEPTH = 4  # of drawings inside of drawings
# What PDFium gives for a hyphen at a line's end, where it has joined the lines.
_DIVIDED = re.compile("\ufffe(?=[a-z])")
# What programs write as a title without being asked.
_NO_TITLE = re.compile(
    r"(?i)(?:microsoft (?:word|powerpoint|excel) - )|untitled|제목 ?없음|^\S+\.\w{2,5}$|^\W*$"
)


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    lines: list[Line]
    tables: list[tuple[Grid, TableRows]]
    is_scan: bool


def read_pdf(data: bytes, stem: str) -> ParsedDocument:
    """The text in the order in which it was written, by pages, without running heads and page numbers.

    Text that is larger than the rest is a heading. What stands between ruling lines is a table.

    Raises:
        Unreadable: `encrypted` (a password is needed to open it), `malformed`, `empty`, `needs_ocr` (pages
        are pictures, and none has text; `detail` says which), `not_installed`.
    """
    try:
        import pypdfium2
    except (ImportError, OSError) as error:
        raise not_installed("pypdfium2", error) from error
    try:
        file = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable(reason="encrypted", detail="") from error
        raise Unreadable(reason="malformed", detail="PDF") from error
    with file:
        file.init_forms()  # what was filled in is drawn by them
        pages = list(_pages(file))
        numbers = range(1, len(file) + 1)
        title = repaired(one_line(file.get_metadata_value("Title")))
    texts = without_furniture([page.lines for page in pages])
    levels = heading_levels(texts)
    spaces_are_kept = hangul_spaces_are_kept(texts)
    document = DocumentText()
    for page, lines in zip(pages, texts, strict=True):
        document.page = page.number
        _add(document, page, lines, levels, spaces_are_kept=spaces_are_kept)
    scans = ranges(page.number for page in pages if page.is_scan)
    if not document.blocks and scans:
        raise Unreadable(reason="needs_ocr", detail=scans)
    if scans:
        document.omit("needs_ocr", scans)
    if damaged := ranges(sorted({*numbers} - {page.number for page in pages})):
        document.omit("damaged_pages", damaged)
    return document.finished(
        title if title and not _NO_TITLE.search(title) else _first_heading(document) or stem
    )


def draw_page(data: bytes, index: int) -> Picture | None:
    """A page as it is printed, for character recognition; None after the last one.

    Raises:
        Unreadable: `malformed`.
    """
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as file:
            if index >= len(file):
                return None
            page = file[index]
            scale = min(_DRAWN_DOTS / 72, _LARGEST_SIDE / max(*page.get_size(), 1.0))
            bitmap = page.render(scale=scale, grayscale=True)
            rows = memoryview(bitmap.buffer)  # which may be padded
            stride, width, height = bitmap.stride, bitmap.width, bitmap.height
            pixels = b"".join(rows[row * stride : row * stride + width] for row in range(height))
            return Picture(width, height, pixels)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(reason="malformed", detail="PDF") from error


def _first_heading(document: DocumentText) -> str:
    """What stands largest on the first page, if that begins the document."""
    first = document.blocks[0] if document.blocks else None
    if first is None or first.level != 1 or first.page != 1:
        return ""
    return document.text_of(first)


def _pages(file: Any) -> Iterator[_Page]:
    import pypdfium2

    for index in range(len(file)):
        try:
            page = _drawn(file, index)
            text = page.get_textpage()
        except pypdfium2.PdfiumError:  # a page that is damaged; the others may be sound
            continue
        lines = list(_lines(text, page.get_height()))
        drawings = _drawings(page)
        tables = [(grid, rows) for grid in drawings.grids if (rows := _table(text, grid)) is not None]
        size = sum(len(line.text) for line in lines)
        yield _Page(index + 1, lines, tables, is_scan=drawings.hide_text(size))
        text.close()
        page.close()


def _drawn(file: Any, index: int) -> Any:
    """A page with its notes and the fields of its form drawn on it, so that their text is the page's."""
    import pypdfium2.raw as pdfium

    page = file[index]
    if pdfium.FPDFPage_GetAnnotCount(page) == 0 or page.formenv is None:
        return page
    page.flatten()
    page.close()
    return file[index]


def _lines(text: Any, height: float) -> Iterator[Line]:
    """The page's lines as PDFium parts them. Each is measured at its first and last letter."""
    content = text.get_text_range(errors="ignore")
    count = text.count_chars()
    place = 0
    for raw in content.split("\r\n"):
        stripped = _DIVIDED.sub("", normalize(raw)).replace("\ufffe", "-").strip()
        if stripped:
            first = place + len(raw) - len(raw.lstrip())
            last = place + len(raw.rstrip()) - 1
            if 0 <= first <= last < count:
                yield _line(text, stripped, first, last, height, keeps_space=raw[-1:].isspace())
            else:
                yield Line(stripped, 0.0, 0.0, 0.0, 0.0)
        place += len(raw) + 2


def _line(text: Any, content: str, first: int, last: int, height: float, *, keeps_space: bool) -> Line:
    import pypdfium2.raw as pdfium

    left, bottom, _, _ = text.get_charbox(first, loose=True)
    _, _, right, _ = text.get_charbox(last, loose=True)
    size = pdfium.FPDFText_GetFontSize(text, (first + last) // 2)
    if size <= 1.5:  # scaled by a matrix instead: the height of a letter's box tells
        _, low, _, high = text.get_charbox(first, loose=True)
        size = high - low
    in_margin = not _MARGIN * height < bottom < (1 - _MARGIN) * height
    return Line(content, round(size, 1), left, right, bottom, keeps_space, in_margin)


@dataclass(frozen=True, slots=True)
class _Drawings:
    """A page's ruled tables, how many pictures and shapes it has, and the share that pictures take of it."""

    grids: list[Grid]
    pictures: int
    shapes: int
    pictured: float

    def hide_text(self, size: int) -> bool:
        """Whether the page, with so many characters of text, shows text that is none."""
        if size < _LEAST_TEXT:
            return self.pictures > 0 or self.shapes >= _OUTLINES
        return size < _STAMPED_TEXT and self.pictured >= _WHOLE_PICTURE


def _drawings(page: Any) -> _Drawings:
    import pypdfium2.raw as pdfium

    boxes: list[tuple[float, float, float, float]] = []
    pictures = shapes = 0
    area = 0.0
    for drawn in islice(page.get_objects(max_depth=_DEPTH), _MOST_DRAWN):
        if drawn.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures += 1
            left, bottom, right, top = drawn.get_bounds()
            area += abs((right - left) * (top - bottom))
        elif drawn.type == pdfium.FPDF_PAGEOBJ_PATH:
            shapes += 1
            if drawn.level == 0:
                boxes.append(drawn.get_bounds())
    width, height = page.get_size()
    return _Drawings(find_grids(boxes), pictures, shapes, area / max(width * height, 1.0))


def _table(text: Any, grid: Grid) -> TableRows | None:
    """The cells' texts; None where most are empty, so that it's a drawing or a form.

    Cells are merged where no line parts them and text stands where one would be. (Without such text there may
    be columns that only the table's first row rules.)
    """
    rows = TableRows()
    cells = filled = 0

    def between(left: float, right: float, top: float, bottom: float) -> str:
        return one_line(text.get_text_bounded(left, bottom, right, top, errors="ignore"))

    for row, (top, bottom) in enumerate(pairwise(grid.ys)):
        rows.row()
        first = 0
        while first < len(grid.xs) - 1:
            after = first + 1
            while (row, after - 1) in grid.open_cells and between(
                grid.xs[after] - _ON_BORDER, grid.xs[after] + _ON_BORDER, top, bottom
            ):
                after += 1
            content = between(grid.xs[first], grid.xs[after], top, bottom)
            cells, filled = cells + after - first, filled + (after - first) * bool(content)
            rows.cell(names=False, columns=after - first, rows=1)
            rows.add(Piece("paragraph", content))
            rows.end_cell()
            first = after
    return rows if filled * 3 >= cells else None


def _add(
    document: DocumentText, page: _Page, lines: list[Line], levels: dict[float, int], *, spaces_are_kept: bool
) -> None:
    tables = list(page.tables)
    free = [line for line in lines if not any(_inside(line, grid) for grid, _ in tables)]
    found = paragraphs(free, levels, spaces_are_kept=spaces_are_kept)
    start = 0
    for grid, rows in tables:
        after = next((n for n, each in enumerate(found) if n >= start and each.top < grid.ys[0]), len(found))
        _add_text(document, found[start:after])
        rows.finish(document)
        start = after
    _add_text(document, found[start:])


def _inside(line: Line, grid: Grid) -> bool:
    return grid.holds((line.left + line.right) / 2, line.top + line.size / 3)


def _add_text(document: DocumentText, found: list[Any]) -> None:
    for kind, run in runs(found):
        if kind == "item" and len(run) > 1:
            document.items(each.text for each in run)
            continue
        for each in run:
            if kind == "heading":
                document.heading(each.text, each.level)
            else:
                document.paragraph(each.text)
