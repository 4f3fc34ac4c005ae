"""The log: DATA_DIR/logs/saseo.log, and standard error for a process that nobody watches.

At INFO nothing of what people wrote and no document's text is logged, only counts, times, ids and error
classes; every line that a question causes has its id (`knowledge.tracing`). No secret is ever logged, whoever
puts it into an exception.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import re
import secrets
import sys
from collections.abc import Iterable, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import structlog
from pydantic import SecretStr

from knowledge.storage import make_private

if TYPE_CHECKING:
    from bot.settings import Settings

FILE_SIZE = 5_000_000
FILES_KEPT = 4
NOISY = (
    "httpx",
    "httpcore",
    "httpx2",
    "httpcore2",
    "openai",
    "huggingface_hub",
    "sentence_transformers",
    "transformers",
    "apscheduler",
    "alembic",
    "slack_bolt",
    "slack_sdk",
    "discord",  # at DEBUG it writes down what people say, and the tokens of their commands
    "aiohttp",
)


_HIDDEN = "[hidden]"
_SHORT = 6  # characters; a secret of fewer is only hidden where it stands alone
# What looks like a secret, whether or not the settings have it: Slack's, a hub's, one in a header or a URL.
_SECRET_FORMS = (
    r"xox[a-z]-[\w-]{6,}",
    r"xapp-[\w-]{6,}",
    r"hf_\w{16,}",
    r"(?<=ticket=)[\w-]+",  # what opens a connection to Slack
    r"(?<=[Bb]earer )[\w.~+/=-]{8,}",
    r"(?<=[Bb]ot )[\w-]{20,}\.[\w-]{4,}\.[\w-]{20,}",
    r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",
    # Whoever has these may speak as the bot for a while: answers to a command, and web hooks.
    r"(?<=hooks\.slack\.com/)[\w/.-]{6,}",
    r"(?<=/webhooks/)\d+/[\w.-]{20,}",
    r"(?<=/interactions/)\d+/[\w.-]{20,}",
)
# What stands in every line in which one of these forms does.
_SECRET_MARKS = ("xox", "xapp-", "hf_", "ticket=", "earer ", "ot ", "://", "hooks", "/interactions/")
_SECRET_NAMES = ("_TOKEN", "_SECRET", "_PASSWORD", "_API_KEY")


def secret_values(settings: Settings, environment: Mapping[str, str]) -> set[str]:
    """Every secret of the settings, passwords within URLs too, and of the environment by its names."""
    found = {value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)}
    found |= {value for name, value in environment.items() if name.upper().endswith(_SECRET_NAMES)}
    found |= {urlsplit(value).password or "" for value in found if "://" in value}
    return found - {""}


def _spellings(hidden: Iterable[str]) -> set[str]:
    """Secrets as they are, and as JSON and URLs write them."""
    return {form for value in hidden for form in (value, json.dumps(value)[1:-1], quote(value, safe=""))}


def _pattern(spelt: Iterable[str]) -> re.Pattern[str]:
    """What finds secrets in a line."""
    exact = [
        re.escape(form) if len(form) >= _SHORT else rf"(?<!\w){re.escape(form)}(?!\w)"
        for form in sorted(spelt, key=len, reverse=True)
    ]
    return re.compile("|".join([*exact, *_SECRET_FORMS]))


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Hides secrets in the whole line as it will be written, the traceback included."""

    def __init__(self, hidden: Iterable[str], **options: Any) -> None:
        super().__init__(**options)
        spelt = _spellings(hidden)
        self._secret = _pattern(spelt)
        self._marks = (*_SECRET_MARKS, *spelt)

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        # Nearly no line has any: looking for what each must have takes a hundredth of the pattern's time.
        return self._secret.sub(_HIDDEN, line) if any(mark in line for mark in self._marks) else line


class _LogFile(logging.handlers.RotatingFileHandler):
    """Makes its folder with the first line, so that a command that has nothing to log leaves nothing behind.

    A log that can't be written (a full or read-only disk) must not stop an answer: the line goes to standard
    error.
    """

    def _open(self) -> TextIOWrapper:
        folder = Path(self.baseFilename).parent
        make_private(folder.parent)
        make_private(folder)
        return super()._open()

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: ARG002, N802
        """By what was written. The library's way formats each line once more, to know its length."""
        if self.stream is None:
            self.stream = self._open()
        return self.stream.tell() >= self.maxBytes

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        if record.levelno >= logging.ERROR:
            sys.stderr.write(f"{self.format(record)}\n")


def log_file(settings: Settings) -> Path:
    """Where the log of this DATA_DIR is written."""
    return settings.data_dir / "logs" / "saseo.log"


def configure(settings: Settings, *, to_stderr: bool = False) -> None:
    """Send structlog's and the standard library's log to the file, with `to_stderr` there too."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if settings.log_format == "json"
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    formatter = _Formatter(
        secret_values(settings, os.environ),
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
    )
    handlers: list[logging.Handler] = [
        _LogFile(
            log_file(settings),
            maxBytes=FILE_SIZE,
            backupCount=FILES_KEPT,
            encoding="utf-8",
            errors="backslashreplace",  # names of files may hold what isn't UTF-8
            delay=True,
        )
    ]
    if to_stderr:
        handlers.append(logging.StreamHandler(sys.stderr))
    root = logging.getLogger()
    for old in list(root.handlers):
        if getattr(old, "is_saseo", False):
            root.removeHandler(old)
            old.close()
    for handler in handlers:
        handler.setFormatter(formatter)
        handler.is_saseo = True  # type: ignore[attr-defined]
        root.addHandler(handler)
    root.setLevel(settings.log_level)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def record_incident(error: BaseException) -> str:
    """Log an unexpected error with its traceback, and return the id under which it stands there."""
    incident = secrets.token_hex(4)
    structlog.get_logger("bot").error("incident", incident=incident, exc_info=error)
    return incident
