"""The child: reads documents from its standard input.

python -m knowledge.parsing.sandbox.child LIMITS MODULE:FUNCTION
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from knowledge.errors import Unreadable
from knowledge.parsing import Parse
from knowledge.parsing.blocks import limit_characters
from knowledge.parsing.ocr import Picture
from knowledge.parsing.pdf import draw_page
from knowledge.parsing.sandbox import confine
from knowledge.parsing.sandbox.limits import Limits
from knowledge.parsing.sandbox.wire import Request, receive_request, send_document, send_failure, send_picture


def main(limits_as_json: str, reader: str) -> None:
    """Read documents until the input ends.

    The standard output becomes nothing for everyone else, so that a library that prints doesn't answer.
    """
    limits = Limits(**json.loads(limits_as_json))
    module, _, function = reader.partition(":")
    parse: Parse = getattr(importlib.import_module(module), function)
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    _stand_back(limits.niceness)
    confine.enter(limits)
    limit_characters(limits.characters)
    last = b""
    while (request := receive_request(requests)) is not None:
        confine.next_document(limits)
        if request.page is None:
            last = request.data
            _answer(answers, parse, request, limits)
        else:
            send_picture(answers, _drawn(last, request.page))
        confine.rest()


def _stand_back(niceness: int) -> None:
    """Leave the processors to others first; Linux shares them between sessions, and this one has its own."""
    os.nice(niceness)
    if niceness:
        with suppress(OSError):  # the file is Linux's, and not every Linux's
            Path("/proc/self/autogroup").write_text(str(niceness), encoding="ascii")


def _drawn(data: bytes, page: int) -> Picture | None:
    try:
        return draw_page(data, page)
    except Unreadable:
        return None


def _answer(answers: BinaryIO, parse: Parse, request: Request, limits: Limits) -> None:
    try:
        document = parse(request.name, request.data)
    except Unreadable as error:
        send_failure(answers, str(error.parameters["reason"]), str(error.parameters["detail"]))
    except (MemoryError, RecursionError) as error:
        send_failure(answers, "too_complex", type(error).__name__, _trace(error))
    except Exception as error:  # noqa: BLE001 - told to the parent, which logs it
        send_failure(answers, "unexpected", type(error).__name__, _trace(error))
    else:
        pieces = sum(1 + len(block.parts) for block in document.blocks)
        if len(document.text) > limits.characters:
            send_failure(answers, "too_complex", f"{len(document.text):,} > {limits.characters:,}")
        elif pieces > limits.pieces:
            send_failure(answers, "too_complex", f"{pieces:,} > {limits.pieces:,}")
        else:
            send_document(answers, document)


def _trace(error: BaseException) -> str:
    """Where it happened, without the error's text, which may quote the document."""
    frames = traceback.extract_tb(error.__traceback__, limit=-8)
    return " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))


if __name__ == "__main__":
    main(*sys.argv[1:])
