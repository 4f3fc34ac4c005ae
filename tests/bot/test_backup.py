"""Backups: made while a librarian works, checked, put back, refused when they aren't whole."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import zipfile
from contextlib import closing

import pytest

from bot.archive import CATALOG
from bot.backup import backup, restore
from bot.cli import main
from bot.ownership import owned
from bot.settings import load_settings
from knowledge.catalog import Catalog
from knowledge.catalog.word_counts import library_of
from knowledge.errors import AlreadyRunning, BackupFailed, CatalogDamaged
from knowledge.parsing import parse
from knowledge.sources.uploads import Uploads
from knowledge.types import EVERYONE, Finished, Question, Scope
from tests.fakes import HashEmbedder, a_message
from tests.librarian import contents, fill, open_knowledge
from tests.talk import FakeSurface, a_desk, a_librarian

QUESTION = Question("구성원의 연차는 며칠인가요?", frozenset({EVERYONE}))


def settings_of(folder, **changes):
    """Settings of a librarian whose data is in `folder/data`."""
    folder.mkdir(parents=True, exist_ok=True)
    return load_settings(folder=folder, **changes).settings


def answer(knowledge):
    """What it says to the question, and its sources' titles."""

    async def ask():
        return [event async for event in knowledge.answer(QUESTION)]

    last = asyncio.run(ask())[-1]
    assert isinstance(last, Finished)
    return last.answer.text, [source.title for source in last.answer.sources]


@pytest.fixture
def source(tmp_path):
    """Settings of a librarian that knows a document and an upload."""
    found = settings_of(
        tmp_path / "before",
        slack_bot_token="xoxb-a-secret",
        llm_max_tokens=300,
        llm_base_url="https://saseo:a-password@models.example/v1",
    )
    fill(tmp_path / "documents", {"휴가.md": "# 휴가 규정\n\n## 연차\n\n구성원의 연차는 15일입니다.\n"})
    uploads = Uploads(found.data_dir / "uploads", parse)
    with_upload = uploads.folder_of(Scope("slack:T1"))
    knowledge = open_knowledge(found.data_dir, tmp_path / "documents", embedder=HashEmbedder())
    uploads.keep(Scope("slack:T1"), "회의록.md", "# 회의록\n\n예산은 다음 달에 정합니다.\n".encode())
    knowledge.register(with_upload)
    knowledge.refresh()
    knowledge.close()
    return found


def reason(caught):
    return caught.value.parameters["reason"]


def test_a_backup_put_back_elsewhere_answers_the_same(source, tmp_path):
    """In an empty folder of another name: the same catalog, uploads where they are now, nothing embedded again."""
    before = open_knowledge(source.data_dir, embedder=HashEmbedder())
    expected, kept = answer(before), contents(before)
    before.close()
    made = backup(source, tmp_path / "saseo.zip")
    assert made.files == 3
    assert (tmp_path / "saseo.zip").stat().st_mode & 0o077 == 0

    target = settings_of(tmp_path / "after")
    assert restore(target, tmp_path / "saseo.zip").made_at == made.made_at
    embedder = HashEmbedder()
    after = open_knowledge(target.data_dir, tmp_path / "documents", embedder=embedder)
    after.prepare()
    here = str(target.data_dir / "uploads")
    assert [d.uri for d in after.documents() if "회의록" in d.uri] == [f"{here}/slack+T1/회의록.md"]
    moved = str(source.data_dir / "uploads")
    assert {
        query: [tuple(str(v).replace(here, moved) for v in row) for row in rows]
        for query, rows in contents(after).items()
    } == {query: [tuple(map(str, row)) for row in rows] for query, rows in kept.items()}
    report = after.refresh()
    assert (report.added, report.removed, report.failed) == (0, 0, 0)
    assert embedder.calls == []
    assert answer(after) == expected
    after.close()


def test_a_backup_is_made_while_the_owner_writes(source, tmp_path):
    """Taken in the middle of a refresh it is one whole state, which can be restored and asked."""
    folder = tmp_path / "documents"
    fill(folder, {f"새 문서 {n}.md": f"# 문서 {n}\n\n내용 {n}번입니다.\n" for n in range(30)})
    begun = threading.Event()
    knowledge = open_knowledge(source.data_dir, folder, embedder=HashEmbedder())
    with owned(source.data_dir):
        refreshing = threading.Thread(
            target=knowledge.refresh, kwargs={"progress": lambda progress: begun.set()}
        )
        refreshing.start()
        assert begun.wait(60)
        backup(source, tmp_path / "saseo.zip")
        refreshing.join(60)
    knowledge.close()
    target = settings_of(tmp_path / "after")
    restore(target, tmp_path / "saseo.zip")
    after = open_knowledge(target.data_dir, folder, embedder=HashEmbedder())
    assert "15일" in answer(after)[0]
    after.refresh()
    assert len(after.documents()) == 32
    assert after.check_index().is_sound
    after.close()


def test_conversations_come_back_and_questions_of_the_past_are_not_taken_up(source, tmp_path):
    """Turns and feedback are there; what was being answered at the time isn't answered once more."""

    async def talk():
        desk = a_desk(a_librarian(source.data_dir), FakeSurface())
        await desk.receive(a_message())
        await desk.settle()
        await a_librarian(source.data_dir).claim(a_message(message="another"))

    asyncio.run(talk())
    backup(source, tmp_path / "saseo.zip")
    target = settings_of(tmp_path / "after")
    restore(target, tmp_path / "saseo.zip")

    async def after():
        librarian = a_librarian(target.data_dir)
        assert await librarian.take_unfinished() == []
        assert await librarian.claim(a_message()) is None
        assert await librarian.feedback(1, "U1", "up")

    asyncio.run(after())


def test_a_restored_catalog_is_another_one(source, tmp_path):
    """A trial beside the running bot has a name of its own, so that it never takes over that one's collection."""
    backup(source, tmp_path / "saseo.zip")
    target = settings_of(tmp_path / "after")
    restore(target, tmp_path / "saseo.zip")
    names = set()
    for folder in (source.data_dir, target.data_dir):
        catalog = Catalog.in_folder(folder)
        with catalog.read() as connection:
            names.add(library_of(connection))
        catalog.close()
    assert len(names) == 2
    assert "" not in names


def test_secrets_are_not_in_a_backup(source, tmp_path):
    """Their names are, so that a person knows what to set again; other settings are put beside, not in force."""
    backup(source, tmp_path / "saseo.zip")
    with zipfile.ZipFile(tmp_path / "saseo.zip") as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"a-secret" not in everything
    assert b"a-password" not in everything
    target = settings_of(tmp_path / "after")
    restore(target, tmp_path / "saseo.zip")
    kept = (target.data_dir / "restored-settings" / "settings.env").read_text(encoding="utf-8")
    assert "#SLACK_BOT_TOKEN=\n" in kept
    assert "LLM_MAX_TOKENS=300" in kept
    assert "LLM_BASE_URL=https://models.example/v1" in kept


def test_nothing_is_overwritten_without_being_asked_to(source, tmp_path):
    """Neither a file nor a librarian; with --force both."""
    file = tmp_path / "saseo.zip"
    backup(source, file)
    with pytest.raises(BackupFailed) as caught:
        backup(source, file)
    assert reason(caught) == "exists"
    backup(source, file, force=True)
    with pytest.raises(BackupFailed) as caught:
        restore(source, file)
    assert reason(caught) == "occupied"

    fill(tmp_path / "documents", {"나중.md": "# 나중\n\n나중에 온 문서입니다.\n"})
    knowledge = open_knowledge(source.data_dir, tmp_path / "documents", embedder=HashEmbedder())
    knowledge.refresh()
    assert len(knowledge.documents()) == 3
    knowledge.close()
    restore(source, file, force=True)
    knowledge = open_knowledge(source.data_dir, embedder=HashEmbedder())
    assert len(knowledge.documents()) == 2
    assert "15일" in answer(knowledge)[0]
    assert knowledge.check_index().is_sound
    knowledge.close()


@pytest.mark.parametrize("log", [b"", b"no log at all" * 1000])
def test_a_damaged_catalog_can_be_replaced(source, tmp_path, log):
    """That is what a backup is for; no log of the old catalog is left for SQLite to apply to the new one."""
    backup(source, tmp_path / "saseo.zip")
    (source.data_dir / CATALOG).write_bytes(b"no database at all, but long enough to be looked at" * 100)
    for end in ("-wal", "-shm"):
        (source.data_dir / (CATALOG + end)).write_bytes(log)
    restore(source, tmp_path / "saseo.zip", force=True)
    knowledge = open_knowledge(source.data_dir, embedder=HashEmbedder())
    assert "15일" in answer(knowledge)[0]
    knowledge.close()


def test_a_catalog_that_somebody_still_reads_can_be_replaced(source, tmp_path):
    """A forgotten `saseo search` doesn't hold up the restore, nor get its log into the new catalog."""
    backup(source, tmp_path / "saseo.zip")
    with closing(sqlite3.connect(source.data_dir / CATALOG)) as other:
        other.execute("CREATE TABLE later (x)")
        other.commit()
        other.execute("BEGIN")
        other.execute("SELECT * FROM later").fetchall()
        restore(source, tmp_path / "saseo.zip", force=True)
    with closing(sqlite3.connect(source.data_dir / CATALOG)) as restored:
        assert not restored.execute("SELECT * FROM sqlite_master WHERE name = 'later'").fetchall()
        assert restored.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_only_this_account_may_read_what_is_restored(source, tmp_path):
    """As it is with the backup."""
    backup(source, tmp_path / "saseo.zip")
    target = settings_of(tmp_path / "after")
    restore(target, tmp_path / "saseo.zip")
    found = [target.data_dir, target.data_dir / CATALOG, *(target.data_dir / "uploads").rglob("*.md")]
    assert len(found) == 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in found)


def test_nothing_is_restored_under_a_running_bot(source, tmp_path):
    """The owner is named."""
    backup(source, tmp_path / "saseo.zip")
    with owned(source.data_dir), pytest.raises(AlreadyRunning):
        restore(source, tmp_path / "saseo.zip", force=True)


def test_what_can_not_be_kept_is_said(tmp_path, source):
    """No catalog, a damaged one, and a place that isn't there."""
    with pytest.raises(BackupFailed) as caught:
        backup(settings_of(tmp_path / "empty"), tmp_path / "x.zip")
    assert reason(caught) == "nothing"
    with pytest.raises(BackupFailed) as caught:
        backup(source, tmp_path / "no" / "folder" / "x.zip")
    assert reason(caught) == "place"
    (source.data_dir / CATALOG).write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(CatalogDamaged):
        backup(source, tmp_path / "x.zip")
    assert not list(tmp_path.glob("*.zip*"))
    assert not list(tmp_path.glob(".x*"))


def test_the_commands(source, tmp_path, monkeypatch, capsys):
    """`saseo backup` and `saseo restore`, in words and in JSON."""
    monkeypatch.chdir(tmp_path)
    data = ["--data-dir", str(source.data_dir)]
    assert main(["backup", "saseo.zip", *data, "--lang", "en"]) == 0
    assert "read back and found whole" in capsys.readouterr().out
    assert main(["backup", "saseo.zip", *data, "--lang", "ko"]) == 1
    assert "--force" in capsys.readouterr().err
    assert main(["restore", "saseo.zip", "--data-dir", "fresh", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == 3
    assert (tmp_path / "fresh" / CATALOG).exists()
