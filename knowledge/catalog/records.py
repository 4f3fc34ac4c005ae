"""What is written to the catalog and read back from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from knowledge.ranking.bm25 import Analysed
from knowledge.reports import Problem
from knowledge.types import Document, Language, Omission, Passage, Scope


@dataclass(frozen=True, slots=True)
class AnalysedPassage:
    """A passage, its analysis, and `text_hash`: of its full text, the key of its vectors."""

    passage: Passage
    text_hash: str
    analysed: Analysed


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version of a document that is to become the live one. `replaces` is the uri it had before a move."""

    uri: str
    title: str
    scope: Scope
    language: Language
    content_hash: str
    recipe: str
    size: int
    mtime_ns: int
    passages: tuple[AnalysedPassage, ...]
    replaces: str = ""
    omissions: tuple[Omission, ...] = ()


@dataclass(frozen=True, slots=True)
class StagedVersion:
    """A version that is in the catalog and not live; `rows` are its passages' numbers in every index."""

    version_id: int
    document_id: int
    replaced_id: int | None
    rows: tuple[int, ...]
    version: NewVersion


@dataclass(frozen=True, slots=True)
class Flip:
    """What one change of the live versions did."""

    generation: int
    added: tuple[int, ...]  # rows that became live
    removed: tuple[int, ...]  # rows that are live no more
    stale: tuple[int, ...]  # version ids to clear away


def signature(uri: str, size: int, mtime_ns: int, scope: Scope, recipe: str) -> str:
    """One line that is the same while a file, its readers and the way to index it are; it ends in the uri.

    The catalog makes it in SQL (`reading.signatures`): of many unchanged files, strings are read and compared
    several times as fast as rows.
    """
    return f"{size} {mtime_ns} {scope} {recipe} {uri}"


def uri_of(line: str) -> str:
    """The uri of a signature."""
    return line.split(" ", 4)[4]


Totals = dict[tuple[Scope, Language], tuple[int, ...]]
"""By scope and language: passages, their terms, their bigrams."""


class KnownFile(NamedTuple):
    """The live version of a file, for telling what has changed."""

    document_id: int
    uri: str
    scope: Scope
    content_hash: str
    recipe: str
    size: int
    mtime_ns: int


class ScorablePassage(NamedTuple):
    """A live passage as scoring sees it."""

    row: int
    document_id: int
    title: str
    analysed: Analysed


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A live passage with its document, ready to be cited."""

    row: int
    passage: Passage
    document: Document


class Spent(NamedTuple):
    """A file of this size and time can't be used; it is read again when either has changed.

    Or at `retry_at`, after so many `attempts`, where another try may go better.
    """

    size: int
    mtime_ns: int
    attempts: int = 1
    retry_at: datetime | None = None


class GivenUp(NamedTuple):
    """What an earlier run could not use, and why."""

    spent: Spent
    problem: Problem
