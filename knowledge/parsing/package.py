"""ZIP packages and the XML in them, opened as a stranger's."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from xml.etree import ElementTree as ET  # its parser fetches nothing, and a DOCTYPE is refused below

from knowledge.errors import Unreadable

MEBIBYTE = 1 << 20
# What a package may unfold to, all that is read of it together: a zip bomb has a thousand times as much.
MOST_BYTES = 200 * MEBIBYTE
MOST_ENTRIES = 20_000
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)|<\0!\0(?:D\0O\0C\0T|E\0N\0T)|\0<\0!\0(?:D\0O\0C\0T|E\0N\0T)")
_ENCRYPTED = 0x1


class Package:
    """A ZIP file's entries, read into memory one by one and never written anywhere.

    Raises:
        Unreadable: `malformed`, or `too_complex` (too many entries).
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise Unreadable(reason="malformed", detail="ZIP") from error
        self.entries = [entry for entry in self._archive.infolist() if not entry.is_dir()]
        if len(self.entries) > MOST_ENTRIES:
            raise Unreadable(reason="too_complex", detail=f"{len(self.entries):,} > {MOST_ENTRIES:,}")
        self._by_name = {entry.filename.replace("\\", "/"): entry for entry in self.entries}
        self._left = MOST_BYTES

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def names(self, pattern: str) -> list[str]:
        """The entries whose whole names match a regular expression, in the archive's order."""
        return [name for name in self._by_name if re.fullmatch(pattern, name)]

    def read(self, name: str) -> bytes:
        """An entry's content.

        Raises:
            Unreadable: `malformed`, `encrypted`, or `too_complex` (the package unfolds to too much).
        """
        entry = self._by_name.get(name)
        if entry is None:
            raise Unreadable(reason="malformed", detail=name)
        return self.open(entry)

    def open(self, entry: zipfile.ZipInfo) -> bytes:
        """The same for one of `entries`."""
        if entry.flag_bits & _ENCRYPTED:
            raise Unreadable(reason="encrypted", detail="ZIP")
        try:
            with self._archive.open(entry) as stream:
                data = stream.read(self._left + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
            raise Unreadable(reason="malformed", detail="ZIP") from error
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable(reason="too_complex", detail=f"> {MOST_BYTES // MEBIBYTE} MiB")
        return data

    def refuse_locked(self) -> None:
        """Raise `encrypted` where the manifest of an OpenDocument or HWPX file says so."""
        manifest = "META-INF/manifest.xml"
        if manifest in self and b"encryption-data" in self.read(manifest):
            raise Unreadable(reason="encrypted", detail="")

    def xml(self, name: str) -> ET.Element:
        """The root of an XML entry, as `parse_xml` gives it."""
        return parse_xml(self.read(name))

    def xml_if_there(self, name: str) -> ET.Element | None:
        """The same, or None without such an entry."""
        return self.xml(name) if name in self else None


def parse_xml(data: bytes) -> ET.Element:
    """The root element. A document type is refused: no office format has one, and it is what entities need.

    Raises:
        Unreadable: `malformed`.
    """
    if _DOCTYPE.search(data):
        raise Unreadable(reason="malformed", detail="DOCTYPE")
    try:
        return ET.fromstring(data)  # noqa: S314 - see above
    except (ET.ParseError, ValueError, LookupError) as error:
        raise Unreadable(reason="malformed", detail="XML") from error


def local(element: ET.Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def attribute(element: ET.Element, name: str) -> str:
    """An attribute by its name without the namespace; empty where there is none."""
    if (value := element.get(name)) is not None:
        return value
    return next((value for key, value in element.items() if key.endswith("}" + name)), "")


def relations(package: Package, name: str) -> dict[str, tuple[str, str]]:
    """An Office part's relations by id: the last word of their type, and the part that they lead to."""
    folder, _, file = name.rpartition("/")
    root = package.xml_if_there(f"{folder}/_rels/{file}.rels")
    found: dict[str, tuple[str, str]] = {}
    for each in () if root is None else root:
        target = attribute(each, "Target")
        path = target[1:] if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        found[attribute(each, "Id")] = (attribute(each, "Type").rpartition("/")[2], path)
    return found


def relation_id(element: ET.Element) -> str:
    """Of the relation that an element is about."""
    return next((value for key, value in element.items() if key.endswith("relationships}id")), "")
