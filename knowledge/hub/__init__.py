"""The one door to a model hub: files are fetched when a person says so, and never otherwise.

`client.py` does it with huggingface_hub, which is imported with it and not before.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import MissingDependency

if TYPE_CHECKING:
    from knowledge.hub.client import Hub

ENDPOINT = "https://huggingface.co"

Progress = Callable[[int, int], None]
"""Is told the bytes that are here and the bytes that are needed."""


def connect(endpoint: str = ENDPOINT, token: str | None = None) -> Hub:
    """A hub that speaks the protocol of huggingface.co; nothing is asked yet.

    Args:
        endpoint: its address.
        token: for gated and private models; sent to this host alone.

    Raises:
        MissingDependency: huggingface_hub isn't installed.
    """
    try:
        from knowledge.hub.client import Hub
    except ImportError as exc:
        raise MissingDependency(package="huggingface_hub", command="pip install 'saseo[hub]'") from exc
    return Hub(endpoint, token)


def cache_folder() -> Path | None:
    """The hub's own cache on this machine, which HF_HOME moves; None without its library."""
    try:
        from huggingface_hub.constants import HF_HUB_CACHE
    except ImportError:
        return None
    return Path(HF_HUB_CACHE)
