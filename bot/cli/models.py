"""`saseo models download`: the only commands that ask a model hub for anything."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Bars

from bot import language_model
from bot.cli import screen
from bot.cli.docs import confirm
from bot.cli.session import Session
from knowledge.hub import ENDPOINT, connect


def download_embedding(session: Session, model: str, *, yes: bool) -> None:
    """Fetch an embedding model, `EMBEDDINGS_MODEL` unless another is named."""
    from knowledge.embedding.download import download
    from knowledge.embedding.locate import locate
    from knowledge.embedding.presets import full_name, preset

    name = full_name(model or session.settings.embeddings_model)
    folder = session.settings.data_dir / "models"
    path = locate(name, folder)
    if path:
        session.show(session.text("models-have", model=name, path=path))
    else:
        known = preset(name)
        facts = {"size": screen.size(known.megabytes * 1e6), "licence": known.licence} if known else {}
        _agree(session, "models-fetch" if known else "models-fetch-unknown", yes=yes, model=name, **facts)
        with _transfer(session) as progress:
            path = download(name, folder, endpoint=_endpoint(), token=_token(), progress=progress)
        session.show(session.text("models-fetched", model=name, path=path))
    if name != full_name(session.settings.embeddings_model):
        session.show(session.text("models-set", setting=f"EMBEDDINGS_MODEL={name}"))
    session.show(session.text("models-index-again"))


def download_language(session: Session, *, yes: bool) -> None:
    """Fetch the language model into the folder of `LLM_MODEL_PATH`."""
    target = session.settings.llm_model_path
    if target.is_file():
        session.show(session.text("models-have", model=language_model.MODEL_NAME, path=target))
        return
    _agree(
        session,
        "models-fetch",
        yes=yes,
        model=language_model.MODEL_NAME,
        size=screen.size(language_model.DOWNLOAD_SIZE),
        licence=language_model.LICENCE,
    )
    with _transfer(session) as progress:
        hub = connect(_endpoint(), _token())
        path = hub.fetch_file(language_model.REPOSITORY, language_model.FILE_NAME, target.parent, progress)
    session.show(session.text("models-fetched", model=language_model.MODEL_NAME, path=path))
    if path.name != target.name:
        session.show(session.text("models-set", setting=f"LLM_MODEL_PATH={path}"))
    _build_engine(session)


def _endpoint() -> str:
    """The hub, or the mirror of it that an organisation has."""
    return os.environ.get("HF_ENDPOINT") or ENDPOINT


def _token() -> str | None:
    return os.environ.get("HF_TOKEN") or None


@contextmanager
def _transfer(session: Session) -> Iterator[Callable[[int, int], None]]:
    """A bar with bytes, speed and time left, on a terminal."""
    bars = Bars(
        TextColumn("  "),
        BarColumn(bar_width=24, complete_style="cyan", finished_style="cyan", pulse_style="cyan"),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
        console=session.err,
        transient=True,
        disable=not session.err.is_terminal or session.err.is_dumb_terminal,
    )
    with bars:
        task = bars.add_task("", total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def _agree(session: Session, key: str, *, yes: bool, **facts: str) -> None:
    session.say(key, **facts)
    if not yes and not confirm(session, "models-sure"):
        session.say("cli-nothing-done")
        session.leave(1)


def _build_engine(session: Session) -> None:
    """Begin to build llama.cpp in the background, where the set-up's script is at hand."""
    script = Path(__file__).resolve().parents[2] / "scripts" / "build_llama.py"
    if script.is_file():
        subprocess.run([sys.executable, str(script), "--background"], check=False)
    else:
        session.say("models-engine", command="pip install 'saseo[llama]'")
