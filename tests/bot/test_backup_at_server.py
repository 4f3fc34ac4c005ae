"""Backups of a catalog in PostgreSQL: into a server, into a file, and from a file to a server."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.archive import CATALOG, UPLOADS
from bot.backup import backup, restore
from bot.cli import main
from bot.opening import open_knowledge
from bot.ownership import owned
from bot.settings import Settings
from knowledge.catalog import Catalog
from knowledge.catalog.uploads import Upload
from knowledge.catalog.word_counts import library_of
from knowledge.errors import AlreadyRunning, BackupFailed, IndexUnavailable
from knowledge.parsing import parse
from knowledge.sources.uploads import Uploads
from knowledge.types import LANGUAGES, Finished, Question, Scope
from tests.fakes import HashEmbedder, a_message
from tests.librarian import ANALYZER, EVERYBODY, by_meaning, fill, knowing
from tests.postgres_server import PostgresServer
from tests.talk import FakeSurface, a_desk, a_librarian

TEAM = Scope("slack:T1")
AUDIENCE = EVERYBODY | {TEAM}
MEANT = "Ask the security team for VPN access."


def settings_of(folder: Path, url: str = "") -> Settings:
    """Of a librarian with its data in `folder/data`, whose documents are in `documents` beside the folder."""
    return Settings(
        data_dir=folder / "data",
        catalog_url=SecretStr(url),
        shared_folders=str(folder.parent / "documents"),
        llm_model_path=folder / "none.gguf",
    )


def opened(settings: Settings, embedder: HashEmbedder | None = None):
    return open_knowledge(
        settings,
        write=True,
        embedder=embedder or HashEmbedder(),
        analyzer=ANALYZER,
        abilities=knowing(*LANGUAGES),
        chat_model=None,
    )


def asked(knowledge, text: str) -> tuple[str, list[str]]:
    async def ask() -> Finished:
        events = [event async for event in knowledge.answer(Question(text, audience=AUDIENCE))]
        assert isinstance(events[-1], Finished)
        return events[-1]

    answer = asyncio.run(ask()).answer
    return answer.text, [source.title for source in answer.sources]


def answers(knowledge) -> list[object]:
    """What it says of a document, of an upload, and what it finds by meaning."""
    return [
        asked(knowledge, "연차는 며칠인가요?"),
        asked(knowledge, "예산은 언제 정하나요?"),
        by_meaning(knowledge, MEANT),
    ]


def filled(settings: Settings) -> list[object]:
    """Make a librarian that knows documents, an upload and a conversation; gives what it answers."""
    documents = Path(settings.shared_folders)
    fill(
        documents,
        {"vpn.md": f"# VPN\n\n{MEANT}\n", "휴가.md": "# 휴가 규정\n\n구성원의 연차는 15일입니다.\n"},
    )
    uploads = Uploads(settings.data_dir / UPLOADS, parse)
    with opened(settings) as knowledge:
        folder = uploads.folder_of(TEAM)
        uri = uploads.keep(TEAM, "회의록.md", "# 회의록\n\n예산은 다음 달에 정합니다.\n".encode())
        knowledge.register(folder)
        knowledge.note_upload(Upload(uri, TEAM, "U1", "C1", datetime.now(UTC), "", ""))
        knowledge.refresh()

        async def talk() -> None:
            desk = a_desk(
                a_librarian(settings.data_dir, knowledge, catalog=catalog_of(settings)), FakeSurface()
            )
            await desk.receive(a_message())
            await desk.settle()

        asyncio.run(talk())
        return answers(knowledge)


def catalog_of(settings: Settings) -> Catalog:
    url = settings.catalog_url.get_secret_value()
    return Catalog(url) if url else Catalog.in_folder(settings.data_dir)


def reason(caught) -> str:
    return caught.value.parameters["reason"]


def conversation(settings: Settings) -> tuple[bool, bool]:
    """Whether the question of the conversation is claimed, and whether its answer can be given an opinion."""

    async def look() -> tuple[bool, bool]:
        librarian = a_librarian(settings.data_dir, catalog=catalog_of(settings))
        claimed = await librarian.claim(a_message()) is None
        return claimed, bool(await librarian.feedback(1, "U1", "up"))

    return asyncio.run(look())


@pytest.fixture
def source(tmp_path: Path, postgres: PostgresServer) -> Settings:
    """A librarian's at the server."""
    return settings_of(tmp_path / "before", postgres.url())


@pytest.mark.parametrize(("origin", "goal"), [("server", "server"), ("server", "file"), ("file", "server")])
def test_a_backup_put_back_answers_the_same(
    origin: str, goal: str, tmp_path: Path, postgres: PostgresServer
) -> None:
    """Whichever it was made of and is put into: documents, uploads, conversations, and nothing embedded again."""
    source = settings_of(tmp_path / "before", postgres.url() if origin == "server" else "")
    target = settings_of(tmp_path / "after", postgres.url() if goal == "server" else "")
    before = filled(source)
    assert "15일" in before[0][0]
    assert "다음 달" in before[1][0]
    made = backup(source, tmp_path / "saseo.zip")
    assert made.files == 3
    assert restore(target, tmp_path / "saseo.zip").made_at == made.made_at
    assert (target.data_dir / CATALOG).exists() == (goal == "file")
    embedder = HashEmbedder()
    with opened(target, embedder) as knowledge:
        report = knowledge.refresh()
        assert (report.added, report.changed, report.removed, report.failed) == (0, 0, 0, 0)
        assert embedder.calls == []
        assert answers(knowledge) == before
        assert knowledge.check_index().is_sound
        here = [document.uri for document in knowledge.documents() if "회의록" in document.uri]
        assert here == [f"{target.data_dir}/uploads/slack+T1/회의록.md"]
    assert conversation(target) == (True, True)


def test_a_backup_is_made_while_the_owner_writes(
    source: Settings, tmp_path: Path, postgres: PostgresServer
) -> None:
    """Taken in the middle of a refresh it is one whole state, which can be restored and asked."""
    before = filled(source)
    more = {f"새 문서 {n}.md": f"# 문서 {n}\n\n내용 {n}번입니다.\n" for n in range(30)}
    fill(Path(source.shared_folders), more)
    begun = threading.Event()
    with opened(source) as knowledge:
        refreshing = threading.Thread(
            target=knowledge.refresh, kwargs={"progress": lambda progress: begun.set()}
        )
        refreshing.start()
        assert begun.wait(60)
        backup(source, tmp_path / "saseo.zip")
        refreshing.join(60)
    target = settings_of(tmp_path / "after", postgres.url())
    restore(target, tmp_path / "saseo.zip")
    with opened(target) as knowledge:
        assert answers(knowledge) == before
        knowledge.refresh()
        assert len(knowledge.documents()) == 33
        assert knowledge.check_index().is_sound


def test_nothing_is_replaced_without_being_asked_to(source: Settings, tmp_path: Path) -> None:
    """A database that holds a catalog is left alone; with --force all of it is the backup's, under a name of its own."""
    before = filled(source)
    backup(source, tmp_path / "saseo.zip")
    with pytest.raises(BackupFailed) as caught:
        restore(source, tmp_path / "saseo.zip")
    assert reason(caught) == "filled"
    assert "saseo@" in caught.value.parameters["path"]
    fill(Path(source.shared_folders), {"나중.md": "# 나중\n\n나중에 온 문서입니다.\n"})
    with opened(source) as knowledge:
        knowledge.refresh()
        assert len(knowledge.documents()) == 4
    catalog = catalog_of(source)
    with catalog.read() as connection:
        name = library_of(connection)
    restore(source, tmp_path / "saseo.zip", force=True)
    with catalog.read() as connection:
        assert library_of(connection) not in ("", name)
    catalog.close()
    with opened(source) as knowledge:
        assert len(knowledge.documents()) == 3
        assert answers(knowledge) == before
        assert knowledge.check_index().is_sound


def test_the_road_from_a_file_to_a_server(tmp_path: Path, postgres: PostgresServer) -> None:
    """In the same data folder the uploads are the backup's own, and nothing has to be forced; one that isn't stops it."""
    source = settings_of(tmp_path / "before")
    before = filled(source)
    backup(source, tmp_path / "saseo.zip")
    target = source.model_copy(update={"catalog_url": SecretStr(postgres.url())})
    later = source.data_dir / UPLOADS / "slack+T1" / "나중.md"
    later.write_text("# 나중\n")
    with pytest.raises(BackupFailed) as caught:
        restore(target, tmp_path / "saseo.zip")
    assert reason(caught) == "occupied"
    later.unlink()
    restore(target, tmp_path / "saseo.zip")
    with opened(target) as knowledge:
        assert answers(knowledge) == before


def test_what_cannot_be_put_back_changes_nothing(source: Settings, tmp_path: Path) -> None:
    """A row that the server refuses leaves the catalog and the uploads there as they were."""
    before = filled(source)
    other = settings_of(tmp_path / "other")
    filled(other)
    with closing(sqlite3.connect(other.data_dir / CATALOG)) as catalog:
        catalog.execute("UPDATE claims SET platform = ?", ["longer than the server takes" * 9])
        catalog.commit()
    (other.data_dir / UPLOADS / "slack+T1" / "회의록.md").write_text("# 다른 글\n")
    backup(other, tmp_path / "saseo.zip")
    with pytest.raises(IndexUnavailable, match="too long"):
        restore(source, tmp_path / "saseo.zip", force=True)
    with opened(source) as knowledge:
        assert answers(knowledge) == before
        assert knowledge.check_index().is_sound
    kept = source.data_dir / UPLOADS / "slack+T1" / "회의록.md"
    assert "예산" in kept.read_text(encoding="utf-8")


def test_nothing_is_restored_under_a_running_bot(source: Settings, tmp_path: Path) -> None:
    """Also of another machine, with a data folder of its own."""
    filled(source)
    backup(source, tmp_path / "saseo.zip")
    elsewhere = settings_of(tmp_path / "elsewhere", source.catalog_url.get_secret_value())
    with owned(source.data_dir, catalog_of(source)), pytest.raises(AlreadyRunning) as caught:
        restore(elsewhere, tmp_path / "saseo.zip", force=True)
    assert reason(caught) == "catalog"


def test_what_can_not_be_kept_is_said(source: Settings, tmp_path: Path, postgres: PostgresServer) -> None:
    """A database without a catalog, uploads that another machine has, and a server that isn't there."""
    with pytest.raises(BackupFailed) as caught:
        backup(source, tmp_path / "x.zip")
    assert reason(caught) == "nothing"
    filled(source)
    with pytest.raises(BackupFailed) as caught:
        backup(settings_of(tmp_path / "after", source.catalog_url.get_secret_value()), tmp_path / "x.zip")
    assert reason(caught) == "elsewhere"
    with pytest.raises(IndexUnavailable):
        backup(settings_of(tmp_path / "after", postgres.address("nowhere")), tmp_path / "x.zip")
    assert not list(tmp_path.glob("*.zip*"))


def test_the_commands(
    source: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`saseo backup` and `saseo restore` with a CATALOG_URL say where things went, and no address or password."""
    filled(source)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CATALOG_URL", source.catalog_url.get_secret_value())
    data = ["--data-dir", str(source.data_dir), "--lang"]
    assert main(["backup", "saseo.zip", *data, "en"]) == 0
    assert "read back and found whole" in capsys.readouterr().out
    assert main(["restore", "saseo.zip", *data, "ko"]) == 1
    assert "--force" in capsys.readouterr().err
    assert main(["restore", "saseo.zip", "--force", *data, "en"]) == 0
    assert "database of CATALOG_URL" in capsys.readouterr().out
