"""What commands have in common that draw a picture with `--plot`."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

from bot.cli.session import Session
from knowledge.errors import MissingDependency


def can_plot() -> None:
    """Say at the start, not after minutes of work, that the picture can't be drawn.

    Raises:
        MissingDependency: matplotlib isn't installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingDependency(package="matplotlib", command="pip install 'saseo[plot]'")


def save_plot(session: Session, path: Path, draw: Callable[[Path], None]) -> None:
    """Draw the picture and say where it is; exit code 1 if the file can't be written."""
    try:
        draw(path)
    except (OSError, ValueError) as error:
        session.fail("eval-plot-failed", path=path, detail=error)
        session.leave(1)
    if not session.as_json:
        session.show(session.text("eval-plotted", path=path))
