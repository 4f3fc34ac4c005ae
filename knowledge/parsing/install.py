"""Which of the libraries that read documents are here, and how to get those that aren't."""

from __future__ import annotations

import importlib
import importlib.util

from knowledge.errors import Unreadable

COMMAND = "pip install 'saseo[documents]'"
LIBRARIES = {
    "unhwp": ("HWP", "HWPX"),
    "pypdfium2": ("PDF",),
    "python_calamine": ("XLSX", "XLS", "ODS"),
    "striprtf": ("RTF",),
    "olefile": ("MSG",),
}
"""The formats that need a library of their own."""


def not_installed(package: str, error: Exception) -> Unreadable:
    """The error for a format whose library can't be imported.

    `detail` is the command that installs it, or the library's word where it has no build for this machine.
    """
    detail = COMMAND if isinstance(error, ImportError) else f"{package}: {error}"
    return Unreadable(reason="not_installed", detail=detail)


def unusable() -> dict[str, str]:
    """The libraries that can't be used here, each with the reason: not installed (empty), or its own word."""
    found: dict[str, str] = {}
    for library in LIBRARIES:
        try:
            importlib.import_module(library)
        except ImportError:
            found[library] = ""
        except OSError as error:  # it has no build for this machine
            found[library] = str(error)
    return found


def installed() -> str:
    """A short name of what is installed: a file that couldn't be read is tried again when it changes."""
    return "".join(library[0] for library in LIBRARIES if importlib.util.find_spec(library) is not None)
