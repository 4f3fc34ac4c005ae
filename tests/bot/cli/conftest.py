"""Running commands with fake doors, in a folder of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from bot.cli import main
from bot.cli.session import Doors
from tests.fakes import FakeApp, FakeKnowledge, opened


@dataclass
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


def no_model(settings):
    """The probe of a machine without any embedding model."""
    status = SimpleNamespace(
        used=None, requested=settings.embeddings_model, reason="not_downloaded", languages=()
    )
    return status, None


@pytest.fixture
def knowledge():
    """The knowledge behind the commands."""
    return FakeKnowledge()


@pytest.fixture
def app(knowledge):
    """The app behind `run`."""
    return FakeApp(knowledge)


@pytest.fixture
def saseo(knowledge, app, capsys, monkeypatch, tmp_path):
    """Runs `saseo ARGUMENTS...` in an empty folder.

    `modes` has how the knowledge was opened, `exits` the codes of exits at once.
    """
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **doors: Any) -> Result:
        def open_knowledge(settings, *, write):
            run.modes.append("write" if write else "read")
            return opened(knowledge)

        given = {
            "open_knowledge": open_knowledge,
            "build": lambda settings: app,
            "probe": no_model,
            "exit_now": run.exits.append,
        } | doors
        code = main([str(argument) for argument in arguments], doors=Doors(**given))
        written = capsys.readouterr()
        return Result(code, written.out, written.err)

    run.modes = []
    run.exits = []
    return run
