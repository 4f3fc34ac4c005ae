"""Times the start of the chat with 100,000 passages indexed: the prompt, the first answers, and the memory.

Makes the corpus of `bench_search.py` with vectors of the packaged model's name and size, then starts
`saseo chat` at a pseudo-terminal, asks as soon as the prompt is there, and reads the process's memory. The
first question has the words of one passage, so that the documents answer it by their words; the second is
of words that stand together nowhere, so that it waits for the embedding model.

    python -m scripts.bench_start [--passages 100000] [--folder DIR]
"""

from __future__ import annotations

import argparse
import os
import pty
import select
import sys
import tempfile
import time
from pathlib import Path

import psutil

from knowledge.catalog import Catalog, reading
from knowledge.embedding import EmbeddingSpace, open_embedder
from knowledge.library import Library
from knowledge.types import EVERYONE
from scripts import bench_search

BY_MEANING = "w17 w250 w3999 w12 w801"
QUESTION_WORDS = 8
ANSWERED = "[1]"
REFUSED = "don't say"


def main() -> None:
    """Make the corpus if it isn't there, start, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        _start(folder, _prepare(folder, arguments.passages))


def _prepare(folder: Path, passages: int) -> str:
    """Makes the corpus; gives a question that one of its passages answers."""
    embedder, status = open_embedder("local", "minilm", "cpu", folder / "models")
    if embedder is None:
        raise SystemExit(f"no embedding model: {status}")
    bench_search.DIMENSIONS = embedder.dimensions
    catalog = Catalog.in_folder(folder)
    catalog.prepare()
    library = Library(
        catalog, folder / "index", EmbeddingSpace(embedder.name, embedder.dimensions), owner=True
    )
    bench_search.fill(library, passages)
    with catalog.read() as connection:
        document = reading.list_documents(connection, frozenset({EVERYONE}))[0]
        (passage,) = reading.document_passages(connection, document.id)
    library.close()
    return " ".join(passage.text.split()[:QUESTION_WORDS])


def _start(folder: Path, question: str) -> None:
    command = [sys.executable, "-m", "bot", "--lang", "en", "--data-dir", str(folder), "chat"]
    began = time.monotonic()
    process, terminal = pty.fork()
    if process == 0:
        os.environ["EMBEDDINGS_MODEL"] = "minilm"
        os.execv(command[0], command)  # noqa: S606 - our own program, at the terminal that was made for it
    seconds = {}
    for name, line, mark in (
        ("prompt", "", "ask>"),
        ("first answer", question, ANSWERED),
        ("answer by meaning", BY_MEANING, REFUSED),
    ):
        if line:
            os.write(terminal, f"{line}\n".encode())
        shown = _read_until(terminal, (mark,))
        if mark not in shown:
            raise SystemExit(f"no {name}: {shown}")
        seconds[name] = time.monotonic() - began
    memory = psutil.Process(process).memory_info().rss
    os.write(terminal, b"/quit\n")
    _read_until(terminal, ())
    os.waitpid(process, 0)
    print(", ".join(f"{name} after {after:.2f} s" for name, after in seconds.items()))
    print(f"{memory / 2**20:.0f} MiB resident")


def _read_until(terminal: int, marks: tuple[str, ...], seconds: float = 120) -> str:
    """What the terminal shows until one of the marks, the end of the program, or the time is up."""
    shown = ""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not any(mark in shown for mark in marks):
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            shown += os.read(terminal, 65536).decode(errors="replace")
        except OSError:  # Linux's way to say that the other end was closed
            break
    return shown


if __name__ == "__main__":
    main()
