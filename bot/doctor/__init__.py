"""Looks at everything that Saseo needs and says what is well, what isn't, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.doctor import configured, machine, models, parts, stores
from bot.doctor.check import Check
from bot.doctor.models import probe_embedder
from bot.settings import Loaded

__all__ = ["Check", "checkup", "probe_embedder"]


def checkup(loaded: Loaded, open_knowledge: stores.OpenKnowledge, probe: models.Probe) -> Iterator[Check]:
    """Every check, each as soon as it is made."""
    settings = loaded.settings
    yield machine.python()
    yield machine.cpu()
    yield machine.memory(settings)
    yield machine.disk(settings)
    yield from parts.packages(settings)
    yield from parts.formats()
    yield parts.confinement()
    yield parts.ocr(settings)
    yield from configured.env_file(loaded)
    yield from configured.tokens(settings)
    yield models.language_model_file(settings)
    yield models.engine(settings)
    yield models.embedding(settings, probe)
    yield from stores.catalog(settings)
    yield from stores.milvus(settings)
    yield from stores.folders_and_index(settings, open_knowledge)
