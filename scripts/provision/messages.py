"""The person's language, and the set-up's sentences in it (messages.toml, beside this file)."""

from __future__ import annotations

import functools
import os
import tomllib
from pathlib import Path


def language() -> str:
    """`ko` or `en`, by the locale's variables (POSIX: LC_ALL, then LC_MESSAGES, then LANG)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "ko" if value.lower().startswith("ko") else "en"
    return "en"


@functools.cache
def _messages() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def text(key: str, **values: object) -> str:
    """The message `key` in the person's language, filled in.

    Raises:
        KeyError: no such message, or one of its values is missing.
    """
    return _messages()[key][language()].format(**values)
