#!/usr/bin/env python3
"""Fetch the language model: `saseo models download language`, for those who look for a script.

    .venv/bin/python scripts/download_qwen2.5.py [MODEL] [--yes]

MODEL is a name of `saseo models list` (qwen2.5-7b without one); all else is as the command has it.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Run as a file, it finds only its own folder.
sys.path.insert(0, str(ROOT))


def main(arguments: list[str]) -> int:
    """Run the command from the repository's root, whose .env and folders it uses; the exit status."""
    if importlib.util.find_spec("typer") is None:  # which the command line can't do without
        print(
            "Saseo isn't installed in this Python. Run `make setup` first, then:\n"
            "사서가 이 Python에 설치되어 있지 않습니다. 먼저 make setup을 실행한 뒤:\n\n"
            f"    .venv/bin/python {Path(__file__).resolve().relative_to(ROOT)}",
            file=sys.stderr,
        )
        return 1
    from bot.cli import main as saseo

    os.chdir(ROOT)
    return saseo(["models", "download", "language", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
