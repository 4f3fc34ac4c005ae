"""Folders as people name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import load_settings
from bot.settings.folders import configured_folders, named_folder
from knowledge.errors import InvalidScope
from knowledge.types import EVERYONE, Scope


def test_relative_folders_count_from_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SHARED_FOLDERS is read like every other path of the settings, wherever the program was started."""
    (tmp_path / ".env").write_text("SHARED_FOLDERS=docs; /mnt/share=slack:T1\n")
    monkeypatch.chdir("/")
    folders = configured_folders(load_settings(tmp_path / ".env").settings)
    assert [(f.path, f.scope) for f in folders] == [
        (tmp_path / "docs", EVERYONE),
        (Path("/mnt/share"), Scope("slack:T1")),
    ]


def test_the_folders_file_wins(tmp_path: Path) -> None:
    """A folder that both name has the options of `folders.toml`."""
    (tmp_path / ".env").write_text("SHARED_FOLDERS=docs\n")
    (tmp_path / "folders.toml").write_text('[[folder]]\npath = "docs"\nscope = "slack:T1"\n')
    (folder,) = configured_folders(load_settings(tmp_path / ".env").settings)
    assert (folder.path, folder.scope) == (tmp_path / "docs", Scope("slack:T1"))


def test_a_named_folder_counts_from_the_current_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`saseo index docs` means the folder here; a scope that is none is an error."""
    monkeypatch.chdir(tmp_path)
    assert named_folder("docs", None).path == tmp_path / "docs"
    with pytest.raises(InvalidScope):
        named_folder("docs", "slack")
