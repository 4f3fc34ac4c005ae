"""What a run of the program has at hand: language, consoles, settings, and the doors to the rest."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from knowledge import messages
from knowledge.types import Language

if TYPE_CHECKING:
    from bot.app import App
    from bot.corpus import RankedCorpus
    from bot.evaluation import CorpusDocument
    from bot.settings import Loaded, Settings
    from knowledge.embedding import Abilities, EmbedderStatus
    from knowledge.models.llama.points import Figure, Plan
    from knowledge.reports import Progress
    from knowledge.service import Knowledge


def _open_knowledge(settings: Settings, *, write: bool, **parts: Any) -> AbstractContextManager[Knowledge]:
    from bot.opening import open_knowledge

    return open_knowledge(settings, write=write, **parts)


def _build(settings: Settings) -> App:
    from bot.app import build

    return build(settings)


def _open_corpus(
    settings: Settings, documents: Sequence[CorpusDocument], progress: Callable[[Progress], None]
) -> AbstractContextManager[RankedCorpus]:
    from bot.corpus import open_corpus

    return open_corpus(settings, documents, progress)


def _probe(settings: Settings) -> tuple[EmbedderStatus, Abilities | None]:
    from bot.doctor import probe_embedder

    return probe_embedder(settings)


def _measure(settings: Settings, plan: Plan, told: Callable[[int, int], None]) -> list[Figure]:
    from bot.models.measuring import measure_model

    return measure_model(settings, plan, told)


@dataclass(frozen=True, slots=True)
class Doors:
    """How a command reaches what it commands. Tests pass their own."""

    open_knowledge: Callable[..., AbstractContextManager[Any]] = _open_knowledge
    build: Callable[..., Any] = _build
    open_corpus: Callable[..., AbstractContextManager[Any]] = _open_corpus
    probe: Callable[..., Any] = _probe
    measure: Callable[..., list[Figure]] = _measure
    exit_now: Callable[[int], None] = os._exit


@dataclass(slots=True)
class Session:
    """One run.

    `answer_language` is the language that `--lang` asked for, None without it. `is_checkup` is true for the
    command that lists what is wrong with the settings' file itself.
    """

    language: Language
    out: Console
    err: Console
    doors: Doors = field(default_factory=Doors)
    answer_language: Language | None = None
    data_dir: Path | None = None
    env_file: Path | None = None
    verbose: bool = False
    as_json: bool = False
    is_checkup: bool = False
    _loaded: Loaded | None = None

    def text(self, key: str, **parameters: object) -> str:
        """The sentence `key` in the screen's language."""
        return messages.text(key, self.language, **parameters)

    def leave_at_once(self, code: int = 0) -> None:
        """End the process without waiting for its threads: a model that is being loaded can't be stopped.

        Nothing is lost: whatever a process was doing when it ended, the next one goes on from there.
        """
        logging.shutdown()
        for console in (self.out, self.err):
            console.file.flush()
        self.doors.exit_now(code)

    def say(self, key: str, *, style: str = "", **parameters: object) -> None:
        """Write a sentence beside the results (standard error)."""
        self.err.print(Text(self.text(key, **parameters), style=style))

    def show(self, renderable: RenderableType) -> None:
        """Write a part of the result (standard output)."""
        self.out.print(Text(renderable) if isinstance(renderable, str) else renderable)

    def show_json(self, value: object) -> None:
        """Write the result as JSON, and nothing else (standard output)."""
        self.out.file.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
        self.out.file.flush()

    def fail(self, key: str, **parameters: object) -> None:
        """Tell a failure: on standard error, or as the JSON that was asked for."""
        message = self.text(key, **parameters)
        if self.as_json:
            self.show_json({"error": {"kind": key, "message": message}})
        else:
            self.err.print(Text(message, style="bad"))

    def leave(self, code: int) -> NoReturn:
        """End the command with this exit code."""
        raise typer.Exit(code)

    @property
    def loaded(self) -> Loaded:
        """The settings and where they came from, read at the first use; a misspelt name is reported then.

        Raises:
            bot.settings.InvalidSettings: a value can't be used.
        """
        if self._loaded is None:
            from bot import logs
            from bot.settings import load_settings

            self._loaded = load_settings(self.env_file, data_dir=self.data_dir)
            logs.configure(self._loaded.settings)
            if not self.is_checkup:
                self._report_file(self._loaded)
        return self._loaded

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.loaded.settings

    @property
    def log_file(self) -> Path | None:
        """Where the log is written, or None before the settings are known."""
        from bot.logs import log_file

        return log_file(self._loaded.settings) if self._loaded else None

    @contextmanager
    def knowledge(self, *, write: bool = False, **parts: Any) -> Iterator[Knowledge]:
        """The opened Knowledge of DATA_DIR, with these parts instead of those that the settings ask for."""
        with self.doors.open_knowledge(self.settings, write=write, **parts) as knowledge:
            yield knowledge

    def _report_file(self, loaded: Loaded) -> None:
        for found in loaded.misspelt:
            self.say(
                "env-did-you-mean",
                style="warning",
                path=loaded.env_file,
                line=str(found.line),
                name=found.name,
                meant=found.meant,
            )
        for line in loaded.unreadable_lines:
            self.say("env-unreadable-line", style="warning", path=loaded.env_file, line=str(line))
