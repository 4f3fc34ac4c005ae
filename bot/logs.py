"""The log: DATA_DIR/logs/saseo.log, and standard error for a process that nobody watches.

At INFO nothing of what people wrote and no document's text is logged, only counts, times, ids and error
classes.
"""

from __future__ import annotations

import logging
import logging.handlers
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

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
)


class _LogFile(logging.handlers.RotatingFileHandler):
    """Makes its folder with the first line, so that a command that has nothing to log leaves nothing behind.

    A log that can't be written (a full or read-only disk) must not stop an answer: the line goes to standard
    error.
    """

    def emit(self, record: logging.LogRecord) -> None:
        try:
            Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            self.handleError(record)
            return
        super().emit(record)

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
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
    )
    handlers: list[logging.Handler] = [
        _LogFile(log_file(settings), maxBytes=FILE_SIZE, backupCount=FILES_KEPT, encoding="utf-8", delay=True)
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
