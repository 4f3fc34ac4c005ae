"""What a folder leaves out, in gitignore's syntax and with its meaning; by pathspec."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pathspec import GitIgnoreSpec

_BELOW = "ps_d"  # pathspec's group for the slash after a folder that a pattern names
_SPACES = re.compile(r"((?:[^\\]|\\.)*?) *", re.DOTALL)


class Patterns:
    """Patterns for a walk that doesn't enter what is left out.

    As in Git, the last pattern that names a file or folder itself decides on it, so that `!notes/` takes back
    a folder and not the files in it that another pattern names. (pathspec alone would take those back too.)

    Raises:
        ValueError: a line is no pattern.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        spec = GitIgnoreSpec.from_lines(_trimmed(line) for line in lines)
        self._rules: list[tuple[re.Pattern[str], bool]] = [
            (each.regex, each.include)
            for each in reversed(list(spec.patterns))
            if each.regex is not None and each.include is not None  # a comment or a blank line
        ]

    def leaves_out(self, path: str, *, is_folder: bool) -> bool:
        """Whether a file or folder, by its path within the root without a slash at its end, is left out."""
        for regex, is_left_out in self._rules:
            if _names(regex, path) or (is_folder and _names_folder(regex, path + "/")):
                return is_left_out
        return False


def _trimmed(line: str) -> str:
    """A line without the spaces at its end, but for one that is escaped."""
    found = _SPACES.fullmatch(line)
    return found[1] if found else line


def _names(regex: re.Pattern[str], path: str) -> bool:
    """Whether a pattern is for this path, and not for a folder around it."""
    match = regex.search(path)
    return match is not None and match.groupdict().get(_BELOW) is None


def _names_folder(regex: re.Pattern[str], path: str) -> bool:
    return _BELOW in regex.groupindex and any(
        match.end(_BELOW) == len(path) for match in regex.finditer(path)
    )
