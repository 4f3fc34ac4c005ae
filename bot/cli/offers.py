"""On a terminal, `saseo run` offers once to fetch the better models; the answer is remembered in DATA_DIR."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from rich.text import Text

from bot.cli import screen
from bot.cli.docs import confirm
from bot.cli.models import download
from bot.cli.session import Session
from bot.models.language_model import wanted
from knowledge.errors import SaseoError
from knowledge.messages import describe

Kind = Literal["embedding", "language"]
MODELS = "models"
KINDS: tuple[Kind, ...] = ("embedding", "language")


def offer_models(session: Session) -> None:
    """Ask about each model that is missing and wasn't offered yet, and fetch those that are wanted.

    A download that fails, or that Ctrl-C ends, is no reason not to start: what is here answers.
    """
    remembered = session.settings.data_dir / "offers.json"
    offered = _offered(remembered)
    chosen: list[Kind] = []
    for kind in KINDS:
        is_missing = _embedding_is_missing if kind == "embedding" else _language_is_missing
        if kind in offered or not is_missing(session):
            continue
        if not offered and not chosen:
            session.say("offer-intro")
        if _asked(session, kind):
            chosen.append(kind)
        offered.append(kind)
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.write_text(json.dumps(offered), encoding="utf-8")
    for kind in chosen:
        try:
            _download(session, kind)
        except (SaseoError, KeyboardInterrupt) as error:
            if isinstance(error, SaseoError):
                session.err.print(Text(describe(error, session.language), "bad"))
            session.say("offer-failed", style="warning", command=f"saseo models download {kind}")


def _offered(path: Path) -> list[str]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [str(kind) for kind in value] if isinstance(value, list) else []


def _embedding_is_missing(session: Session) -> bool:
    from knowledge.embedding.locate import locate

    settings = session.settings
    return (
        settings.embeddings_provider == "local"
        and locate(settings.embeddings_model, settings.data_dir / MODELS) is None
    )


def _language_is_missing(session: Session) -> bool:
    settings = session.settings
    return settings.llm_provider == "local" and not settings.llm_model_path.exists()


def _asked(session: Session, kind: Kind) -> bool:
    if kind == "language":
        offered = wanted(session.settings)
        size = screen.size(offered.size)
        session.say("offer-language", model=offered.title, size=size, licence=offered.licence)
        if not offered.is_free:
            session.say("models-not-commercial", style="warning")
        return confirm(session, "models-sure")
    from knowledge.embedding.presets import preset

    model = session.settings.embeddings_model
    known = preset(model)
    facts = {"size": screen.size(known.megabytes * 1e6), "licence": known.licence} if known else {}
    session.say("offer-embedding" if known else "offer-embedding-unknown", model=model, **facts)
    return confirm(session, "models-sure")


def _download(session: Session, kind: Kind) -> None:
    if kind == "embedding":
        download.download_embedding(session, "", yes=True)
    else:
        download.download_language(session, yes=True)
