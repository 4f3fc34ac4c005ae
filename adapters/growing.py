"""Shows an answer while it is made: whenever there is something new and the pace allows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

from adapters.messages import Claim, LibrarianEvent
from adapters.protocol import Librarian
from adapters.surface import Surface, place_of
from adapters.view import View
from knowledge.errors import ChatUnavailable

_log = logging.getLogger(__name__)


class Growing:
    """Answers that grow on a surface.

    Args:
        librarian: answers.
        surface: shows.
    """

    def __init__(self, librarian: Librarian, surface: Surface) -> None:
        self._librarian = librarian
        self._surface = surface

    async def grow(self, claim: Claim) -> View:
        """Show the answer while it is made; gives its end."""
        board = _Board(View(claim.language))
        writing = asyncio.create_task(self._write(claim, board))
        try:
            events = cast("AsyncGenerator[LibrarianEvent]", self._librarian.ask(claim))
            async with aclosing(events) as stream:
                async for event in stream:
                    board.put(board.view.after(event))
                    if board.view.end is not None:
                        return board.view
        finally:
            board.over.set()
            await asyncio.wait({writing})  # an edit that is under way must not come after the last one
        raise RuntimeError("the answer's events ended without Finished or Failed")

    async def _write(self, claim: Claim, board: _Board) -> None:
        """Edit the reply whenever there is something new and the pace allows."""
        while await board.changed():
            if not await self._surface.pace(claim).turn(board.over, place_of(claim)):
                return
            try:
                await self._surface.show(claim, board.take())
            except ChatUnavailable as error:
                self._librarian.note(error)
            except Exception:  # noqa: BLE001 - the finished answer is still to come
                _log.exception("an edit of question %s failed", claim.id)
                return


class _Board:
    """The newest view, and whether somebody has yet to show it."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.over = asyncio.Event()
        self._new = asyncio.Event()

    def put(self, view: View) -> None:
        """Take the newest view."""
        self.view = view
        if view.end is None:
            self._new.set()

    def take(self) -> View:
        """The newest view, which is shown now."""
        self._new.clear()
        return self.view

    async def changed(self) -> bool:
        """Wait for a view that isn't shown; False when the answer is over."""
        waits = {asyncio.ensure_future(self._new.wait()), asyncio.ensure_future(self.over.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return not self.over.is_set()
