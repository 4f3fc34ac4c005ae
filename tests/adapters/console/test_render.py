"""Sources, ages and wrapped text for a terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from adapters import wording
from adapters.console import render
from adapters.console.flow import Flow
from knowledge.types import Answer, Source

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HERE, HOME = Path("/srv/team"), Path("/home/kim")


def source(**changes):
    """A source of a Korean handbook."""
    values = {
        "number": 1,
        "title": "휴가 규정",
        "uri": "/srv/team/handbook/휴가.md",
        "section": "연차 > 일수",
        "page": None,
        "lines": (12, 18),
        "excerpt": "연차는 15일입니다.",
        "score": 0.9,
        "modified_at": NOW - timedelta(days=21),
    }
    return Source(**(values | changes))


def shown(sources, width=80, language="ko"):
    """The lines of the list of sources."""
    lines = render.source_lines(sources, language=language, width=width, now=NOW, folder=HERE, home=HOME)
    return [line.plain for line in lines]


def test_a_source_shows_number_title_section_path_lines_and_age():
    """Everything that is needed to look it up."""
    assert shown([source()]) == [
        "  [1] 휴가 규정 › 연차 › 일수",
        "      handbook/휴가.md · 12–18행 · 3주 전",
    ]


def test_a_source_with_a_page():
    """A page stands where lines would."""
    assert "p. 3" in shown([source(page=3, lines=None)], language="en")[1]


def test_the_section_does_not_repeat_the_title():
    """A heading path that begins with the title is shown without it."""
    assert shown([source(section="휴가 규정 > 연차")])[0] == "  [1] 휴가 규정 › 연차"
    assert shown([source(section="")])[0] == "  [1] 휴가 규정"


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_no_line_is_wider_than_the_screen(width):
    """Long Korean titles and paths wrap, in cells and not in characters."""
    long = source(
        title="아주 긴 제목입니다 " * 8, uri="/srv/team/" + "긴이름의폴더/" * 12 + "파일.md", number=12
    )
    assert all(cell_len(line) <= width for line in shown([long], width))


@pytest.mark.parametrize(
    ("age", "english", "korean"),
    [
        (timedelta(seconds=5), "just now", "방금"),
        (timedelta(seconds=-500), "just now", "방금"),
        (timedelta(minutes=1), "1 minute ago", "1분 전"),
        (timedelta(hours=5), "5 hours ago", "5시간 전"),
        (timedelta(days=1, hours=3), "1 day ago", "1일 전"),
        (timedelta(days=20), "2 weeks ago", "2주 전"),
        (timedelta(days=400), "2025-10-18", "2025-10-18"),
    ],
)
def test_ages(age, english, korean):
    """Minutes to weeks, then the date; a clock that goes ahead is no reason for nonsense."""
    assert wording.age(NOW - age, NOW, "en") == english
    assert wording.age(NOW - age, NOW, "ko") == korean


@pytest.mark.parametrize(
    ("uri", "short"),
    [
        ("/srv/team/a/b.md", "a/b.md"),
        ("/home/kim/b.md", "~/b.md"),
        ("/srv/teams/b.md", "/srv/teams/b.md"),
        ("/srv/team/a\nb\u202e\x1b[31m.md", "a b[31m.md"),
        ("https://example.com/b", "https://example.com/b"),
    ],
)
def test_paths_are_short_where_it_is_clear(uri, short):
    """From the current folder, from the home folder, else whole; on one line, whatever a name holds."""
    assert render.short_path(uri, HERE, HOME) == short


def test_documents_cannot_move_the_cursor():
    """Escape sequences and direction marks in titles, names and texts don't reach the terminal."""
    evil = source(title="a\x1b[2Jb\u202ec", uri="/x/\x1b]0;t\x07y", excerpt="\x9b31m\rz")
    written = "".join(shown([evil])) + "".join(line.plain for line in render.excerpt_lines(evil, 80))
    flow = Flow(80)
    written += (flow.feed("to\x1b[31mken\x07") + flow.finish()).plain
    assert not set("\x1b\x07\x9b\r\u202e") & set(written)


def test_a_plain_answer_has_everything_and_no_margin():
    """For a pipe: text, label, sources, each source on one line."""
    answer = Answer("연차는 15일입니다. [1]", "ko", "extractive", (source(),))
    lines = render.plain_answer(answer, now=NOW, folder=HERE, home=HOME).splitlines()
    assert lines[0] == "연차는 15일입니다. [1]"
    assert "그대로" in lines[2]
    assert lines[4:] == ["출처", "[1] 휴가 규정 › 연차 › 일수 · handbook/휴가.md · 12–18행 · 3주 전"]


def test_what_was_not_found_lists_the_nearest_documents():
    """`not_found` doesn't call them sources."""
    answer = Answer("문서에 없습니다.", "ko", "not_found", (source(),))
    assert "가장 가까운 문서" in render.plain_answer(answer, now=NOW, folder=HERE, home=HOME)


# Streamed text


def flowed(text, width=80, size=None):
    """The text after passing through Flow in pieces of `size`."""
    flow = Flow(width)
    pieces = [text[i : i + size] for i in range(0, len(text), size)] if size else [text]
    return "".join([*(flow.feed(piece).plain for piece in pieces), flow.finish().plain])


@given(st.text(alphabet="가나다 ab[]1*>-#`\n", max_size=300), st.integers(20, 100), st.integers(1, 7))
def test_the_pieces_do_not_matter(text, width, size):
    """Text that comes in pieces looks like text that comes at once."""
    assert flowed(text, width, size) == flowed(text, width)


@given(st.text(alphabet="가나다라 abc[]12.\n", max_size=400), st.integers(20, 120))
def test_streamed_lines_fit_the_screen(text, width):
    """No line is wider than the screen, and no visible character is lost."""
    written = flowed(text, width)
    assert all(cell_len(line) <= width for line in written.splitlines())
    assert "".join(written.split()) == "".join(text.split())


@given(st.text(max_size=200))
def test_any_text_flows(text):
    """Whatever a model or a document says can be shown, and the row count is right."""
    flow = Flow(60)
    written = flow.feed(text).plain + flow.finish().plain
    assert written.count("\n") == flow.rows


def test_list_items_hang_and_quotes_have_a_bar():
    """The little Markdown that answers use."""
    text = "- " + "항목 " * 20 + "\n> " + "인용 " * 20 + "\n**굵게** 씁니다 [1]"
    lines = flowed(text, 40).splitlines()
    assert lines[0].startswith("  - 항목")
    assert lines[1].startswith("    항목")
    quoted = [line for line in lines if "인용" in line]
    assert len(quoted) > 1
    assert all(line.startswith("  │ 인용") for line in quoted)
    assert lines[-1] == "  굵게 씁니다 [1]"


def test_citations_and_bold_are_styled():
    """[1] and **bold** carry their styles."""
    flow = Flow(80)
    text = flow.feed("**네** [1] ")
    assert {(span.style, text.plain[span.start : span.end]) for span in text.spans} >= {
        ("heading", "네"),
        ("cite", "[1]"),
    }


def test_code_keeps_its_indentation():
    """Lines between fences are shown as they are."""
    assert "      return 1" in flowed("```python\ndef f():\n    return 1\n```").splitlines()
