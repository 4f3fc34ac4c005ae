"""Fuzzes what reads documents, guided by coverage: every reader's entry, our own above all.

    pip install 'saseo[fuzz]'
    python -m scripts.fuzz_parsing [--seconds 120] [--corpus FOLDER] [--only docx]

A document must come out sound, or `Unreadable` be raised; anything else ends the run with its input.
It runs in this process, without the sandbox: a fault that the sandbox would hide is to be seen. `--corpus`
keeps what was found on the way; without it the run begins with one whole document of every format.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

OURS = (
    "archive",
    "blocks",
    "code",
    "compound",
    "docx",
    "docx_numbers",
    "encoding",
    "epub",
    "html",
    "html_blocks",
    "hwp",
    "hwpml",
    "mail",
    "markdown",
    "notebook",
    "odf",
    "package",
    "pptx",
    "signatures",
    "tables",
    "text",
)


def main() -> None:
    """Fuzz for so many seconds; the exit code isn't 0 if something was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--only", default="", help="names that hold this")
    arguments = parser.parse_args()
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError as error:
        raise SystemExit("pip install 'saseo[fuzz]'") from error
    with atheris.instrument_imports(include=["knowledge.parsing"]):
        for module in OURS:
            importlib.import_module(f"knowledge.parsing.{module}")
    shared: Any = importlib.import_module("tests.knowledge.parsing.hostile.test_fuzz")
    samples = {name: data for name, data in shared.samples().items() if arguments.only in name}
    with tempfile.TemporaryDirectory() as place:
        corpus = arguments.corpus or Path(place)
        corpus.mkdir(parents=True, exist_ok=True)
        for number, (name, data) in enumerate(samples.items()):
            (corpus / f"seed-{name}").write_bytes(bytes([number]) + data)
        options = [
            f"-max_total_time={arguments.seconds}",
            "-timeout=60",
            "-rss_limit_mb=3072",
            "-max_len=60000",
        ]
        atheris.Setup([sys.argv[0], str(corpus), *options], _entry(list(samples), shared.check))
        atheris.Fuzz()


def _entry(names: list[str], check: Callable[[str, bytes], object]) -> Callable[[bytes], None]:
    def one(data: bytes) -> None:
        """The first byte is the name's number."""
        if data:
            check(names[data[0] % len(names)], data[1:])

    return one


if __name__ == "__main__":
    main()
