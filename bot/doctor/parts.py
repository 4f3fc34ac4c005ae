"""What is installed: packages, the formats they read, what confines them, OCR."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterable, Iterator

from bot.doctor.check import Check, Level
from bot.settings import Settings
from knowledge.parsing import install
from knowledge.parsing.ocr import Tesseract
from knowledge.parsing.sandbox import absent

PACKAGES = (
    ("kiwipiepy", "pip install saseo"),
    ("faiss", "pip install 'saseo[faiss]'"),
    ("tantivy", "pip install 'saseo[faiss]'"),
    ("pymilvus", "pip install 'saseo[milvus]'"),
    ("sentence_transformers", "pip install 'saseo[embeddings]'"),
)


def packages(settings: Settings) -> Iterator[Check]:
    """Those that the settings need and that are missing."""
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


def formats() -> Iterator[Check]:
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


def confinement() -> Check:
    """What this kernel lacks of what keeps a hostile document in its process."""
    facts: dict[str, object] = {"missing": ", ".join(absent())}
    if facts["missing"]:
        return Check("confinement", "warn", "doctor-confinement-lacks", parameters=facts)
    return Check("confinement", "ok", "doctor-confinement-whole", parameters=facts)


def ocr(settings: Settings) -> Check:
    """What scans are read with."""
    path = shutil.which(settings.ocr_command) if settings.ocr_command else None
    if path is None:
        return Check("ocr", "ok", "doctor-ocr-none", "doctor-ocr-install")
    facts = {"path": path, "languages": ", ".join(Tesseract(path).lacks())}
    if facts["languages"]:
        return Check("ocr", "warn", "doctor-ocr-lacks", "doctor-ocr-install", facts)
    return Check("ocr", "ok", "doctor-ocr-there", parameters=facts)
