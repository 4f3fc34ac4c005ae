"""Looks at everything that Saseo needs and says what is well, what isn't, and how to mend it."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot import language_model, machine
from bot.chat_model import try_model
from bot.models_in_use import embedding_sentence
from knowledge.errors import ModelUnavailable, SaseoError
from knowledge.messages import describe, text
from knowledge.models.gguf_header import read_header
from knowledge.parsing import install
from knowledge.parsing.ocr import Tesseract
from knowledge.parsing.sandbox import absent
from knowledge.types import EVERYONE, LANGUAGES, Language

if TYPE_CHECKING:
    from bot.settings import Loaded, Settings
    from knowledge.embedding import Abilities, EmbedderStatus
    from knowledge.service import Knowledge

Level = Literal["ok", "warn", "fail"]
GIGABYTE = 1e9
LITTLE_DISK, NO_DISK = 5 * GIGABYTE, 0.3 * GIGABYTE
TRIAL_QUESTION = "휴가 vacation"
PACKAGES = (
    ("kiwipiepy", "pip install saseo"),
    ("faiss", "pip install 'saseo[faiss]'"),
    ("tantivy", "pip install 'saseo[faiss]'"),
    ("pymilvus", "pip install 'saseo[milvus]'"),
    ("sentence_transformers", "pip install 'saseo[embeddings]'"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at (`doctor-NAME`), how it is, what was found, and the fix if any.

    `found` and `fix` are message keys; `error` stands for both when something of our own tree was raised.
    """

    name: str
    level: Level
    found: str = ""
    fix: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    error: SaseoError | None = None

    def sentence(self, language: Language) -> str:
        """What was found."""
        return describe(self.error, language) if self.error else text(self.found, language, **self.parameters)

    def remedy(self, language: Language) -> str:
        """What to do, or nothing."""
        return text(self.fix, language, **self.parameters) if self.fix else ""


OpenKnowledge = Callable[[], AbstractContextManager["Knowledge"]]
Probe = Callable[["Settings"], tuple["EmbedderStatus", "Abilities | None"]]


def probe_embedder(settings: Settings) -> tuple[EmbedderStatus, Abilities | None]:
    """Load the embedding model and measure what it knows of each language; None without a model.

    Raises:
        ModelUnavailable: the model can't be loaded.
    """
    from knowledge.embedding import measure, status_of

    folder = settings.data_dir / "models"
    status = status_of(settings.embeddings_provider, settings.embeddings_model, folder)
    if status.used is None:
        return status, None
    from knowledge.embedding.sentence_transformers import SentenceTransformerEmbedder

    # Without the cache, which would answer for a model that can't be loaded any more.
    model = SentenceTransformerEmbedder(status.used, device=settings.embeddings_device, cache_folder=folder)
    return status, measure(model)


def checkup(loaded: Loaded, open_knowledge: OpenKnowledge, probe: Probe) -> Iterator[Check]:
    """Every check, each as soon as it is made."""
    settings = loaded.settings
    yield _python()
    yield _cpu()
    yield _memory(settings)
    yield _disk(settings)
    yield from _packages(settings)
    yield from _formats()
    yield _confinement()
    yield _ocr(settings)
    yield from _env_file(loaded)
    yield from _tokens(settings)
    yield _language_model(settings)
    yield _engine(settings)
    yield _embedding(settings, probe)
    yield from _milvus(settings)
    yield from _knowledge(settings, open_knowledge)


def _python() -> Check:
    return Check(
        "python",
        "ok",
        "doctor-python-is",
        parameters={"version": platform.python_version(), "path": sys.executable},
    )


def _cpu() -> Check:
    features = machine.cpu_features()
    facts: dict[str, object] = {
        "count": machine.available_cpus(),
        "features": ", ".join(sorted(features)).upper() or "–",
    }
    slow = platform.machine().lower() in {"x86_64", "amd64"} and "avx2" not in features
    return Check("cpu", "warn" if slow else "ok", "doctor-cpu-is", "doctor-cpu-slow" if slow else "", facts)


def _memory(settings: Settings) -> Check:
    free, total = machine.available_memory()
    needed = language_model.WORKING_MEMORY
    if settings.llm_provider == "local":
        needed += language_model.memory_of(settings.llm_model_path, settings)
    facts = {"free": _gb(free), "total": _gb(total), "needed": _gb(needed)}
    if total < needed:
        level: Level = "fail" if total < language_model.WORKING_MEMORY else "warn"
        return Check("memory", level, "doctor-memory-is", "doctor-memory-little", facts)
    busy = free < needed
    return Check(
        "memory", "warn" if busy else "ok", "doctor-memory-is", "doctor-memory-busy" if busy else "", facts
    )


def _disk(settings: Settings) -> Check:
    free = machine.free_disk(settings.data_dir)
    facts = {"free": _gb(free), "path": str(settings.data_dir)}
    level: Level = "fail" if free < NO_DISK else "warn" if free < LITTLE_DISK else "ok"
    return Check("disk", level, "doctor-disk-is", "" if level == "ok" else "doctor-disk-little", facts)


def _packages(settings: Settings) -> Iterator[Check]:
    # Words are kept by tantivy for an old Milvus: `_milvus` tells of it.
    unused = {"faiss", "tantivy"} if settings.vector_store == "milvus" else {"pymilvus"}
    for package, command in PACKAGES:
        if package in unused:
            continue
        is_embedding = package == "sentence_transformers"
        if is_embedding and settings.embeddings_provider == "none":
            continue
        if importlib.util.find_spec(package) is None:
            level: Level = "warn" if is_embedding else "fail"
            facts = {"package": package, "command": command}
            yield Check("packages", level, "doctor-package-missing", "doctor-package-install", facts)


def _formats() -> Iterator[Check]:
    """Which documents can't be read here: a library is missing, or has no build for this machine."""
    faults = install.unusable()
    if not faults:
        yield Check("formats", "ok", "doctor-formats-all", parameters=_of(install.LIBRARIES))
    if missing := [library for library, detail in faults.items() if not detail]:
        facts = _of(missing) | {"command": install.COMMAND}
        yield Check("formats", "warn", "doctor-formats-missing", "doctor-package-install", facts)
    for library, detail in faults.items():
        if detail:
            facts = _of([library]) | {"detail": detail}
            yield Check("formats", "warn", "doctor-formats-no-build", parameters=facts)


def _of(libraries: Iterable[str]) -> dict[str, object]:
    return {"formats": ", ".join(name for each in libraries for name in install.LIBRARIES[each])}


def _confinement() -> Check:
    """What this kernel lacks of what keeps a hostile document in its process."""
    facts: dict[str, object] = {"missing": ", ".join(absent())}
    if facts["missing"]:
        return Check("confinement", "warn", "doctor-confinement-lacks", parameters=facts)
    return Check("confinement", "ok", "doctor-confinement-whole", parameters=facts)


def _ocr(settings: Settings) -> Check:
    path = shutil.which(settings.ocr_command) if settings.ocr_command else None
    if path is None:
        return Check("ocr", "ok", "doctor-ocr-none", "doctor-ocr-install")
    facts = {"path": path, "languages": ", ".join(Tesseract(path).lacks())}
    if facts["languages"]:
        return Check("ocr", "warn", "doctor-ocr-lacks", "doctor-ocr-install", facts)
    return Check("ocr", "ok", "doctor-ocr-there", parameters=facts)


def _env_file(loaded: Loaded) -> Iterator[Check]:
    path = str(loaded.env_file or "")
    if not path:
        yield Check("settings", "ok", "doctor-no-env-file", parameters={"folder": str(loaded.base)})
        return
    for wrong in loaded.misspelt:
        facts = {"path": path, "line": str(wrong.line), "name": wrong.name, "meant": wrong.meant}
        yield Check("settings", "warn", "env-did-you-mean", parameters=facts)
    for line in loaded.unreadable_lines:
        yield Check("settings", "warn", "env-unreadable-line", parameters={"path": path, "line": str(line)})
    if not loaded.misspelt and not loaded.unreadable_lines:
        yield Check("settings", "ok", "doctor-env-file", parameters={"path": path})


def _tokens(settings: Settings) -> Iterator[Check]:
    bot = bool(settings.slack_bot_token.get_secret_value())
    app = bool(settings.slack_app_token.get_secret_value()) or settings.slack_over_http
    discord = bool(settings.discord_bot_token.get_secret_value())
    if bot != app:
        missing = "SLACK_APP_TOKEN" if bot else "SLACK_BOT_TOKEN"
        yield Check("tokens", "fail", "doctor-token-missing", "doctor-token-set", {"missing": missing})
    platforms = [name for name, present in (("Slack", bot and app), ("Discord", discord)) if present]
    if platforms:
        yield Check("tokens", "ok", "doctor-platforms", parameters={"platforms": ", ".join(platforms)})
    elif bot == app:
        yield Check("tokens", "ok", "doctor-no-tokens")


def _language_model(settings: Settings) -> Check:
    if settings.llm_provider == "openai":
        facts: dict[str, object] = {"model": settings.llm_model, "address": settings.llm_base_url}
        return Check("language-model", "ok", "doctor-model-remote", parameters=facts)
    path = settings.llm_model_path
    facts = {"path": str(path)}
    if not path.is_file():
        return Check("language-model", "warn", "doctor-model-missing", "doctor-model-download", facts)
    try:
        header = read_header(path)
    except ModelUnavailable as error:
        fix = (
            "doctor-model-permission" if error.parameters["reason"] == "unreadable" else "doctor-model-again"
        )
        return Check("language-model", "fail", fix=fix, parameters=facts, error=error)
    facts |= {"size": _gb(path.stat().st_size), "quantisation": header.quantisation or header.architecture}
    return Check("language-model", "ok", "doctor-model-there", parameters=facts)


def _engine(settings: Settings) -> Check:
    """llama.cpp's Python package, and the build that may be running (the set-up's status file)."""
    status = Path(sys.prefix) / "llama-build.json"
    try:
        build = json.loads(status.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        build = {}
    facts: dict[str, object] = {
        "percent": str(build.get("percent", 0)),
        "detail": str(build.get("message", "")),
    }
    if build.get("state") == "running":
        return Check("engine", "warn", "doctor-engine-building", "doctor-engine-wait", facts)
    if importlib.util.find_spec("llama_cpp") is not None:
        return _trial(settings)
    if build.get("state") == "failed":
        return Check("engine", "fail", "doctor-engine-failed", "doctor-engine-build", facts)
    wanted = settings.llm_provider == "local" and settings.llm_model_path.is_file()
    return Check(
        "engine", "warn" if wanted else "ok", "doctor-engine-missing", "doctor-engine-build" if wanted else ""
    )


def _trial(settings: Settings) -> Check:
    """Whether llama.cpp's build runs the model on this machine, where both are here."""
    try:
        recipe = json.loads((Path(sys.prefix) / "llama.json").read_text(encoding="utf-8"))["recipe"]
    except (OSError, ValueError, KeyError, TypeError):
        recipe = "llama-cpp-python"
    facts: dict[str, object] = {"recipe": str(recipe)}
    try:
        read_header(settings.llm_model_path)
    except ModelUnavailable:
        return Check("engine", "ok", "doctor-engine-there", parameters=facts)
    if settings.llm_provider != "local":
        return Check("engine", "ok", "doctor-engine-there", parameters=facts)
    try:
        try_model(settings)
    except SaseoError as error:
        return Check("engine", "fail", error=error)
    return Check("engine", "ok", "doctor-engine-works", parameters=facts)


def _embedding(settings: Settings, probe: Probe) -> Check:
    try:
        status, abilities = probe(settings)
    except SaseoError as error:
        return Check("embedding", "fail", error=error)
    if settings.embeddings_provider == "none":
        return Check("embedding", "ok", "doctor-embedding-off")
    better = embedding_sentence(status, settings, "en").command
    facts: dict[str, object] = {"command": better, "model": status.used or ""}
    fix = "doctor-embedding-get" if better else ""
    if abilities is None:
        return Check("embedding", "warn", "doctor-embedding-none", fix, facts)

    def skill(question: Language, passage: Language) -> str:
        return f"{abilities.of(question, passage).skill:.0%}"

    facts |= {"korean": skill("ko", "ko"), "english": skill("en", "en"), "across": skill("ko", "en")}
    level: Level = "warn" if better or set(abilities.languages) != set(LANGUAGES) else "ok"
    return Check("embedding", level, "doctor-embedding-probe", fix, facts)


def _milvus(settings: Settings) -> Iterator[Check]:
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


def _knowledge(settings: Settings, open_knowledge: OpenKnowledge) -> Iterator[Check]:
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
    for problem in status.problems:
        yield Check("index", "warn", error=problem.error)


def _gb(size: float) -> str:
    return f"{size / GIGABYTE:.1f} GB"
