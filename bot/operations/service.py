"""Puts status and figures on HTTP_HOST:HTTP_PORT, where a port is set."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, cast

from adapters.door import Door
from adapters.protocol import Librarian
from adapters.slack import PATH
from bot.operations.parts import catalog_look, index_look, model_look, refresh_look
from bot.operations.readiness import Readiness
from bot.operations.watched import Watched
from knowledge.errors import MissingDependency
from knowledge.models.llama.local import LocalModel

if TYPE_CHECKING:
    from bot.operations.metrics import Metrics
    from bot.settings import Settings
    from knowledge.parts import Parts
    from knowledge.service import Knowledge

_log = logging.getLogger(__name__)


class Operations:
    """What is measured and served for one app.

    Args:
        settings: read; a port is set.
        knowledge: whose figures these are.
        parts: that it is made of.

    Raises:
        MissingDependency: a package isn't installed.
    """

    def __init__(self, settings: Settings, knowledge: Knowledge, parts: Parts) -> None:
        try:
            from bot.operations.metrics import Metrics
            from bot.operations.server import CONNECTIONS, CONNECTIONS_WITH_DOORS, Serving, application
        except ImportError as error:
            raise MissingDependency(
                package=error.name or "starlette", command="pip install 'saseo[serve]'"
            ) from error
        self.metrics: Metrics = Metrics(knowledge.status, settings.data_dir, settings.refresh_schedule)
        self.readiness = Readiness(
            {
                "catalog": catalog_look(parts.catalog),
                "index": index_look(knowledge),
                "model": model_look(parts.chat_model),
                "refresh": refresh_look(parts.catalog, settings.refresh_schedule),
            }
        )
        self._model = parts.chat_model
        self.door = Door()
        doors = {PATH: self.door} if settings.slack_over_http else {}
        app = application(self.readiness, self.metrics, self._figures_of_model, doors)
        connections = CONNECTIONS_WITH_DOORS if doors else CONNECTIONS
        self._serving = Serving(app, settings.http_host, settings.http_port or 0, connections)

    async def start(self, stack: AsyncExitStack) -> None:
        """Serve until the stack unwinds.

        Raises:
            AddressUnavailable: the address can't be had.
        """
        stack.callback(self.readiness.close)
        await stack.enter_async_context(self._serving)
        _log.info("status and figures at %s", self._serving.address)

    def watched(self, librarian: Librarian) -> Librarian:
        """A platform's librarian, with its acknowledgements timed and its troubles counted."""
        return cast("Librarian", Watched(librarian, self.metrics))

    async def _figures_of_model(self) -> bytes:
        return await self._model.figures() if isinstance(self._model, LocalModel) else b""


def operations(settings: Settings, knowledge: Knowledge, parts: Parts) -> Operations | None:
    """What the settings ask for; None where no port is set."""
    return Operations(settings, knowledge, parts) if settings.http_port else None
