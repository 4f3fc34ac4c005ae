"""`saseo models list`."""

from __future__ import annotations

from rich.text import Text

from bot.cli import screen
from bot.cli.models.known import Kind, Known, known_models
from bot.cli.session import Session
from bot.machine import available_memory

KINDS: tuple[Kind, ...] = ("language", "embedding")


def show_list(session: Session, *, as_json: bool) -> None:
    """The models that can be fetched and those that are here, with what they weigh and may be used for."""
    models = list(known_models(session.settings))
    if as_json:
        session.show_json([model.as_dict() for model in models])
        return
    text = session.text
    for kind in KINDS:
        table = screen.table(
            text("models-column-name"),
            (text("models-column-size"), "right"),
            (text("models-column-memory"), "right"),
            text("models-column-licence"),
            text("models-column-state"),
            title=text(f"models-of-{kind}"),
        )
        for model in models:
            if model.kind == kind:
                table.add_row(*_row(session, model))
        session.show(table)
        session.show("")
    _, total = available_memory()
    session.show(
        text("models-memory-is", total=screen.size(total), context=session.settings.llm_context_size)
    )


def _row(session: Session, model: Known) -> tuple[Text, ...]:
    state = "models-in-use" if model.is_in_use else "models-here" if model.path else "models-not-here"
    memory = screen.size(model.memory) if model.memory else "–"
    return (
        Text(model.name, "name"),
        Text(screen.size(model.size) if model.size else "–"),
        Text(memory if model.fits else f"{memory} !", "" if model.fits else "warning"),
        Text(model.licence or "–"),
        Text(session.text(state), "" if model.path else "faint"),
    )
