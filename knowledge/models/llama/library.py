"""llama.cpp's library, with its own log going to ours. Only this module, `model` and `context` touch it."""

from __future__ import annotations

import ctypes
import functools
import logging
from typing import Any

from knowledge.errors import MissingDependency

_log = logging.getLogger(__name__)
_ERROR = 4  # ggml's log level


_callback: Any = None


@functools.cache
def library() -> Any:
    """The library, with its own log going to ours."""
    try:
        import llama_cpp
    except (ImportError, OSError, RuntimeError) as error:
        command = "python scripts/build_llama.py"
        raise MissingDependency(package="llama-cpp-python", command=command) from error
    global _callback  # noqa: PLW0603 (C holds a pointer to it as long as the process lives)
    _callback = llama_cpp.llama_log_callback(_take_log)
    llama_cpp.llama_log_set(_callback, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    return llama_cpp


complaints: list[str] = []
"""The last errors that llama.cpp wrote; why something failed stands nowhere else."""


def _take_log(level: int, text: bytes, _data: object) -> None:
    line = text.decode("utf-8", "replace").rstrip()
    if level == _ERROR:
        complaints.append(line)
        del complaints[:-8]
    if line.strip("."):
        _log.debug("%s", line)
