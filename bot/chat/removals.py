"""Removals that a run did not believe: what an admin is shown of them, and the word that they were meant."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.errors import RemovalWithheld
from knowledge.service import Knowledge
from knowledge.sources.loader import root_of
from knowledge.sources.options import Folder
from knowledge.types import Scope

Said = Literal["forgotten", "came_back", "more_missing", "gone"]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A folder whose missing files were not forgotten. `name` is what tells it from the others."""

    name: str
    folder: Folder
    missing: int
    known: int
    reason: str  # of RemovalWithheld


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What became of a confirmed removal: `removed` documents were forgotten, or why none were.

    `came_back`: the files are there again; `more_missing`: more than the person was shown; `gone`: the folder
    itself isn't there, so nothing is known of its files.
    """

    said: Said
    removed: int = 0


def withheld(knowledge: Knowledge, scopes: frozenset[Scope]) -> list[Withheld]:
    """The removals that wait for a word, of the folders that these scopes may read. Blocks."""
    errors: dict[str, dict[str, Any]] = {
        problem.uri: problem.error.parameters
        for problem in knowledge.status().problems
        if isinstance(problem.error, RemovalWithheld)
    }
    found = [
        folder for folder in knowledge.folders() if root_of(folder.path) in errors and folder.scope in scopes
    ]
    names = Counter(_name(folder) for folder in found)
    return [
        Withheld(
            name=_name(folder) if names[_name(folder)] == 1 else root_of(folder.path),
            folder=folder,
            missing=error["missing"],
            known=error["known"],
            reason=error["reason"],
        )
        for folder in found
        for error in [errors[root_of(folder.path)]]
    ]


def named(waiting: list[Withheld], name: str) -> Withheld | None:
    """The one of this name, in any case and normal form."""
    same: Callable[[str], str] = lambda text: unicodedata.normalize("NFC", text).casefold()  # noqa: E731
    return next((each for each in waiting if same(each.name) == same(name.strip())), None)


def confirm(knowledge: Knowledge, wanted: Withheld) -> Confirmed:
    """Forget the files that a person was told are missing. Blocks.

    The folder is looked through first: a share that went away since the person was asked must not be
    forgotten with their word for less.
    """
    root = root_of(wanted.folder.path)
    report = knowledge.refresh([wanted.folder])
    withheld_now: dict[str, dict[str, Any]] = {
        problem.uri: problem.error.parameters for problem in report.withheld
    }
    now = withheld_now.get(root)
    if now is None:
        return Confirmed("came_back")
    if now.get("reason") not in ("many", "emptied"):
        return Confirmed("gone")
    if now["missing"] > wanted.missing:
        return Confirmed("more_missing")
    return Confirmed("forgotten", knowledge.refresh([wanted.folder], believe_removals=True).removed)


def _name(folder: Folder) -> str:
    return unicodedata.normalize("NFC", folder.path.name) or root_of(folder.path)
