"""Writes compound files ([MS-CFB]), in which HWP 5 and MSG lie: there is no package that does."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_NONE = 0xFFFFFFFF


@dataclass
class _Entry:
    name: str
    kind: int  # 1 storage, 2 stream, 5 root
    data: bytes = b""
    children: list[int] = field(default_factory=list)
    start: int = _END
    size: int = 0


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file with these streams; a name with slashes lies in storages."""
    entries = [_Entry("Root Entry", 5)]
    storages = {"": 0}
    for path, data in streams.items():
        parent = ""
        *folders, name = path.split("/")
        for folder in folders:
            inner = f"{parent}/{folder}"
            if inner not in storages:
                entries[storages[parent]].children.append(len(entries))
                storages[inner] = len(entries)
                entries.append(_Entry(folder, 1, start=0))
            parent = inner
        entries[storages[parent]].children.append(len(entries))
        entries.append(_Entry(name, 2, data, size=len(data)))

    sectors: list[bytes] = []
    fat: list[int] = []

    def chain(data: bytes) -> int:
        """Put data into sectors; gives the first one."""
        count = -(-len(data) // _SECTOR)
        if not count:
            return _END
        first = len(sectors)
        padded = data.ljust(count * _SECTOR, b"\0")
        sectors.extend(padded[i * _SECTOR : (i + 1) * _SECTOR] for i in range(count))
        fat.extend([*range(first + 1, first + count), _END])
        return first

    mini, mini_fat = b"", []
    for entry in entries:
        if entry.kind != 2:
            continue
        if entry.size >= _CUTOFF:
            entry.start = chain(entry.data)
        elif entry.size:
            count = -(-entry.size // _MINI)
            entry.start = len(mini_fat)
            mini_fat += [*range(entry.start + 1, entry.start + count), _END]
            mini += entry.data.ljust(count * _MINI, b"\0")
    entries[0].start, entries[0].size = chain(mini), len(mini)
    mini_fat_start = chain(struct.pack(f"<{len(mini_fat)}I", *mini_fat)) if mini_fat else _END
    directory_start = chain(b"".join(_directory(entry, entries) for entry in entries))
    fat_sectors = 1
    while (len(fat) + fat_sectors) * 4 > fat_sectors * _SECTOR:
        fat_sectors += 1
    fat_start = len(sectors)
    fat += [_FAT] * fat_sectors
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fat_sectors * _SECTOR, b"\xff")
    sectors += [table[i * _SECTOR : (i + 1) * _SECTOR] for i in range(fat_sectors)]
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, fat_sectors, directory_start, 0, _CUTOFF,
        mini_fat_start, -(-len(mini_fat) * 4 // _SECTOR), _END, 0,
    )  # fmt: skip
    places = [*range(fat_start, fat_start + fat_sectors)]
    header += struct.pack("<109I", *(places + [_FREE] * (109 - len(places))))
    return header + b"".join(sectors)


def _directory(entry: _Entry, entries: list[_Entry]) -> bytes:
    # Siblings hang to the right of each other in the order of [MS-CFB] 2.6.4: by length, then by letter.
    name = entry.name.encode("utf-16-le")
    parent = next((each for each in entries if entries.index(entry) in each.children), None)
    right = _NONE
    if parent is not None:
        order = sorted(parent.children, key=lambda i: (len(entries[i].name), entries[i].name.upper()))
        place = order.index(entries.index(entry))
        right = order[place + 1] if place + 1 < len(order) else _NONE
    children = sorted(entry.children, key=lambda i: (len(entries[i].name), entries[i].name.upper()))
    child = children[0] if children else _NONE
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        name,
        len(name) + 2,
        entry.kind,
        1,
        _NONE,
        right,
        child,
        b"",
        0,
        0,
        0,
        entry.start,
        entry.size,
    )
