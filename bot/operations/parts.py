"""The parts of a librarian whose condition an operator asks for, each by a cheap look."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.freshness.overdue import overdue_since
from bot.operations.readiness import READY, Condition, Look
from knowledge.catalog import Catalog, notes, reading
from knowledge.messages import describe
from knowledge.models.chat import ChatModel
from knowledge.models.llama.local import LocalModel
from knowledge.models.remote import RemoteModel
from knowledge.service import Knowledge
from knowledge.threads import run_blocking
from knowledge.types import EVERYONE

_TRIAL = "휴가 vacation"


def catalog_look(catalog: Catalog) -> Look:
    """Whether the catalog can be read."""

    def read() -> Condition:
        with catalog.read() as connection:
            reading.generation(connection)
        return READY

    return lambda: run_blocking(read)


def index_look(knowledge: Knowledge) -> Look:
    """Whether a search works, wherever the index is. The first look opens it."""

    def search() -> Condition:
        knowledge.retrieve(_TRIAL, frozenset({EVERYONE}), limit=1)
        return READY

    return lambda: run_blocking(search)


def refresh_look(catalog: Catalog, schedule: str) -> Look:
    """Whether the schedule's runs come: worth knowing, and nothing that keeps questions waiting."""

    def read() -> Condition:
        with catalog.read() as connection:
            run = notes.last_run(connection, whole=True)
        since = overdue_since(schedule, run.finished_at if run else None, datetime.now(UTC))
        if since is None:
            return READY
        why = f"No refresh of everything has ended since {since:%Y-%m-%d %H:%M %Z}."
        return Condition(is_ready=True, why=why)

    return lambda: run_blocking(read)


def model_look(model: ChatModel | None) -> Look:
    """Whether the language model writes answers.

    Without its file the documents are quoted: that is how it was set up, and nothing to be mended before
    questions can come.
    """

    async def look() -> Condition:
        match model:
            case LocalModel():
                return _of_process(model)
            case RemoteModel():
                await model.check()
                return READY
            case _:
                return Condition(is_ready=True, why="There is no language model: documents are quoted.")

    return look


def _of_process(model: LocalModel) -> Condition:
    state = model.state
    why = describe(state.error, "en") if state.error else ""
    if state.phase == "ready":
        return READY
    if state.phase == "waiting" and state.error and state.error.parameters["reason"] == "not_downloaded":
        return Condition(is_ready=True, why=f"Documents are quoted. {why}")
    return Condition(is_ready=False, why=" ".join(filter(None, (f"It is {state.phase}.", why))))
