"""SHA-256 sums of the model files in a folder, in the file that `sha256sum -c SHA256SUMS` reads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from knowledge.storage import write_atomically

FILE_NAME = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_BLOCK = 1 << 20


def sha256(path: Path, progress: Callable[[int], None] | None = None) -> str:
    """The sum of a file, in hexadecimal digits. `progress` is told the bytes of each piece that was read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            if progress:
                progress(len(block))
    return digest.hexdigest()


def recorded(folder: Path) -> dict[str, str]:
    """The sums that are known of the files in `folder`, by the files' paths within it."""
    try:
        lines = (folder / FILE_NAME).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    return {found[2]: found[1] for line in lines if (found := _LINE.fullmatch(line))}


def record(folder: Path, sums: Mapping[str, str]) -> None:
    """Keep the sums of some files beside those of the others.

    Raises:
        StorageFull: the disk is full; what was recorded stands.
    """
    known = {**recorded(folder), **sums}
    write_atomically(folder / FILE_NAME, "".join(f"{known[name]}  {name}\n" for name in sorted(known)))
