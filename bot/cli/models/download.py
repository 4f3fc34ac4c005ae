"""`saseo models download`: the only command that asks a model hub for anything."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.cli import screen
from bot.cli.docs import confirm
from bot.cli.models.bar import bar
from bot.cli.models.known import embedding_folder, language_folder
from bot.cli.session import Session
from bot.models.language_model import wanted
from knowledge.embedding import presets as embedding_presets
from knowledge.embedding.locate import locate
from knowledge.errors import ModelUnavailable
from knowledge.hub import ENDPOINT, connect
from knowledge.models import presets as language_presets
from knowledge.storage import make_private

_ROOT = Path(__file__).resolve().parents[3]


def download(session: Session, words: Sequence[str], *, yes: bool, as_json: bool) -> None:
    """Fetch what is named: `language`, `embedding`, one of these and a model's name, or the name alone.

    Raises:
        ModelUnavailable: reason `unknown`, or what the hub says.
    """
    kind, name = words[0], " ".join(words[1:])
    if kind not in {"language", "embedding"}:
        name = " ".join(words)
        kind = "language" if language_presets.preset(name) else "embedding"
        if kind == "embedding" and not embedding_presets.preset(name) and "/" not in name:
            raise ModelUnavailable(model=name, reason="unknown")
    fetch = download_language if kind == "language" else download_embedding
    fetched = fetch(session, name, yes=yes)
    if as_json:
        session.show_json({"kind": kind, "path": str(fetched)})


def download_embedding(session: Session, model: str, *, yes: bool) -> Path:
    """Fetch an embedding model, `EMBEDDINGS_MODEL` unless another is named, and return its folder."""
    from knowledge.embedding.download import download as fetch

    name = embedding_presets.full_name(model or session.settings.embeddings_model)
    folder = embedding_folder(session.settings)
    path = locate(name, folder)
    if path:
        _tell(session, "models-have", model=name, path=str(path))
    else:
        known = embedding_presets.preset(name)
        if known:
            size = screen.size(known.megabytes * 1e6)
            session.say("models-fetch", model=name, size=size, licence=known.licence)
        else:
            session.say("models-fetch-unknown", model=name)
        _agree(session, yes=yes)
        make_private(session.settings.data_dir)
        with bar(session) as progress:
            path = fetch(name, folder, endpoint=_endpoint(), token=_token(), progress=progress)
        _tell(session, "models-fetched", model=name, path=str(path))
    if name != embedding_presets.full_name(session.settings.embeddings_model):
        _tell(session, "models-to-use", command=f"saseo models use {name}")
    else:
        _tell(session, "models-index-again")
    return path


def download_language(session: Session, model: str = "", *, yes: bool) -> Path:
    """Fetch a language model into the folder of LLM_MODEL_PATH: the one named there, or `model`.

    Raises:
        ModelUnavailable: reason `unknown`, or what the hub says.
    """
    settings = session.settings
    known = language_presets.preset(model) if model else wanted(settings)
    if known is None:
        raise ModelUnavailable(model=model, reason="unknown")
    target = language_folder(settings) / known.file_name
    if not model and settings.llm_model_path.is_file():
        target = settings.llm_model_path
    if target.is_file():
        _tell(session, "models-have", model=target.stem, path=str(target))
    else:
        size = screen.size(known.size)
        session.say("models-fetch", model=known.title, size=size, licence=known.licence)
        if not known.is_free:
            session.say("models-not-commercial", style="warning")
        _agree(session, yes=yes)
        with bar(session) as progress:
            hub = connect(_endpoint(), _token())
            hub.fetch_file(known.repository, known.file_name, target.parent, progress)
        _tell(session, "models-fetched", model=known.title, path=str(target))
        _build_engine(session)
    if target != settings.llm_model_path:
        _tell(session, "models-to-use", command=f"saseo models use {known.name}")
    return target


def _tell(session: Session, key: str, **parameters: str) -> None:
    """A part of the result, which isn't for a program that wants JSON."""
    if session.as_json:
        session.say(key, **parameters)
    else:
        session.show(session.text(key, **parameters))


def _agree(session: Session, *, yes: bool) -> None:
    """Go on only with a yes; where nobody can be asked, --yes has to say it."""
    if yes:
        return
    if not sys.stdin.isatty():
        session.fail("models-say-yes")
        session.leave(1)
    if not confirm(session, "models-sure"):
        session.say("cli-nothing-done")
        session.leave(1)


def _endpoint() -> str:
    """The hub, or the mirror of it that an organisation has."""
    return os.environ.get("HF_ENDPOINT") or ENDPOINT


def _token() -> str | None:
    return os.environ.get("HF_TOKEN") or None


def _build_engine(session: Session) -> None:
    """Begin to build llama.cpp in the background, where the set-up's script is at hand."""
    script = _ROOT / "scripts" / "build_llama.py"
    if script.is_file():
        subprocess.run([sys.executable, str(script), "--background"], check=False, stdout=sys.stderr)
    else:
        session.say("models-engine", command="pip install 'saseo[llama]'")
