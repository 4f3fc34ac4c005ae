"""One refresh for all who ask for one at the same time."""

from __future__ import annotations

import asyncio

from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from knowledge.threads import run_blocking


class Together:
    """Refreshes folders. Whoever asks while a refresh is under way shares the next one with all others.

    So a crowd costs two runs, and one worker thread: the others stay free for questions.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._running = asyncio.Lock()
        self._wanted: dict[str, Folder] = {}
        self._asked = 0
        self._done = 0  # requests up to this one have been served

    async def refresh(self, folder: Folder) -> None:
        """Bring a folder up to date, from what it holds now on."""
        self._wanted[str(folder.path)] = folder
        self._asked += 1
        number = self._asked
        async with self._running:
            if self._done >= number:
                return
            wanted, self._wanted, last = self._wanted, {}, self._asked
            try:
                await run_blocking(self._knowledge.refresh, list(wanted.values()), urgent=True)
            except BaseException:
                self._wanted = {**wanted, **self._wanted}  # for those who wait: theirs is among them
                raise
            self._done = last
