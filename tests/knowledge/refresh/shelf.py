"""What the tests of a run share: notes to write, reports to read, a folder that is hard to read."""

from __future__ import annotations

from knowledge.reports import COUNTS, RefreshReport
from knowledge.sources.folders import FileState
from knowledge.sources.loader import FolderLoader
from knowledge.sources.options import Folder
from knowledge.types import ParsedDocument, Scope

TEAM = Scope("slack:T1")


def note(word: str, title: str = "Note") -> str:
    return f"# {title} {word}\n\nThis page is about {word} and nothing else.\n"


def counts(report: RefreshReport) -> dict[str, int]:
    """The counts that aren't zero."""
    return {name: getattr(report, name) for name in COUNTS if getattr(report, name)}


def reasons(report: RefreshReport) -> dict[str, object]:
    """Why, by file name."""
    return {problem.uri.rsplit("/", 1)[-1]: problem.error.parameters["reason"] for problem in report.problems}


class Shelf(FolderLoader):
    """A folder whose files can be made hard to read, by name, and which counts what is read."""

    def __init__(self, folder: Folder) -> None:
        super().__init__(folder)
        self.unreadable: dict[str, Exception] = {}
        self.unparsable: dict[str, Exception] = {}
        self.reads: list[str] = []

    def read(self, file: FileState) -> bytes:
        name = file.uri.rsplit("/", 1)[-1]
        self.reads.append(name)
        if name in self.unreadable:
            raise self.unreadable[name]
        return super().read(file)

    def parse(self, file: FileState, data: bytes) -> ParsedDocument:
        name = file.uri.rsplit("/", 1)[-1]
        if name in self.unparsable:
            raise self.unparsable[name]
        return super().parse(file, data)
