"""Microsoft's markitdown, reading files: run by the Python of an environment that has it, and not ours.

A line in is a `path`, and whether its `text` is wanted, as JSON; a line out is the text, an empty one where
it isn't wanted, or null where the file can't be read.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any


def main() -> None:
    """Read until the input ends."""
    from markitdown import MarkItDown  # type: ignore[import-not-found, unused-ignore]

    warnings.simplefilter("ignore")
    reader: Any = MarkItDown()
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    for line in sys.stdin:
        wanted = json.loads(line)
        try:
            text = reader.convert_local(wanted["path"]).text_content
        except Exception:  # noqa: BLE001 - it raises what it likes
            text = None
        print(json.dumps(text if wanted["text"] or text is None else ""), file=answers, flush=True)


if __name__ == "__main__":
    main()
