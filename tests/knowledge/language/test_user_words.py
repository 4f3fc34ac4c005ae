from __future__ import annotations

import pytest

from knowledge.errors import InvalidInput
from knowledge.language import InvalidUserWords, UserWord, read_user_words


@pytest.fixture
def write(tmp_path):
    """Write a file of words."""

    def write(content):
        path = tmp_path / "words.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_words_and_tags(write):
    """A line is a word, by default a name, or a word and its tag; comments and a BOM don't count."""
    path = write("\ufeff# products\n마루게이트웨이\n\n핫픽스\tNNG\r\n마루게이트웨이\n")
    assert read_user_words(path) == (UserWord("마루게이트웨이", "NNP"), UserWord("핫픽스", "NNG"))


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("연차\n휴가\tNOUN\n", 2, "tag"),
        ("\tNNG\n", 1, "empty_word"),
        ("a\tNNG\tx\n", 1, "columns"),
        ("휴가".encode("utf-16"), 1, "encoding"),
    ],
)
def test_bad_lines(write, content, line, reason):
    """A line that can't be read is an error that names it."""
    with pytest.raises(InvalidUserWords) as error:
        read_user_words(write(content))
    assert isinstance(error.value, InvalidInput)
    assert error.value.parameters["line"] == line
    assert error.value.parameters["reason"] == reason
