"""Which folders hold the documents: the setting, and the file with more options."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from knowledge.errors import InvalidFolder, InvalidScope
from knowledge.sources.folders import Folder, load_folders, parse_folders
from knowledge.sources.options import parse_days


def _load(tmp_path: Path, content: str) -> list[Folder]:
    toml = tmp_path / "folders.toml"
    toml.write_text(content, encoding="utf-8")
    return load_folders(toml)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("/data/docs", [("/data/docs", "everyone")]),
        (" /data/my docs = slack:T1/C2 ; /b ;", [("/data/my docs", "slack:T1/C2"), ("/b", "everyone")]),
        ("/data/a=b", [("/data/a=b", "everyone")]),
        ("/data/a=b=everyone", [("/data/a=b", "everyone")]),
        ("/data/a=b/c", [("/data/a=b/c", "everyone")]),
        ("/a/../b/", [("/b", "everyone")]),
        ("", []),
        (" ; ", []),
    ],
)
def test_folders_of_the_setting(setting: str, expected: list[tuple[str, str]]) -> None:
    """Spaces and `=` may be in a path; only what looks like a scope is one."""
    assert [(str(folder.path), folder.scope) for folder in parse_folders(setting)] == expected


def test_home_and_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`~` is the home folder, and other relative paths begin where the program runs."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert [folder.path for folder in parse_folders("~/docs;shared")] == [
        tmp_path / "home" / "docs",
        tmp_path / "shared",
    ]


@pytest.mark.parametrize(
    "setting", ["/d=everyon", "/d=slak:T1", "/d=slack", "/d=", "/d=slack:T1/C2/x", "/d=@U1"]
)
def test_a_misspelt_scope_is_refused(setting: str) -> None:
    """It must not become part of a path that everyone may read."""
    with pytest.raises(InvalidScope) as caught:
        parse_folders(f"/ok;{setting}")
    assert caught.value.parameters == {"scope": setting.partition("=")[2]}


@pytest.mark.parametrize("setting", ["=everyone", "/d;/d=slack:T1", "/d;/e/../d"])
def test_a_scope_without_a_path_and_a_path_twice(setting: str) -> None:
    """Neither is clear."""
    with pytest.raises(InvalidFolder) as caught:
        parse_folders(setting)
    assert caught.value.key == "error-invalid-folder-options"


def test_every_option(tmp_path: Path) -> None:
    """All fields of a folder; a relative path begins at the file."""
    [first, second] = _load(
        tmp_path,
        """
        [[folder]]
        path = "docs"
        scope = "slack:T1/C2"
        include = ["*.md", "notes/"]
        exclude = ["drafts/"]
        max_size = "1.5 MB"
        follow_links = true

        [[folder]]
        path = "/data/회의록"
        """,
    )
    assert first == Folder(
        tmp_path / "docs", first.scope, ("*.md", "notes/"), ("drafts/",), 1024 * 1536, follow_links=True
    )
    assert first.scope == "slack:T1/C2"
    assert second == Folder(Path("/data/회의록"))


@pytest.mark.parametrize(
    ("size", "expected"),
    [('"64MB"', 64 << 20), ('"10 kib"', 10 << 10), ('"2g"', 2 << 30), ('"7"', 7), ("9", 9)],
)
def test_sizes(tmp_path: Path, size: str, expected: int) -> None:
    """Bytes, or units of 1,024."""
    assert _load(tmp_path, f'[[folder]]\npath = "/d"\nmax_size = {size}\n')[0].max_size == expected


@pytest.mark.parametrize(
    ("content", "key", "detail"),
    [
        ('[[folder]]\npath = "/d"\nexclud = []\n', "unknown_option", "exclud → exclude?"),
        ('[[folder]]\npath = "/d"\ncolour = 1\n', "unknown_option", "colour"),
        ('[[folders]]\npath = "/d"\n', "unknown_option", "folders → folder?"),
        ('[[folder]]\nscope = "everyone"\n', "options", "path"),
        ('[[folder]]\npath = ""\n', "options", "path"),
        ('[[folder]]\npath = "/d"\nmax_size = "big"\n', "options", "max_size = 'big'"),
        ('[[folder]]\npath = "/d"\nmax_size = 0\n', "options", "max_size = 0"),
        ('[[folder]]\npath = "/d"\ninclude = "*.md"\n', "options", "include = '*.md'"),
        ('[[folder]]\npath = "/d"\nfollow_links = "yes"\n', "options", "follow_links = 'yes'"),
        ('[folder]\npath = "/d"\n', "options", "[[folder]]"),
        ("[[folder]\n", "options", ""),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: str, key: str, detail: str) -> None:
    """An unknown option with the one that was meant, and a value with its name."""
    with pytest.raises(InvalidFolder) as caught:
        _load(tmp_path, content)
    assert caught.value.key == f"error-invalid-folder-{key}"
    assert re.match(re.escape(detail), str(caught.value.parameters["detail"]))


def test_a_wrong_scope_in_the_file(tmp_path: Path) -> None:
    """The same error as in the setting."""
    with pytest.raises(InvalidScope):
        _load(tmp_path, '[[folder]]\npath = "/d"\nscope = "team"\n')


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(InvalidFolder) as caught:
        load_folders(tmp_path / "folders.toml")
    assert caught.value.key == "error-invalid-folder-missing"


def test_an_empty_file(tmp_path: Path) -> None:
    """No folders are no error."""
    assert _load(tmp_path, "# none yet\n") == []


@pytest.mark.parametrize(
    ("value", "days"), [(30, 30), ("30", 30), ("90d", 90), ("12 w", 84), ("6M", 180), ("1y", 365)]
)
def test_an_age_is_days_or_longer_units(value, days) -> None:
    """As a person writes it."""
    assert parse_days(value) == days


@pytest.mark.parametrize("value", [0, -1, True, "0d", "soon", "1h", "99999999", None, 1.5])
def test_what_is_no_age_is_refused(value) -> None:
    """Rather than taken for one."""
    with pytest.raises(ValueError, match=str(value)):
        parse_days(value)
