"""Which edition of a document is found first depends on all of what is asked, and on nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.attached import Enclosed
from knowledge.parsing import parse
from knowledge.service import Knowledge
from knowledge.types import Attached
from tests.librarian import ANALYZER, EVERYBODY, fill, open_knowledge

QUESTION = "How many dollars a night may a hotel cost by the travel policy?"


def policy(year: int, limit: int) -> str:
    return f"# Travel policy {year}\n\nA hotel may cost {limit} dollars a night.\n"


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[Knowledge]:
    fill(tmp_path / "docs", {"old.md": policy(2001, 80), "new.md": policy(2002, 95)})
    opened = open_knowledge(tmp_path / "data", tmp_path / "docs")
    opened.refresh()
    yield opened
    opened.close()


def first(knowledge: Knowledge, context: str = "", enclosed: Enclosed | None = None) -> str:
    found = knowledge.retrieve(QUESTION, EVERYBODY, context=context, enclosed=enclosed)
    return found.candidates[0].document.title


def test_the_current_edition_answers(knowledge: Knowledge) -> None:
    """Who names no year means what holds."""
    assert first(knowledge) == "Travel policy 2002"


def test_a_follow_up_stays_with_the_year_that_it_goes_on_from(knowledge: Knowledge) -> None:
    """The year was named in the question before."""
    assert first(
        knowledge,
        context="And in 2001?",
    ) == ("Travel policy 2001")


def test_a_file_is_no_older_edition_of_a_document(knowledge: Knowledge) -> None:
    """Who brings last year's text asks about that."""
    data = policy(2000, 70).encode()
    file = Attached("Travel policy 2000", len(data), "1" * 64, parse("policy.md", data))
    found = knowledge.retrieve(QUESTION, EVERYBODY, enclosed=Enclosed([file], ANALYZER))
    scores = {each.document.title: each.score for each in found.candidates}
    assert scores["Travel policy 2000"] == pytest.approx(scores["Travel policy 2002"], rel=0.2)
