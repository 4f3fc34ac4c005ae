"""Word, PowerPoint, spreadsheets and OpenDocument."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from knowledge.errors import Unreadable
from knowledge.parsing import parse
from knowledge.passages import split
from knowledge.types import Omission, Place
from tests.documents import archive, opendocument, saved
from tests.knowledge.parsing.formats import blocks
from tests.knowledge.parsing.hostile.files import word as bare_word

TABLE = [("직급", "일수"), ("사원", "15"), ("대리", "16")]
ROWS = "| 직급 | 일수 |\n| 사원 | 15 |\n| 대리 | 16 |"


def word(document: Any) -> bytes:
    return saved(document.save)


def fill(table: Any) -> None:
    for number, row in enumerate(TABLE):
        for column, text in enumerate(row):
            table.cell(number, column).text = text


def test_a_word_document() -> None:
    """Headings by level, lists with their numbers, tables, and the title in its own style."""
    made = docx.Document()
    made.add_heading("취업 규칙", 0)
    made.add_heading("제1장 총칙", 1)
    made.add_paragraph("모든 직원에게 적용한다.")
    for text in ("first", "second"):
        made.add_paragraph(text, style="List Number")
    made.add_paragraph("bullet", style="List Bullet")
    made.add_heading("Details", 2)
    fill(made.add_table(3, 2))
    document = parse("a.docx", word(made))
    assert document.title == "취업 규칙"
    assert blocks(document) == [
        ("heading", "취업 규칙"),
        ("heading", "제1장 총칙"),
        ("paragraph", "모든 직원에게 적용한다."),
        ("list", "1. first\n2. second\n- bullet"),
        ("heading", "Details"),
        ("table", ROWS),
    ]
    assert [block.level for block in document.blocks if block.level] == [1, 1, 2]


def test_a_list_that_counts_anew() -> None:
    """One that restarts a list begins where it says; one that goes on with it goes on."""
    level = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="제%1조"/></w:lvl>'
    )
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    nums = "".join(
        f'<w:num w:numId="{n}"><w:abstractNumId w:val="0"/>{more}</w:num>'
        for n, more in enumerate(("", "", anew), 1)
    )
    numbering = f'<w:numbering {nsdecls("w")}><w:abstractNum w:abstractNumId="0">{level}</w:abstractNum>{nums}</w:numbering>'
    body = "".join(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{n}"/></w:numPr></w:pPr><w:r><w:t>x</w:t></w:r></w:p>'
        for n in (1, 2, 3, 3)
    )
    document = parse("a.docx", bare_word(body, **{"word/numbering.xml": numbering}))
    assert document.text == "제1조 x\n제2조 x\n제1조 x\n제2조 x"


def test_merged_cells_stand_in_each_row_and_column() -> None:
    """So every row is complete."""
    made = docx.Document()
    table = made.add_table(2, 3)
    for number, text in enumerate("abcdef"):
        table.cell(number // 3, number % 3).text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(1, 1).merge(table.cell(1, 2))
    (block,) = blocks(parse("a.docx", word(made)))
    assert block[1].splitlines()[1].startswith("| a d | e f | e f |")


def test_what_word_shows_and_hides() -> None:
    """Insertions are read, deletions aren't; tabs and breaks are kept; a text box follows its paragraph."""
    made = docx.Document()
    paragraph = made.add_paragraph("kept ")
    for xml in (
        "<w:ins {0}><w:r><w:t>inserted</w:t></w:r></w:ins>",
        "<w:del {0}><w:r><w:delText>deleted</w:delText></w:r></w:del>",
        "<w:r {0}><w:tab/><w:t>after</w:t><w:br/><w:t>below</w:t></w:r>",
        "<w:r {0}><w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
    ):
        paragraph._p.append(parse_xml(xml.format(nsdecls("w"))))
    assert blocks(parse("a.docx", word(made))) == [
        ("paragraph", "kept inserted\tafter\nbelow"),
        ("paragraph", "boxed"),
    ]


def test_pages_where_word_broke_them() -> None:
    """A file that says where its pages ended gives them; another has none."""
    made = docx.Document()
    made.add_paragraph("one")
    made.add_paragraph("two").runs[0]._r.insert(0, parse_xml(f"<w:lastRenderedPageBreak {nsdecls('w')}/>"))
    made.add_paragraph("three")
    assert [block.page for block in parse("a.docx", word(made)).blocks] == [1, 2, 2]
    assert parse("a.docx", docx_with("x")).blocks[0].page is None


def test_what_a_cell_carries() -> None:
    """A text box and a footnote that hang on a table's cell follow the table, and so do its pages' ends."""
    made = docx.Document()
    cell = made.add_table(1, 2).cell(0, 0)
    cell.text, made.tables[0].cell(0, 1).text = "a", "b"
    box = "<w:r {0}><w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    for xml in (box, "<w:r {0}><w:lastRenderedPageBreak/></w:r>"):
        cell.paragraphs[0]._p.append(parse_xml(xml.format(nsdecls("w"))))
    made.add_paragraph("after")
    document = parse("a.docx", word(made))
    assert [text for _, text in blocks(document)] == ["| a | b |", "boxed", "after"]
    assert [block.page for block in document.blocks] == [1, 1, 2]


def docx_with(text: str) -> bytes:
    made = docx.Document()
    made.add_paragraph(text)
    return word(made)


def test_the_property_is_the_title() -> None:
    """Where no paragraph is in the style Title, and the name where the property is empty."""
    made = docx.Document()
    made.add_paragraph("x")
    made.core_properties.title = "Handbook"
    assert parse("a.docx", word(made)).title == "Handbook"
    assert parse("a.docx", docx_with("x")).title == "a"


def test_slides() -> None:
    """Each slide under its title or first line, with its number, its lists, tables and notes."""
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "분기 실적"
    slide.placeholders[1].text = "매출 10억\n이익 2억"
    slide.notes_slide.notes_text_frame.text = "숫자를 강조할 것"
    slide = made.slides.add_slide(made.slide_layouts[6])
    box = slide.shapes.add_textbox(0, 0, 100, 100)
    box.text_frame.text = "Untitled"
    fill(slide.shapes.add_table(3, 2, 0, 0, 100, 100).table)
    document = parse("a.pptx", saved(made.save))
    assert document.title == "분기 실적"
    assert blocks(document) == [
        ("heading", "분기 실적"),
        ("list", "매출 10억\n이익 2억"),
        ("paragraph", "숫자를 강조할 것"),
        ("heading", "Untitled"),
        ("table", ROWS),
    ]
    assert [block.place and block.place.slide for block in document.blocks] == [1, 1, 1, 2, 2]


def test_no_passage_crosses_slides() -> None:
    """However little they say."""
    made = pptx.Presentation()
    for number in range(3):
        made.slides.add_slide(made.slide_layouts[5]).shapes.title.text = f"Slide {number}"
    passages = split(parse("a.pptx", saved(made.save)), "/a.pptx", lambda *_: [])
    assert [passage.place for passage in passages] == [Place(slide=number) for number in (1, 2, 3)]


def workbook() -> Any:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "예산"
    sheet["A1"] = "2024년 예산"
    for row in (("부서", "금액", "시작"), ("인사", 1000.5, dt.date(2024, 3, 1)), ("총무", 12, None)):
        sheet.append(row)
    sheet["A8"], sheet["B8"] = "Name", "Mail"
    sheet["A9"], sheet["B9"] = "Kim", "kim@example.com"
    hidden = book.create_sheet("secret")
    hidden["A1"] = "hidden"
    hidden.sheet_state = "hidden"
    return book


def test_sheets() -> None:
    """Rows say their columns' names; each table of a sheet has its own; rows are the sheet's; hidden sheets stay so."""
    document = parse("a.xlsx", saved(workbook().save))
    assert blocks(document) == [
        ("heading", "예산"),
        (
            "table",
            "2024년 예산\n부서; 금액; 시작\n부서: 인사; 금액: 1000.5; 시작: 2024-03-01\n부서: 총무; 금액: 12",
        ),
        ("table", "Name; Mail\nName: Kim; Mail: kim@example.com"),
    ]
    assert [block.place for block in document.blocks] == [
        Place(sheet="예산"),
        Place(sheet="예산", rows=(1, 4)),
        Place(sheet="예산", rows=(8, 9)),
    ]


def _merged(rows: list[list[object]], *ranges: str) -> list[str]:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for each in ranges:
        book.active.merge_cells(each)
    document = parse("a.xlsx", saved(book.save))
    assert document.blocks[-1].place == Place(sheet="Sheet", rows=(1, len(rows)))
    return document.text.split("\n")[2:]


def test_merged_cells_of_a_sheet() -> None:
    """Each value stands with all names of its column and with what its row shares with others; rows stay right."""
    lines = _merged(
        [
            ["부서별 실적"],
            ["부서", "2024년", None, "2025년"],
            [None, "상반기", "하반기", "상반기"],
            ["영업", 1, 2, 3],
            [None, 4, 5, 6],
            ["총무", 7, 8, 9],
        ],
        *("A1:D1", "A2:A3", "B2:C2", "A4:A5"),
    )
    assert lines[0] == "부서별 실적"
    assert lines[3:] == [
        "부서: 영업; 2024년 상반기: 1; 2024년 하반기: 2; 2025년 상반기: 3",
        "부서: 영업; 2024년 상반기: 4; 2024년 하반기: 5; 2025년 상반기: 6",
        "부서: 총무; 2024년 상반기: 7; 2024년 하반기: 8; 2025년 상반기: 9",
    ]


def test_names_of_three_rows() -> None:
    """However deep the groups are."""
    rows = [
        ["구분", "국내", None, None, None],
        [None, "서울", None, "부산", None],
        [None, "남", "여", "남", "여"],
        ["영업", 1, 2, 3, 4],
        ["총무", 5, 6, 7, 8],
    ]
    lines = _merged(rows, "A1:A3", "B1:E1", "B2:C2", "D2:E2")
    assert lines[3] == "구분: 영업; 국내 서울 남: 1; 국내 서울 여: 2; 국내 부산 남: 3; 국내 부산 여: 4"


def test_names_that_are_tall_or_wide() -> None:
    """A row of names over two, or a name over two columns without others below, names what is under it."""
    assert _merged([["부서", "금액"], [None, None], ["영업", 1], ["총무", 2]], "A1:A2", "B1:B2") == [
        "부서; 금액",
        "",
        "부서: 영업; 금액: 1",
        "부서: 총무; 금액: 2",
    ]
    wide = _merged(
        [["부서", "연락처", None], ["영업", "010-1", "a@b.c"], ["총무", "010-2", "c@b.c"]], "B1:C1"
    )
    assert wide[1] == "부서: 영업; 연락처: 010-1; 연락처: a@b.c"


def test_a_long_text_in_a_merged_cell_is_said_once() -> None:
    """Only a label is repeated: a paragraph in each of a hundred rows would drown them."""
    lines = _merged([["항목", "비고"], ["가", "설명 " * 50], ["나", None]], "B2:B3")
    assert lines[2] == "항목: 나"


def test_hidden_sheets_are_told_of() -> None:
    """By their names."""
    document = parse("a.xlsx", saved(workbook().save))
    assert document.omissions == (Omission("hidden_sheets", "secret"),)


def test_a_stray_cell_costs_its_sheet_alone() -> None:
    """One in the last row and column makes billions of cells: the sheet is told of, the others are read."""
    book = openpyxl.Workbook()
    book.active.title = "멀리"
    book.active["A1"], book.active["XFD1048576"] = "가", "나"
    with pytest.raises(Unreadable) as caught:
        parse("a.xlsx", saved(book.save))
    assert caught.value.parameters == {"reason": "too_complex", "detail": "멀리"}
    book.create_sheet("곁").append(["이름", "값"])
    document = parse("a.xlsx", saved(book.save))
    assert document.omissions == (Omission("wide_sheets", "멀리"),)
    assert blocks(document) == [("heading", "곁"), ("table", "이름; 값")]


def test_a_sheet_that_says_it_reaches_farther_than_it_does() -> None:
    """Some programs always name the last cell there is; the sheet is read all the same."""
    book = openpyxl.Workbook()
    book.active.append(["이름", "값"])
    with zipfile.ZipFile(io.BytesIO(saved(book.save))) as package:
        entries = {name: package.read(name) for name in package.namelist()}
    name = "xl/worksheets/sheet1.xml"
    assert b'ref="A1:B1"' in entries[name]
    entries[name] = entries[name].replace(b'ref="A1:B1"', b'ref="A1:XFD1048576"')
    document = parse("a.xlsx", archive(entries))
    assert (blocks(document)[1], document.omissions) == (("table", "이름; 값"), ())


def test_a_sheet_that_begins_further_down() -> None:
    """Rows count from the sheet's first, whatever is empty."""
    book = openpyxl.Workbook()
    book.active["C5"], book.active["D5"] = "이름", "값"
    book.active["C6"], book.active["D6"] = "가", 3
    assert parse("a.xlsx", saved(book.save)).blocks[-1].place == Place(sheet="Sheet", rows=(5, 6))


def test_rows_of_a_sheets_passages() -> None:
    """A long table's passages know their own rows."""
    book = openpyxl.Workbook()
    book.active.append(("name", "text"))
    for number in range(300):
        book.active.append((f"row{number}", "words " * 4))
    passages = split(parse("a.xlsx", saved(book.save)), "/a.xlsx", lambda *_: [])
    assert len(passages) > 3
    after = 1
    for passage in passages:
        assert passage.place is not None
        assert passage.place.rows is not None
        first, last = passage.place.rows
        assert first == after
        assert last - first == passage.text.count("\n")
        if first > 1:
            assert f"row{first - 2};" in passage.text
        after = last + 1
    assert after == 302


def test_an_opendocument_text() -> None:
    """Headings, spaces and breaks, lists, tables and notes."""
    body = (
        '<text:h text:outline-level="2">제목</text:h><text:p>a<text:s text:c="2"/>b<text:line-break/>c<text:note>'
        "<text:note-body><text:p>note</text:p></text:note-body></text:note></text:p><text:list><text:list-item>"
        "<text:p>one<text:note><text:note-body><text:p>of one</text:p></text:note-body></text:note></text:p><text:list><text:list-item><text:p>deeper</text:p></text:list-item></text:list>"
        "</text:list-item></text:list><table:table>"
        + "".join(
            "<table:table-row>"
            + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row)
            + "</table:table-row>"
            for row in TABLE
        )
        + "</table:table>"
    )
    document = parse("a.odt", opendocument("text", body, title="Title"))
    assert document.title == "Title"
    assert blocks(document) == [
        ("heading", "제목"),
        ("paragraph", "a  b\nc"),
        ("paragraph", "note"),
        ("list", "- one\n  - deeper"),
        ("paragraph", "of one"),
        ("table", ROWS),
    ]


def test_an_opendocument_presentation_and_spreadsheet() -> None:
    """Slides and sheets, as in Microsoft's formats."""
    slides = (
        '<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>First</text:p></draw:text-box>'
        "</draw:frame><draw:frame><draw:text-box><text:p>text</text:p></draw:text-box></draw:frame></draw:page>"
        "<draw:page><draw:frame><draw:text-box><text:p>second</text:p></draw:text-box></draw:frame></draw:page>"
    )
    document = parse("a.odp", opendocument("presentation", slides))
    assert [block.place and block.place.slide for block in document.blocks] == [1, 1, 2, 2]
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in TABLE)
    sheet = f'<table:table table:name="예산">{rows}</table:table>'
    document = parse("a.ods", opendocument("spreadsheet", sheet))
    assert blocks(document)[1] == ("table", "직급; 일수\n직급: 사원; 일수: 15\n직급: 대리; 일수: 16")
    assert document.blocks[1].place == Place(sheet="예산", rows=(1, 3))


def test_packages_in_another_order() -> None:
    """What they are is known wherever their entry about it stands, and with Windows' separators."""
    data = opendocument("text", "<text:p>x</text:p>")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        entries = {name: package.read(name) for name in reversed(package.namelist())}
    assert blocks(parse("a.odt", archive(entries))) == [("paragraph", "x")]
    with zipfile.ZipFile(io.BytesIO(docx_with("x"))) as package:
        entries = {name.replace("/", "\\"): package.read(name) for name in package.namelist()}
    assert blocks(parse("a.docx", archive(entries))) == [("paragraph", "x")]


def test_a_locked_opendocument() -> None:
    """Is told from a damaged one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", bytes(range(256)))
        package.writestr("META-INF/manifest.xml", "<manifest><encryption-data/></manifest>")
    with pytest.raises(Unreadable) as caught:
        parse("a.odt", stream.getvalue())
    assert caught.value.parameters["reason"] == "encrypted"


def test_pages_and_lines_that_call_themselves_spreadsheets() -> None:
    """As many web applications give them: a page with a table, or values between tabs, in any encoding."""
    page = "<meta charset=euc-kr><table><tr><td>품목<td>값<tr><td>사과<td>3</table>".encode("cp949")
    assert blocks(parse("a.xls", page)) == [("table", "| 품목 | 값 |\n| 사과 | 3 |")]
    lines = "품목\t값\n사과\t3\n".encode("cp949")
    assert blocks(parse("a.xls", lines)) == [("table", "품목; 값\n품목: 사과; 값: 3")]
    with pytest.raises(Unreadable):
        parse("a.xls", bytes(range(256)))


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.xlsx", "a.odt"])
def test_cut_off(name: str) -> None:
    """Half a file is a damaged file."""
    data = {
        "a.docx": docx_with("x"),
        "a.pptx": saved(pptx.Presentation().save),
        "a.xlsx": saved(workbook().save),
        "a.odt": opendocument("text", "<text:p>x</text:p>"),
    }[name]
    with pytest.raises(Unreadable) as caught:
        parse(name, data[: len(data) // 2])
    assert caught.value.parameters["reason"] == "malformed"
