"""Threads of a chat as documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.parsing import parse
from knowledge.passages import split
from knowledge.sources.talks import Said, Talk, as_file
from knowledge.sources.uploads import safe_name

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LINK = "https://acme.slack.example/archives/C1/p1"


def a_talk(*texts: str, author: str = "김민지") -> Talk:
    """Somebody's messages, a day apart."""
    said = [Said(author, NOON + timedelta(days=day), text) for day, text in enumerate(texts)]
    return Talk("C1/1709.1", LINK, tuple(said))


def test_who_said_what_and_when_is_in_the_document() -> None:
    """Each message stands with its author and time, under the first message's first line as the title."""
    talk = a_talk("*주차*는 어디인가요?\n아시는 분?", "지하 2층입니다.")
    other = replace(talk.messages[1], author="Lee")
    name, data = as_file(replace(talk, messages=(talk.messages[0], other)))
    document = parse(name, data)
    assert document.title == "주차 는 어디인가요?"
    assert "김민지, Lee · " in document.text
    assert f"**Lee** ({other.at.astimezone():%Y-%m-%d %H:%M}): 지하 2층입니다." in document.text


def test_a_talk_has_the_same_name_however_it_goes_on() -> None:
    """So that saving it again brings the document up to date; the name is safe for any file system."""
    talk = a_talk("question")
    assert as_file(talk)[0] == as_file(a_talk("another title", "and an answer"))[0] == "talk-C1-1709.1.md"
    assert as_file(replace(talk, key="C2/1709.1"))[0] != as_file(talk)[0]


def test_a_given_title_is_the_title() -> None:
    """Who saves it may name it."""
    name, data = as_file(replace(a_talk("question"), title="  # Parking\nrules"))
    assert parse(name, data).title == "Parking"


def test_an_empty_talk_is_refused() -> None:
    """Pictures alone are no document."""
    with pytest.raises(ValueError, match="C1"):
        as_file(a_talk(" ", "\n"))


def test_code_stays_code() -> None:
    """A comment in a fenced block keeps its sign, and a fence that nobody closed swallows no later message."""
    name, data = as_file(a_talk("look:\n```\n# no heading\nx = 1", "thanks"))
    document = parse(name, data)
    assert "\n# no heading\n" in document.text
    [code] = [block for block in document.blocks if block.kind == "code"]
    assert "thanks" not in document.text[code.start : code.end]


@given(st.lists(st.text("ab #=-`~*\n가", max_size=40), min_size=1, max_size=4))
def test_no_message_structures_the_document(texts: list[str]) -> None:
    """Whatever people write, the title is the only heading, and every message's author is still shown."""
    talk = a_talk("a title", *texts)
    name, data = as_file(talk)
    document = parse(name, data)
    assert [block.kind for block in document.blocks].count("heading") == 1
    spoken = sum(bool(message.text.strip()) for message in talk.messages)
    passages = split(document, "uri", lambda text, _: [text])
    assert sum(passage.text.count("**김민지** (") for passage in passages) >= spoken
    assert safe_name(name) == name
