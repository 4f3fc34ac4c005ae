"""The language of the screen: `--lang`, SASEO_LANG (environment, then `.env`), or the system's locale."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from bot.envfile import decode
from knowledge.types import Language

_IN_FILE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?SASEO_LANG[ \t]*=[ \t]*[\"']?(ko|en)\b", re.IGNORECASE | re.MULTILINE
)


def screen_language(arguments: Sequence[str], environment: Mapping[str, str], env_file: Path) -> Language:
    """The language to speak before any setting is read, so that help and errors are in it too."""
    for name, value in pairwise(arguments):
        if name == "--lang" and value in ("ko", "en"):
            return "ko" if value == "ko" else "en"
    chosen = environment.get("SASEO_LANG", "").strip().lower()
    if not chosen:
        try:
            found = _IN_FILE.findall(decode(env_file.read_bytes()))
        except OSError:
            found = []
        chosen = found[-1].lower() if found else ""
    if chosen in ("ko", "en"):
        return "ko" if chosen == "ko" else "en"
    locale = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    return "ko" if locale.lower().startswith("ko") else "en"
