"""A day of the librarian's, with the models that are here: `python -m tests.egress.day FOLDER`.

It indexes, notices a changed document, has a question answered by a language model in its own process, and runs as
the bot does. Nothing tells it that there is no network.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.cli import main as saseo
from tests.gguf_models import scripted

QUESTION = "연차 휴가는 며칠인가요?"
ANSWER = "열다섯 날입니다 [1]."


def main(folder: Path) -> None:
    """Live through it; raises where a command fails."""
    os.chdir(folder)
    leave = Path("handbook", "휴가.md")
    leave.parent.mkdir()
    leave.write_text("# 휴가 규정\n\n연차 휴가는 입사 첫해에 열 날이 주어집니다.\n", encoding="utf-8")
    Path("handbook", "page.html").write_text(
        '<h1>VPN</h1><p>Ask for VPN access at <a href="https://help.example.com/vpn">the help desk</a>.</p>'
        '<img src="https://pictures.example.com/1.png"><script src="https://scripts.example.com/1.js"></script>',
        encoding="utf-8",
    )
    Path(".env").write_text(
        "SHARED_FOLDERS=handbook\nLLM_MODEL_PATH=model.gguf\nLLM_CONTEXT_SIZE=2048\nLLM_QUESTION_SIZE=2048\n"
        "LLM_MAX_TOKENS=64\nLLM_THREADS=1\nANSWER_THRESHOLD=0.01\n"
    )
    scripted(Path("model.gguf"), ANSWER)
    do("index")
    leave.write_text("# 휴가 규정\n\n연차 휴가는 입사 첫해에 열다섯 날이 주어집니다.\n", encoding="utf-8")
    do("index")
    do("ask", QUESTION, "--model")
    with_lines(f"{QUESTION}\nHow do I get VPN access?\n")
    do("run")


def do(*arguments: str) -> None:
    """One command."""
    code = saseo([*arguments, "--lang", "ko"])
    if code:
        raise SystemExit(f"saseo {' '.join(arguments)}: {code}")


def with_lines(text: str) -> None:
    """Make standard input a pipe that holds this."""
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    os.dup2(reading, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
