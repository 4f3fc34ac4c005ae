"""Bringing the index up to date: with folders, pages of the web, and what a person just added."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from functools import partial

from knowledge import parsing
from knowledge.courtesy import Courtesy
from knowledge.embedders import Embedders
from knowledge.ingest import Ingest
from knowledge.library import Library
from knowledge.one_at_a_time import OneAtATime
from knowledge.pace import Pace, Running
from knowledge.parts import Parts
from knowledge.plan import Loader
from knowledge.refresh import Refresh, Stopped
from knowledge.reports import Progress, RefreshReport
from knowledge.sources.loader import FolderLoader, root_of
from knowledge.sources.options import Folder
from knowledge.sources.patience import Patience


def ignore(_: Progress) -> None:
    """For who doesn't want to be told."""


def _never() -> bool:
    return False


class Refreshing:
    """Runs refreshes, one at a time, each between the answers. Thread-safe; methods block.

    `running` is where the one is that is under way.

    Args:
        parts: what Knowledge is made of.
        embedders: those of the parts.
        library: opens it, or gives the open one.
        folders: those of the settings and those that were registered.
        forget: documents by their uris, for good.
        turns: of what changes the index.
        courtesy: towards answers.
    """

    def __init__(
        self,
        parts: Parts,
        embedders: Embedders,
        library: Callable[[], Library],
        folders: Callable[[], list[Folder]],
        forget: Callable[[Collection[str]], None],
        turns: OneAtATime,
        courtesy: Courtesy,
    ) -> None:
        self._parts = parts
        self._embedders = embedders
        self._library = library
        self._folders = folders
        self._forget = forget
        self._turns = turns
        self._courtesy = courtesy
        self.running: Running | None = None
        self._patience = Patience()

    def refresh(
        self,
        folders: Sequence[Folder] | None = None,
        *,
        progress: Callable[[Progress], None] = ignore,
        stopped: Callable[[], bool] = _never,
        believe_removals: bool = False,
        settle: float = 0.0,
        urgent: bool = False,
    ) -> RefreshReport:
        """Bring the index up to date with some folders and those inside of them, or with all for None.

        Files that are missing from a folder are forgotten, unless so many are missing at once that the folder
        is more likely to be out of reach; `believe_removals` forgets those of the folders that were named, or
        of all for None. A file that was changed within the last `settle` seconds may be half written: it is
        waited for, and left for later if it changes again. An `urgent` one, of few files that somebody waits
        for, is done between two steps of one that is under way.
        """
        known = self._folders()
        chosen = known if folders is None else [*folders, *_inside(known, folders)]
        loaders = [
            FolderLoader(folder, self.parser(folder.scope), settle, self._parts.state, self._patience)
            for folder in chosen
        ]
        report = self.refresh_from(
            loaders,
            whole=folders is None,
            progress=progress,
            stopped=stopped,
            believed=[root_of(folder.path) for folder in folders or chosen] if believe_removals else (),
            urgent=urgent,
        )
        changed = self._look_at_pages(stopped) if folders is None else []
        if not changed:
            return report
        return report.followed_by(self.refresh(changed, progress=progress, stopped=stopped, settle=settle))

    def refresh_from(
        self,
        loaders: Sequence[Loader],
        *,
        whole: bool = False,
        progress: Callable[[Progress], None] = ignore,
        stopped: Callable[[], bool] = _never,
        believed: Collection[str] = (),
        urgent: bool = False,
    ) -> RefreshReport:
        """The same for any loaders.

        `whole`: documents that belong to none of them are forgotten. `believed`: the roots of those whose
        missing files are forgotten, however many. `urgent`: as in `refresh`.
        """
        with self._turns.turn(urgent=urgent):
            sandbox = self._parts.sandbox
            library = self._library()
            ingest = Ingest(self._parts.analyzer, sandbox.readers if sandbox else "")
            pace = Pace()

            def tell(step: Progress) -> None:
                self.running = pace.at(step)
                progress(step)

            run = Refresh(
                library,
                ingest,
                self._embedders,
                loaders,
                progress=tell,
                stopped=self._politely(stopped, urgent=urgent),
                believed=believed,
            )
            try:
                return run.run(whole=whole, brief=urgent)
            except Stopped:
                library.finish()
                return run.report_so_far()
            finally:  # between two runs no child lies about
                self.running = None
                ingest.close()
                if sandbox is not None:
                    sandbox.close()

    def _look_at_pages(self, stopped: Callable[[], bool]) -> list[Folder]:
        """Look at the pages that are due; gives the folders in which there is something new."""
        if self._parts.pages is None:
            return []
        looked = self._parts.pages.look(stopped)
        self._forget(looked.gone)
        return [self._parts.pages.folder_of(scope) for scope in sorted(looked.changed)]

    def _politely(self, stopped: Callable[[], bool], *, urgent: bool) -> Callable[[], bool]:
        """The same question, asked between two steps of a run, where it gives way to answers."""

        def asked() -> bool:
            self._courtesy.give_way()
            if not urgent:
                self._turns.let_in()
            return stopped()

        return asked

    def parser(self, group: Hashable) -> parsing.Parse:
        """What reads files, apart from those of other groups."""
        sandbox = self._parts.sandbox
        return partial(sandbox.parse, group=group) if sandbox else parsing.parse


def _inside(known: Sequence[Folder], chosen: Sequence[Folder]) -> list[Folder]:
    """The known folders that lie under a chosen one: its documents aren't theirs, nor is its scope."""
    roots = tuple(root_of(folder.path) for folder in chosen)
    under = tuple(root.rstrip("/") + "/" for root in roots)
    return [
        folder
        for folder in known
        if root_of(folder.path) not in roots and root_of(folder.path).startswith(under)
    ]
