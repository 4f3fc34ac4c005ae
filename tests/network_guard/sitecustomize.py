"""Python imports this at its start when the folder is on PYTHONPATH: the guard for child processes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location("network_guard", Path(__file__).with_name("guard.py"))
if _spec and _spec.loader:
    _guard = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_guard)
    _guard.install()
