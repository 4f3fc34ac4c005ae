"""Shared folders as people name them: in the settings, in `folders.toml`, on the command line."""

from __future__ import annotations

from pathlib import Path

from bot.settings import Settings
from knowledge.sources.options import Folder, load_folders, parse_folders
from knowledge.types import EVERYONE, parse_scope


def configured_folders(settings: Settings) -> list[Folder]:
    """The folders of SHARED_FOLDERS, then those of the folders file; a path that both name is the file's.

    Raises:
        InvalidFolder: a part of either can't be used.
        InvalidScope: a scope is none.
    """
    found = {folder.path: folder for folder in parse_folders(settings.shared_folders)}
    if settings.folders_file.exists():
        found.update({folder.path: folder for folder in load_folders(settings.folders_file)})
    return list(found.values())


def named_folder(path: str, scope: str | None) -> Folder:
    """A folder that was named on the command line, relative to the current one.

    Raises:
        InvalidScope: the scope is none.
    """
    return Folder(Path(path).expanduser().absolute(), parse_scope(scope) if scope else EVERYONE)
