"""Landlock for Linux (5.13 and later): the kernel lets this process read its libraries, and no other file.

The calls are those of landlock(7); the C library has no names for them.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1
_EXECUTE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 2, 1 << 3
_EVERYTHING = (1 << 13) - 1  # of the first version: reading, writing, making and removing of every kind
_SET_NO_NEW_PRIVILEGES = 38
# Shared libraries, and what finds them.
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")


def is_supported() -> bool:
    """Whether the kernel has it."""
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"):
        return False
    return _call(_CREATE_RULESET, None, 0, _ASK_VERSION) > 0


def install(package: Path) -> bool:
    """Restrict this process to its libraries and one package's folder. False where the kernel can't.

    Raises:
        OSError: the kernel refused it.
    """
    if not is_supported():
        return False
    rules = _checked(_call(_CREATE_RULESET, struct.pack("=Q", _EVERYTHING), 8, 0))
    try:
        for path in {*_SYSTEM, *_libraries(package), str(package)}:
            _allow(rules, path)
        _checked(ctypes.CDLL(None, use_errno=True).prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
        _checked(_call(_RESTRICT_SELF, rules, 0))
    finally:
        os.close(rules)
    return True


def _libraries(package: Path) -> Iterable[str]:
    """Python's own files and those it imports from.

    Not the folder that the package lies in (a checkout has its settings and data there), nor the current one.
    """
    elsewhere = {str(package.parent), str(Path.cwd()), ""}
    return [
        path
        for path in (sys.prefix, sys.base_prefix, *sys.path)
        if path not in elsewhere or "-packages" in path
    ]


def _allow(rules: int, path: str) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this system
        return
    access = _EXECUTE | _READ_FILE | (_READ_FOLDER if Path(path).is_dir() else 0)
    try:
        _checked(_call(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", access, opened), 0))
    finally:
        os.close(opened)


def _call(number: int, *arguments: int | bytes | None) -> int:
    return int(ctypes.CDLL(None, use_errno=True).syscall(number, *arguments))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
