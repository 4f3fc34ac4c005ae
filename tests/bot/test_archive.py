"""Backups that were cut, altered, or made by somebody else: refused, and nothing is changed."""

from __future__ import annotations

import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.archive import MANIFEST
from bot.backup import backup, restore, verify
from bot.settings import load_settings
from knowledge.catalog import Catalog
from knowledge.errors import BackupFailed, CatalogDamaged, SaseoError
from tests.librarian import fill


def settings_of(folder, **changes):
    """Settings of a librarian whose data is in `folder/data`."""
    folder.mkdir(parents=True, exist_ok=True)
    return load_settings(folder=folder, **changes).settings


def reason(caught):
    return caught.value.parameters["reason"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A small backup's bytes."""
    folder = tmp_path_factory.mktemp("whole")
    found = settings_of(folder)
    Catalog.in_folder(found.data_dir).prepare()
    fill(found.data_dir / "uploads" / "everyone", {"가.md": "# 가\n"})
    backup(found, folder / "saseo.zip")
    return (folder / "saseo.zip").read_bytes()


def refused(path, folder):
    """Restoring this file is refused, and leaves the folder empty."""
    target = settings_of(folder)
    with pytest.raises(SaseoError) as caught:
        restore(target, path)
    assert isinstance(caught.value, BackupFailed | CatalogDamaged)
    assert sorted(p.name for p in target.data_dir.iterdir()) in ([], ["owner.lock"])
    return caught


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_cut_backup_is_refused(whole, tmp_path, share):
    """Whatever is missing, nothing is changed."""
    (tmp_path / "cut.zip").write_bytes(whole[: int(len(whole) * share)])
    assert reason(refused(tmp_path / "cut.zip", tmp_path / "after")) == "damaged"


@hypothesis_settings(deadline=None, max_examples=25)
@given(st.data())
def test_an_altered_backup_is_refused_or_unharmed(whole, tmp_path_factory, data):
    """A wrong byte anywhere in what was kept is noticed."""
    place = data.draw(st.integers(0, len(whole) - 1))
    altered = bytearray(whole)
    altered[place] ^= data.draw(st.integers(1, 255))
    folder = tmp_path_factory.mktemp("altered")
    (folder / "altered.zip").write_bytes(altered)
    with zipfile.ZipFile(folder / "whole.zip", "w"):
        pass
    (folder / "whole.zip").write_bytes(whole)
    try:
        verify(folder / "altered.zip")
    except BackupFailed:
        return
    with zipfile.ZipFile(folder / "altered.zip") as new, zipfile.ZipFile(folder / "whole.zip") as old:
        for name in json.loads(old.read(MANIFEST))["files"]:
            assert new.read(name) == old.read(name)


def rewritten(whole, path, change):
    """The backup with another manifest, and files that it names."""
    path.with_suffix(".old").write_bytes(whole)
    with zipfile.ZipFile(path.with_suffix(".old")) as old, zipfile.ZipFile(path, "w") as new:
        manifest = json.loads(old.read(MANIFEST))
        names = change(manifest) or {}
        for name in old.namelist():
            if name != MANIFEST:
                new.writestr(names.get(name, name) or "nameless", old.read(name))
        new.writestr(MANIFEST, json.dumps(manifest))


@pytest.mark.parametrize(
    "name",
    [
        "../outside.md",
        "/tmp/outside.md",
        "uploads/../../outside.md",
        "index/x",
        "uploads",
        "",
        f"uploads/everyone/{'가' * 100}",
        "settings/settings.env/x",
    ],
)
def test_a_backup_that_points_elsewhere_is_refused(whole, tmp_path, name):
    """A file is put only where files of a backup belong."""

    def change(manifest):
        manifest["files"][name] = manifest["files"].pop("uploads/everyone/가.md")
        return {"uploads/everyone/가.md": name}

    rewritten(whole, tmp_path / "evil.zip", change)
    refused(tmp_path / "evil.zip", tmp_path / "after")
    assert not list(tmp_path.rglob("outside.md"))


def with_bytes(whole, entry, offset, value):
    """The backup with bytes of an entry's line in the archive's directory replaced."""
    name = entry.encode()
    line = whole.rindex(name) - 46
    assert whole[line : line + 4] == b"PK\x01\x02"
    return whole[: line + offset] + value + whole[line + offset + len(value) :]


@pytest.mark.parametrize(
    ("offset", "value"),
    [(8, b"\x01\x08"), (10, b"\x0c\x00"), (10, b"\x0e\x00"), (10, b"\x63\x00")],
    ids=["encrypted", "bzip2", "lzma", "unknown"],
)
@pytest.mark.parametrize("entry", [MANIFEST, "catalog.sqlite"])
def test_what_no_backup_of_ours_is_packed_with_is_refused(whole, tmp_path, entry, offset, value):
    """The libraries for those raise errors of their own, of which nobody would be told a sentence."""
    (tmp_path / "odd.zip").write_bytes(with_bytes(whole, entry, offset, value))
    assert reason(refused(tmp_path / "odd.zip", tmp_path / "after")) == "damaged"


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.update(files=[MANIFEST, "catalog.sqlite"]),
        lambda manifest: manifest["files"].update({"catalog.sqlite": None}),
        lambda manifest: manifest["files"]["catalog.sqlite"].update(size=-1),
        lambda manifest: manifest.update(made_at="yesterday"),
        lambda manifest: manifest.update(data_dir=7),
        lambda manifest: manifest.update(padding="x" * (1 << 26)),
    ],
    ids=["files", "file", "size", "time", "folder", "padding"],
)
def test_a_manifest_that_makes_no_sense_is_refused(whole, tmp_path, change):
    """Whatever stands where something else was expected."""
    rewritten(whole, tmp_path / "odd.zip", lambda manifest: change(manifest) and None)
    assert reason(refused(tmp_path / "odd.zip", tmp_path / "after")) == "damaged"


def test_other_archives_and_later_backups_are_told_apart(whole, tmp_path):
    """No backup of ours, one of a later program, and no file at all."""
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert reason(refused(tmp_path / "other.zip", tmp_path / "after")) == "foreign"
    rewritten(whole, tmp_path / "later.zip", lambda manifest: manifest.update(format=2))
    assert reason(refused(tmp_path / "later.zip", tmp_path / "after")) == "newer"
    assert reason(refused(tmp_path / "none.zip", tmp_path / "after")) == "missing"
