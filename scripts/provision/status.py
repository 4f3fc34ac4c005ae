"""How a build that runs in the background is doing, for whoever wants to show it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from scripts.provision.environment import write_json


class Status:
    """What a running build tells others: `.venv/llama-build.json`.

    Keys: pid, state (`running`, `done`, `failed`), stage (a sentence), percent (0 to 100), eta_seconds (or
    null), started and updated (Unix time), message (a sentence when it has ended).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._data: dict[str, object] = {}

    def begin(self, pid: int | None = None) -> None:
        """A build has begun, in this process unless `pid` names another."""
        self._data = {"pid": pid or os.getpid(), "state": "running", "started": time.time(), "message": ""}
        self.update("", 0.0, None)

    def update(self, stage: str, share: float, left: float | None) -> None:
        """Where it is."""
        eta = None if left is None else round(left)
        self._data |= {
            "stage": stage,
            "percent": round(100 * share),
            "eta_seconds": eta,
            "updated": time.time(),
        }
        write_json(self._path, self._data)

    def end(self, state: str, message: str) -> None:
        """How it ended. Nothing is written when it never began: the file may tell of another build."""
        if not self._data:
            return
        self._data |= {"state": state, "message": message, "updated": time.time()}
        if state == "done":
            self._data |= {"percent": 100, "eta_seconds": 0}
        write_json(self._path, self._data)

    def read(self) -> dict[str, object] | None:
        """What the last build told, None before any; `state` is `interrupted` when its process is gone."""
        try:
            data: dict[str, object] = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if data.get("state") == "running" and not _alive(int(str(data.get("pid", 0)))):
            data["state"] = "interrupted"
        return data


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0
