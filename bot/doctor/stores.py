"""Where knowledge comes from and where it is kept: folders, index, and servers of either."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from bot.doctor.check import Check
from bot.models.in_use import short_name
from bot.settings import Settings
from knowledge.catalog import Catalog
from knowledge.errors import SaseoError
from knowledge.types import EVERYONE

if TYPE_CHECKING:
    from knowledge.service import Knowledge

OpenKnowledge = Callable[[], AbstractContextManager["Knowledge"]]
TRIAL_QUESTION = "휴가 vacation"


def catalog(settings: Settings) -> Iterator[Check]:
    """The catalog's server, where it isn't a file."""
    url = settings.catalog_url.get_secret_value()
    if not url:
        return
    try:
        with closing(Catalog(url)) as found:
            facts = {"version": found.server_version(), "address": found.location}
    except SaseoError as error:
        yield Check("catalog", "fail", error=error)
        return
    yield Check("catalog", "ok", "doctor-catalog-is", parameters=facts)


def milvus(settings: Settings) -> Iterator[Check]:
    """The server, where the index is kept at one."""
    if settings.vector_store != "milvus":
        return
    from bot.opening import milvus_options
    from knowledge.index.milvus import Server

    options = milvus_options(settings)
    try:
        server = Server(options)
        try:
            has_sparse, version = server.has_sparse, server.version_text
        finally:
            server.close()
    except SaseoError as error:
        yield Check("milvus", "fail", error=error)
        return
    facts = {"version": version, "address": options.address, "collection": options.collection}
    if has_sparse:
        yield Check("milvus", "ok", "doctor-milvus-is", parameters=facts)
    elif importlib.util.find_spec("tantivy") is None:
        yield Check("milvus", "fail", "doctor-milvus-old", "doctor-milvus-tantivy", facts)
    else:
        yield Check("milvus", "ok", "doctor-milvus-old", parameters=facts)


def folders_and_index(settings: Settings, open_knowledge: OpenKnowledge) -> Iterator[Check]:
    """The folders and the index, as they are read."""
    if not settings.data_dir.exists():
        facts = {"path": str(settings.data_dir)}
        yield Check("index", "warn", "doctor-nothing-yet", "doctor-index-folder", facts)
        return
    if not os.access(settings.data_dir, os.W_OK):
        yield Check(
            "index", "fail", "doctor-not-writable", "doctor-permission", {"path": str(settings.data_dir)}
        )
    try:
        with open_knowledge() as knowledge:
            yield from _folders(knowledge)
            yield from _index(knowledge)
    except SaseoError as error:
        yield Check("index", "fail", error=error)


def _folders(knowledge: Knowledge) -> Iterator[Check]:
    folders = knowledge.folders()
    if not folders:
        yield Check("folders", "warn", "doctor-no-folders", "doctor-index-folder")
    for folder in folders:
        path = Path(folder.path)
        facts = {"path": str(path), "scope": folder.scope}
        if not path.is_dir():
            yield Check("folders", "fail", "doctor-folder-gone", "doctor-folder-mount", facts)
        elif not os.access(path, os.R_OK | os.X_OK):
            yield Check("folders", "fail", "doctor-folder-closed", "doctor-permission", facts)
        else:
            yield Check("folders", "ok", "doctor-folder", parameters=facts)


def _index(knowledge: Knowledge) -> Iterator[Check]:
    status = knowledge.status()
    facts: dict[str, object] = {"documents": status.documents, "passages": status.passages}
    if not status.documents:
        yield Check("index", "warn", "doctor-empty", "doctor-index-folder", facts)
    else:
        # Opens the index and brings it to what the catalog says, or raises.
        found = knowledge.retrieve(TRIAL_QUESTION, frozenset({EVERYONE}), limit=1)
        facts["milliseconds"] = f"{found.milliseconds:.0f}"
        yield Check("index", "ok", "doctor-index-works", parameters=facts)
        for language, passages in status.passages_by_language.items():
            if passages and found.abilities is not None and language not in found.abilities.passages:
                facts = {"passages": passages, "written": language}
                yield Check("index", "ok", "doctor-index-words-alone", parameters=facts)
    if status.waiting:
        facts = {"model": short_name(status.waiting.model), "passages": status.waiting.passages}
        yield Check("index", "ok", "models-embedding-changing", parameters=facts)
    for problem in status.problems:
        yield Check("index", "warn", error=problem.error)
