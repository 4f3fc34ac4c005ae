"""Which kind of document an answer holds, by its type and, where that says little, by its URL."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote, urlsplit

from knowledge.errors import NotFetched
from knowledge.parsing import extension, supported
from knowledge.sources.uploads import safe_name
from knowledge.sources.web.fetch import Fetched

_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
_ENDINGS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "txt",
    "text/markdown": "md",
    "text/x-rst": "rst",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/yaml": "yaml",
    "application/toml": "toml",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "application/epub+zip": "epub",
    "message/rfc822": "eml",
    "application/x-hwp": "hwp",
    "application/haansofthwp": "hwp",
    "application/vnd.hancom.hwp": "hwp",
    "application/vnd.hancom.hwpx": "hwpx",
    "application/hwp+zip": "hwpx",
    f"{_OFFICE}.wordprocessingml.document": "docx",
    f"{_OFFICE}.presentationml.presentation": "pptx",
    f"{_OFFICE}.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel": "xls",
    f"{_OPEN}.text": "odt",
    f"{_OPEN}.presentation": "odp",
    f"{_OPEN}.spreadsheet": "ods",
}
# Servers that don't know better say these of anything.
_VAGUE = frozenset(
    ("", "text/plain", "application/octet-stream", "binary/octet-stream", "application/download")
)
_LONGEST_STEM = 60
_DIGEST = 10


def name_of(url: str, fetched: Fetched) -> str:
    """The name to keep an answer under: from its URL, and another one for each URL.

    Raises:
        NotFetched: `type`: it is no document that is read here.
    """
    kind = fetched.headers.get("content-type", "").partition(";")[0].strip().lower()
    path = unquote(urlsplit(fetched.url).path)
    ending = _ENDINGS.get(kind, "")
    if kind in _VAGUE and supported(path.lower()):
        ending = extension(path).lstrip(".").lower() or ending
    if not ending:
        raise NotFetched(reason="type", host=urlsplit(url).hostname or "", detail=kind[:80])
    return f"{_stem(url)}.{ending}"


def _stem(url: str) -> str:
    parts = urlsplit(url)
    last = unquote(parts.path).rstrip("/").rpartition("/")[2].rpartition(".")
    readable = re.sub(r"[\s.]+", " ", f"{parts.hostname} {last[0] or last[2]}").strip()
    digest = hashlib.sha256(url.encode()).hexdigest()[:_DIGEST]
    stem = safe_name(f"{readable[:_LONGEST_STEM]} {digest}.md")
    return stem.removesuffix(".md")
