"""The command line before Typer sees it: options for every command may stand anywhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

WITH_VALUE = ("--data-dir", "--env-file", "--lang")
FLAGS = ("--verbose", "-v")


def hoist(arguments: Sequence[str]) -> list[str]:
    """The arguments with the common options first, where the parser wants them; `--name=value` becomes two.

    What follows `--` is left alone.
    """
    common: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        name, equals, value = argument.partition("=")
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in FLAGS:
            common.append(argument)
        elif argument in WITH_VALUE:
            common += [argument, *([given] if (given := next(waiting, None)) is not None else [])]
        elif equals and name in WITH_VALUE:
            common += [name, value]
        else:
            rest.append(argument)
    return common + rest


def clean(argument: str) -> str:
    """A person's text from the command line: NFC, and bytes that were no UTF-8 read as CP949."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        data = argument.encode("utf-8", "surrogateescape")
        argument = data.decode("cp949", "replace")
    return unicodedata.normalize("NFC", argument)
