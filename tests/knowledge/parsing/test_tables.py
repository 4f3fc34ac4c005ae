"""CSV and TSV as rows that explain themselves."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.parsing.tables import parse_table
from knowledge.types import Place


def _lines(text: str, delimiter: str | None = None) -> list[str]:
    return parse_table(text, "stem", delimiter).text.split("\n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_value_stands_beside_its_columns_name(delimiter: str) -> None:
    """The delimiter is found; names are repeated in each row; empty cells are left out."""
    text = "이름,부서,내선\n김사서,총무팀,101\n이대리,,102\n".replace(",", delimiter)
    assert _lines(text) == [
        "이름; 부서; 내선",
        "이름: 김사서; 부서: 총무팀; 내선: 101",
        "이름: 이대리; 내선: 102",
    ]


def test_quotes_line_breaks_and_commas_in_cells() -> None:
    """A cell may hold the delimiter, quotes and line breaks; the breaks become spaces."""
    assert _lines('name,note\nKim,"a, ""b""\nc"\n') == ["name; note", 'name: Kim; note: a, "b" c']


def test_rows_are_counted_also_empty_ones() -> None:
    """Line n of the text is row n of the file, which the table's place says, whatever lines its rows take."""
    document = parse_table('\na,b\n1,2\n\n3,"4\n5"\n', "stem")
    assert document.text == "\na; b\na: 1; b: 2\n\na: 3; b: 4 5"
    assert document.first_line is None
    assert [block.place for block in document.blocks] == [Place(rows=(2, 5))]


def test_a_table_without_names() -> None:
    """Where the first row is like the others, rows are their values."""
    assert _lines("1,2\n3,4\n") == ["1; 2", "3; 4"]
    assert _lines("김철수,개발팀\n이영희,개발팀\n") == ["김철수; 개발팀", "이영희; 개발팀"]
    assert _lines("2024-01-05,100\n2024-01-06,200\n") == ["2024-01-05; 100", "2024-01-06; 200"]


def test_years_may_name_columns() -> None:
    """A year is a name above figures, and a value above years."""
    assert _lines("구분,2023,2024\n매출,10,12\n")[1] == "구분: 매출; 2023: 10; 2024: 12"
    assert _lines("홍길동,2023\n김사서,2024\n") == ["홍길동; 2023", "김사서; 2024"]


def test_rows_before_the_names() -> None:
    """A title above the table stays as it is, and the names are still found."""
    assert _lines("2024년 예산,,\n\n구분,금액,비고\n인건비,300,\n") == [
        "2024년 예산",
        "",
        "구분; 금액; 비고",
        "구분: 인건비; 금액: 300",
    ]


def test_names_in_two_rows() -> None:
    """Names under one for several columns are said with it, where figures below tell that they are no values."""
    text = "부서,2024년,,2025년,\n,상반기,하반기,상반기,하반기\n영업,1,2,3,4\n총무,5,6,7,8\n"
    assert _lines(text)[2] == (
        "부서: 영업; 2024년 상반기: 1; 2024년 하반기: 2; 2025년 상반기: 3; 2025년 하반기: 4"
    )
    assert _lines("구분,매출,\n,2023,2024\n영업,10,12\n")[2] == "구분: 영업; 매출 2023: 10; 매출 2024: 12"


def test_a_column_without_a_name() -> None:
    """An empty cell among the names isn't taken for a part of the one before, nor a row of values for names."""
    assert _lines("이름,,부서\n김철수,abc,영업\n이영희,def,총무\n")[1] == "이름: 김철수; abc; 부서: 영업"
    assert _lines("항목,단가,\n연필,100,200\n자,200,300\n")[1] == "항목: 연필; 단가: 100; 200"


def test_ragged_rows() -> None:
    """A missing cell is empty, one too many has no name."""
    assert _lines("a,b\n1\n1,2,3\n") == ["a; b", "a: 1", "a: 1; b: 2; 3"]


def test_a_quote_that_is_never_closed() -> None:
    """It doesn't swallow the rest of the file."""
    assert _lines('item,size\nmonitor,24"\n"desk,2\nchair,1\n')[3] == "item: chair; size: 1"


def test_excels_separator_line() -> None:
    """`sep=;` names the delimiter."""
    assert _lines("sep=;\na;b\n1,5;2\n")[2] == "a: 1,5; b: 2"


def test_a_giant_cell() -> None:
    """A cell beyond the csv module's limit is read all the same."""
    assert len(_lines("a,b\n" + "x" * 200_000 + ",1\n")[1]) > 200_000


@given(
    st.lists(st.lists(st.text("ab 가,;\"'\n1", max_size=6), min_size=2, max_size=4), min_size=1, max_size=8)
)
def test_what_csv_writes_is_read_row_by_row(rows: list[list[str]]) -> None:
    """Each row that the csv module writes is one line, and no word of it is lost."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    lines = _lines(stream.getvalue(), ",")
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert all(word in line for cell in row for word in cell.split())


@given(st.text())
def test_any_text_is_a_table(text: str) -> None:
    """No text fails, and the block is within the text."""
    document = parse_table(text, "stem")
    for block in document.blocks:
        assert 0 <= block.start < block.end <= len(document.text)
