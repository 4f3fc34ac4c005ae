"""`saseo llm serve`: the language model of this machine, for other machines' bots."""

from __future__ import annotations

import asyncio
import signal
import socket
import tempfile
from pathlib import Path

from rich.text import Text

from bot.cli.session import Session
from bot.models.chat_model import engine_options, local_model
from knowledge.messages import describe
from knowledge.models.llama.local import LocalModel
from knowledge.models.llama.order import Order, is_loopback
from knowledge.models.llama.supervisor import ModelState

_FOREVER = frozenset({"address"})  # reasons that no waiting makes better


def serve(session: Session, host: str, port: int, at: Path | None) -> None:
    """Serve the model of LLM_MODEL_PATH until SIGTERM or Ctrl+C; it is started again when it dies."""
    settings = session.settings
    key = settings.llm_api_key.get_secret_value()
    if at is None and not key and not is_loopback(host):
        session.fail("llm-serve-key", host=host)
        session.leave(1)
    options = engine_options(settings)
    order = Order("serve", settings.llm_model_path, options, Path.cwd() / at if at else None, host, port, key)
    with tempfile.TemporaryDirectory(prefix="saseo-llm-") as folder:
        serving = _Serving(session, local_model(settings, order, Path(folder)), order)
        session.leave(asyncio.run(serving.run()))


class _Serving:
    """Says what becomes of the model, until it is told to stop."""

    def __init__(self, session: Session, model: LocalModel, order: Order) -> None:
        self._session = session
        self._model = model
        self._order = order
        self._stop = asyncio.Event()
        self._code = 0

    async def run(self) -> int:
        """The exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        self._model.listen(self._changed)
        async with self._model:
            await self._stop.wait()
        self._session.say("run-stopped")
        return self._code

    def _changed(self, state: ModelState) -> None:
        session = self._session
        if state.error is not None:
            session.err.print(Text(describe(state.error, session.language), "warning"))
            if state.error.parameters.get("reason") in _FOREVER:
                self._code = 1
                self._stop.set()
        elif state.phase == "checking":
            session.say("llm-serve-starting", model=self._order.model.name)
        elif state.phase == "ready":
            self._tell()

    def _tell(self) -> None:
        """The address, and what another bot's settings have to say."""
        session, order, endpoint = self._session, self._order, self._model.endpoint
        if endpoint is None:
            return
        if order.socket:
            session.say("llm-serve-ready", model=endpoint.model, address=str(order.socket))
            return
        address = endpoint.base_url
        if order.host in ("0.0.0.0", "::"):  # noqa: S104
            address = f"http://{socket.gethostname()}:{address.rsplit(':', 1)[1]}"
        session.say("llm-serve-ready", model=endpoint.model, address=address)
        session.say("llm-serve-here" if is_loopback(order.host) else "llm-serve-elsewhere")
        key = ["LLM_API_KEY=…"] if order.api_key else []
        for line in ("LLM_PROVIDER=openai", f"LLM_BASE_URL={address}", f"LLM_MODEL={endpoint.model}", *key):
            session.err.print(Text(f"  {line}", "name"), soft_wrap=True)
