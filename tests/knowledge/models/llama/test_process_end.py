"""The model's process doesn't outlive its engine."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import threading, time
from knowledge.models.llama.__main__ import end_with_a_thread

def engine():
    raise ValueError("a defect")

threading.excepthook = end_with_a_thread
threading.Thread(target=engine, name="llama").start()
time.sleep(600)
"""


def test_a_thread_that_fails_ends_the_process() -> None:
    """An error that ends the engine's thread ends the process too, with its reason in the log."""
    ended = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 1
    assert "the thread llama failed" in ended.stderr
    assert "a defect" in ended.stderr
