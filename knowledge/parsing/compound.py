"""Compound files ([MS-CFB]): what lies at their root, which tells what they are."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_SECTOR_SHIFTS = (9, 12)
_LAST = 0xFFFFFFFA  # and above: no sector
_IN_HEADER = 109  # of the sectors that hold the allocation table
_ENTRY = 128
_MOST_SECTORS = 4096  # of the directory


def root_names(data: bytes) -> frozenset[str]:
    """The names of the streams and storages at the root; none where the directory can't be followed.

    What is attached to a message lies deeper, with names of its own kind.
    """
    try:
        entries = _entries(data)
        found: set[str] = set()
        seen: set[int] = set()
        waiting = [_number(entries[0], 76)]
        while waiting:
            number = waiting.pop()
            if number in seen or number >= len(entries):
                continue
            seen.add(number)
            entry = entries[number]
            size = min(struct.unpack_from("<H", entry, 64)[0], 64)
            found.add(entry[: max(size - 2, 0)].decode("utf-16-le", errors="replace"))
            waiting += [_number(entry, 68), _number(entry, 72)]
    except (struct.error, IndexError):
        return frozenset()
    return frozenset(found)


def _entries(data: bytes) -> list[bytes]:
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in _SECTOR_SHIFTS:
        return []
    size = 1 << shift
    table = list(_table_sectors(data, size))
    entries: list[bytes] = []
    sector, seen = _number(data, 48), set[int]()
    while sector < _LAST and sector not in seen and len(seen) < _MOST_SECTORS:
        seen.add(sector)
        content = data[(sector + 1) * size : (sector + 2) * size]
        entries += [content[place : place + _ENTRY] for place in range(0, len(content), _ENTRY)]
        in_table, place = divmod(sector, size // 4)
        sector = _number(data, (table[in_table] + 1) * size + 4 * place) if in_table < len(table) else _LAST
    return entries


def _table_sectors(data: bytes, size: int) -> Iterator[int]:
    """Where the allocation table is: its first sectors by the header, the others by a chain of lists."""
    yield from struct.unpack_from(f"<{_IN_HEADER}I", data, 76)
    sector, seen = _number(data, 68), set[int]()
    while sector < _LAST and sector not in seen:
        seen.add(sector)
        *sectors, sector = struct.unpack_from(f"<{size // 4}I", data, (sector + 1) * size)
        yield from sectors


def _number(data: bytes, place: int) -> int:
    number: int = struct.unpack_from("<I", data, place)[0]
    return number
