"""`saseo models verify`: whether the models on this machine are what they were when they came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.text import Text

from bot.cli.models.bar import bar
from bot.cli.models.known import Known, find_here, known_models
from bot.cli.session import Session
from knowledge import checksums
from knowledge.embedding.locate import is_complete
from knowledge.errors import ModelUnavailable, SaseoError
from knowledge.messages import describe
from knowledge.models.gguf_header import read_header

State = Literal["ok", "unknown", "damaged"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a model is. `unknown`: it looks whole, and nobody has told the sum to hold it against."""

    model: Known
    state: State
    error: SaseoError | None = None


def verify(session: Session, names: list[str], *, as_json: bool) -> None:
    """Check the named models, or all that are here; exit code 1 if one is damaged.

    Raises:
        ModelUnavailable: a name isn't that of a model on this machine.
    """
    settings = session.settings
    models = [find_here(settings, name) for name in names]
    if not names:
        models = [model for model in known_models(settings) if model.path]
    with bar(session) as progress:
        verdicts = list(_verdicts(models, progress))
    if as_json:
        session.show_json([_as_dict(session, verdict) for verdict in verdicts])
    else:
        for verdict in verdicts:
            _show(session, verdict)
        if not verdicts:
            session.say("models-none-here")
    if any(verdict.state == "damaged" for verdict in verdicts):
        session.leave(1)


def _verdicts(models: list[Known], progress: Callable[[int, int], None]) -> Iterator[Verdict]:
    total = sum(model.size for model in models)
    done = 0

    def count(length: int) -> None:
        nonlocal done
        done += length
        progress(min(done, total), total)

    for model in models:
        assert model.path is not None  # noqa: S101 - the caller's promise
        try:
            is_known = _check(model.path, count)
        except ModelUnavailable as error:
            yield Verdict(model, "damaged", error)
        else:
            yield Verdict(model, "ok" if is_known else "unknown")


def _check(path: Path, count: Callable[[int], None]) -> bool:
    """Whether all the sums are known, and right.

    Raises:
        ModelUnavailable: the model can't be used as it is.
    """
    if path.is_dir():
        sums = checksums.recorded(path)
        if not is_complete(path) or not all((path / name).is_file() for name in sums):
            raise ModelUnavailable(model=path.name, reason="damaged")
    else:
        read_header(path)
        sums = {name: digest for name, digest in checksums.recorded(path.parent).items() if name == path.name}
    folder = path if path.is_dir() else path.parent
    for name, digest in sums.items():
        if checksums.sha256(folder / name, count) != digest:
            raise ModelUnavailable(model=name, reason="damaged")
    return bool(sums)


def _as_dict(session: Session, verdict: Verdict) -> dict[str, object]:
    message = describe(verdict.error, session.language) if verdict.error else None
    return {
        "kind": verdict.model.kind,
        "name": verdict.model.name,
        "path": str(verdict.model.path),
        "state": verdict.state,
        "message": message,
    }


def _show(session: Session, verdict: Verdict) -> None:
    model = verdict.model
    style = {"ok": "good", "unknown": "warning", "damaged": "bad"}[verdict.state]
    told = session.text(f"models-verified-{verdict.state}", model=model.name, path=model.path)
    session.show(Text(told, style))
    if verdict.error:
        session.show(Text(f"  {describe(verdict.error, session.language)}"))
