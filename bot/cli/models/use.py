"""`saseo models use`: write the chosen model into the settings' file."""

from __future__ import annotations

import os
from pathlib import Path

from bot.cli.models.known import find_here
from bot.cli.session import Session
from bot.envfile import set_value
from bot.settings import ENV_FILE
from knowledge.models.gguf_header import read_header


def use(session: Session, name: str, *, as_json: bool) -> None:
    """Write LLM_MODEL_PATH or EMBEDDINGS_MODEL into the settings' file, and say what happens next.

    Raises:
        ModelUnavailable: the model isn't on this machine, or can't be used.
    """
    loaded = session.loaded
    model = find_here(loaded.settings, name)
    assert model.path is not None  # noqa: S101 - found here
    if model.kind == "language":
        read_header(model.path)
        setting, value = "LLM_MODEL_PATH", _written(model.path, loaded.base)
    else:
        is_at_hub = "/" in model.name and not Path(model.name).is_absolute()
        setting, value = "EMBEDDINGS_MODEL", model.name if is_at_hub else _written(model.path, loaded.base)
    path = loaded.env_file or loaded.base / ENV_FILE
    set_value(path, setting, value)
    if as_json:
        session.show_json({"kind": model.kind, "setting": setting, "value": value, "env_file": str(path)})
        return
    session.show(session.text("models-written", setting=f"{setting}={value}", path=path))
    if os.environ.get(setting):
        session.say("models-environment-wins", style="warning", setting=setting)
    if model.kind == "language" and loaded.settings.llm_provider != "local":
        session.say("models-not-local", style="warning", provider=loaded.settings.llm_provider)
    if model.kind == "embedding" and loaded.settings.embeddings_provider != "local":
        session.say("models-not-local-embedding", style="warning")
    session.show(session.text(f"models-next-{model.kind}"))


def _written(path: Path, base: Path) -> str:
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else str(path)
