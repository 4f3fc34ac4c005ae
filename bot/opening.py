"""Knowledge made from the settings: what each command opens, and the running librarian too."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bot.handover import Owned
from bot.models.chat_model import borrowed_model
from bot.ownership import is_owned, owned
from bot.settings import Settings
from bot.settings.folders import configured_folders
from knowledge.catalog import Catalog
from knowledge.embedding import load_or_measure, open_embedder, remembered, reopen_embedder
from knowledge.errors import AlreadyRunning
from knowledge.index import OpenIndex, PassageIndex, Place
from knowledge.index.embedded import open_embedded
from knowledge.language import Analyzer
from knowledge.parsing.ocr import Tesseract
from knowledge.parsing.sandbox import Limits, Sandbox
from knowledge.parts import Parts
from knowledge.service import Knowledge
from knowledge.sources.options import MEBIBYTE
from knowledge.sources.uploads import Uploads
from knowledge.sources.web.fetch import Fetcher
from knowledge.sources.web.pages import Pages
from knowledge.sources.web.permitted import Permitted

if TYPE_CHECKING:
    from knowledge.index.milvus import MilvusOptions


def parts_of(settings: Settings, **overrides: Any) -> Parts:
    """What Knowledge is made of, by the settings. Fast: no model is loaded and no index opened.

    Args:
        settings: read.
        overrides: any of `Parts`' fields, instead of what the settings ask for.

    Raises:
        MissingDependency: the settings ask for a part that isn't installed.
    """
    models = settings.data_dir / "models"
    embedder, status = open_embedder(
        settings.embeddings_provider, settings.embeddings_model, settings.embeddings_device, models
    )
    url = settings.catalog_url.get_secret_value()
    catalog = Catalog(url) if url else Catalog.in_folder(settings.data_dir)
    sandbox = Sandbox(_limits(settings), ocr=_ocr(settings))
    stores = {store: index_of(settings, store) for store in ("faiss", "milvus")}
    chosen: dict[str, Any] = {
        "catalog": catalog,
        "folder": settings.data_dir / "index",
        "analyzer": Analyzer(settings.user_dictionary),
        "embedder": embedder,
        "embedder_status": status,
        "abilities": lambda found: load_or_measure(found, models),
        "remembered": lambda found: remembered(found, models),
        "reopen": lambda model: reopen_embedder(model, settings.embeddings_device, models),
        "sandbox": sandbox,
        "pages": _pages(settings, catalog, sandbox),
        "configured": tuple(configured_folders(settings)),
        "state": settings.data_dir,
        "answer_threshold": settings.answer_threshold,
        "stale_after": settings.stale_after,
        "answer_tokens": settings.llm_max_tokens,
        "chat_model_name": settings.llm_model or settings.llm_model_path.name,
        "open_index": stores[settings.vector_store],
        "stores": stores,
    }
    return Parts(**{**chosen, **overrides})


def _pages(settings: Settings, catalog: Catalog, sandbox: Sandbox) -> Pages | None:
    if not settings.allow_urls:
        return None
    uploads = Uploads(
        settings.data_dir / "uploads", lambda name, data: sandbox.parse(name, data, group=object())
    )
    return Pages(Fetcher(Permitted(settings.allow_urls)), uploads, catalog)


def _ocr(settings: Settings) -> Tesseract | None:
    path = shutil.which(settings.ocr_command) if settings.ocr_command else None
    return Tesseract(path) if path else None


def _limits(settings: Settings) -> Limits:
    return Limits(
        seconds=settings.parse_seconds,
        processor_seconds=math.ceil(settings.parse_seconds),
        memory=settings.parse_memory_mb * MEBIBYTE,
        characters=settings.parse_characters,
    )


def index_of(settings: Settings, store: str) -> OpenIndex:
    """What opens the index in a store, `faiss` or `milvus`."""
    if store == "faiss":
        return open_embedded

    def open_at_server(place: Place) -> PassageIndex:
        from knowledge.index.milvus import open_milvus

        return open_milvus(milvus_options(settings))(place)

    return open_at_server


def milvus_options(settings: Settings) -> MilvusOptions:
    """How the settings want a Milvus server to be reached and used."""
    from knowledge.index.milvus import MilvusOptions

    def text(path: Path | None) -> str:
        return str(path) if path else ""

    return MilvusOptions(
        host=settings.milvus_host,
        port=settings.milvus_port,
        collection=settings.milvus_collection_name,
        user=settings.milvus_user,
        password=settings.milvus_password.get_secret_value(),
        token=settings.milvus_token.get_secret_value(),
        database=settings.milvus_database,
        tls=settings.milvus_tls == "on",
        tls_ca=text(settings.milvus_tls_ca),
        tls_certificate=text(settings.milvus_tls_certificate),
        tls_key=text(settings.milvus_tls_key),
        tls_server_name=settings.milvus_tls_server_name,
        consistency=settings.milvus_consistency_level,
        index_type=settings.milvus_index_type,
        index_parameters=dict(settings.milvus_index_params),
        search_parameters=dict(settings.milvus_search_params),
        seconds=settings.milvus_timeout,
    )


@contextmanager
def open_knowledge(settings: Settings, *, write: bool = True, **overrides: Any) -> Iterator[Knowledge]:
    """Knowledge for one command.

    To write, it owns the data folder while the block lasts; where another process does, its writes are handed
    to that one. Answers are written by the model of the bot that runs, or of the configured server.
    """
    parts = parts_of(settings, **{"chat_model": borrowed_model(settings), **overrides})
    with ExitStack() as stack:
        owner, has_other_owner = False, False
        if write:
            try:
                stack.enter_context(owned(settings.data_dir, parts.catalog))
                owner = True
            except AlreadyRunning:
                has_other_owner = True
        knowledge = stack.enter_context(closing(Knowledge(parts, owner=owner)))
        if has_other_owner:
            catalog = parts.catalog
            yield cast("Knowledge", Owned(knowledge, catalog, lambda: is_owned(settings.data_dir, catalog)))
        else:
            yield knowledge
