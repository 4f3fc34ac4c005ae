"""`saseo models test`: what an embedding model knows of Korean, of English, and of one in the other."""

from __future__ import annotations

from itertools import product

from rich.text import Text

from bot.cli import screen
from bot.cli.models.known import find_here
from bot.cli.session import Session
from knowledge.embedding import LEAST_SKILL, Ability
from knowledge.embedding.presets import preset
from knowledge.errors import ModelUnavailable
from knowledge.types import LANGUAGES

_KNOWS = 0.5


def test(session: Session, name: str, *, as_json: bool) -> None:
    """Measure a model of this machine, or the one in use, on the built-in questions and passages.

    Raises:
        ModelUnavailable: there is no such embedding model here, or it can't be loaded.
    """
    settings = session.settings
    if name:
        model = find_here(settings, name)
        if model.kind != "embedding":
            raise ModelUnavailable(model=model.name, reason="not_embedding")
        wanted = model.name if preset(model.name) else str(model.path)
        settings = settings.model_copy(
            update={"embeddings_provider": "local", "embeddings_model": wanted},
        )
    status, abilities = session.doors.probe(settings)
    if abilities is None:
        raise ModelUnavailable(model=status.requested, reason="not_downloaded")
    rows = {
        (question, passage): abilities.of(question, passage)
        for question, passage in product(LANGUAGES, LANGUAGES)
    }
    if as_json:
        pairs = [
            {
                "question": question,
                "passage": passage,
                "skill": ability.skill,
                "related": ability.related_mean,
                "unrelated": ability.unrelated_mean,
                "verdict": _verdict(ability),
            }
            for (question, passage), ability in rows.items()
        ]
        session.show_json({"model": status.used, "pairs": pairs})
        return
    text = session.text
    table = screen.table(
        text("models-test-pair"),
        (text("models-test-skill"), "right"),
        (text("models-test-related"), "right"),
        (text("models-test-unrelated"), "right"),
        "",
        title=status.used,
    )
    for (question, passage), ability in rows.items():
        verdict = _verdict(ability)
        table.add_row(
            f"{text(f'language-{question}')} → {text(f'language-{passage}')}",
            f"{ability.skill:.0%}",
            f"{ability.related_mean:.2f}",
            f"{ability.unrelated_mean:.2f}",
            Text(text(f"models-test-{verdict}"), _STYLES[verdict]),
        )
    session.show(table)
    session.show("")
    session.show(text("models-test-means"))


_STYLES = {"knows": "good", "partly": "warning", "not": "bad"}


def _verdict(ability: Ability) -> str:
    if ability.skill >= _KNOWS:
        return "knows"
    return "partly" if ability.skill >= LEAST_SKILL else "not"
