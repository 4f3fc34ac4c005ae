"""The whole librarian on PostgreSQL: documents, questions, claims, hand-over, and its backup by the server's own tools."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor import stores
from bot.handover import Owned, serve
from bot.opening import open_knowledge
from bot.settings import InvalidSettings, Settings, load_settings
from knowledge.catalog import Catalog
from knowledge.errors import IndexUnavailable
from knowledge.types import LANGUAGES, Finished, Question
from tests.fakes import HashEmbedder, a_message
from tests.librarian import (
    ANALYZER,
    EVERYBODY,
    assert_nothing_is_left_over,
    by_meaning,
    by_word,
    fill,
    knowing,
    served,
)
from tests.postgres_server import PostgresServer
from tests.talk import a_librarian

WAIT = 60.0


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """A new catalog's."""
    return postgres.url()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    fill(
        tmp_path / "docs",
        {
            "vpn.md": "# VPN access\n\nAsk the security team for VPN access.\n",
            "leave.md": "# 휴가 규정\n\n연차는 15일입니다. 남은 연차는 5일까지 이월됩니다.\n",
            "fruit.md": "# Fruit\n\nQuinces are kept in the pantry.\n",
        },
    )
    return tmp_path / "docs"


def settings_for(tmp_path: Path, url: str, data: str = "data") -> Settings:
    return Settings(
        data_dir=tmp_path / data,
        catalog_url=SecretStr(url),
        shared_folders=str(tmp_path / "docs"),
        llm_model_path=tmp_path / "none.gguf",
    )


def opened(settings: Settings, **changes: object):
    parts = {
        "embedder": HashEmbedder(),
        "analyzer": ANALYZER,
        "abilities": knowing(*LANGUAGES),
        "chat_model": None,
    }
    return open_knowledge(settings, **(parts | changes))


def asked(knowledge, text: str) -> Finished:
    async def ask() -> Finished:
        question = Question(text, audience=EVERYBODY)
        events = [event async for event in knowledge.answer(question)]
        assert isinstance(events[-1], Finished)
        return events[-1]

    return asyncio.run(ask())


def test_documents_and_questions(tmp_path: Path, docs: Path, url: str) -> None:
    """What is indexed is found by word and meaning and answered from; changes and removals are followed."""
    with opened(settings_for(tmp_path, url)) as knowledge:
        assert knowledge.refresh().added == 3
        assert by_word(knowledge, "quinces") == [str(docs / "fruit.md")]
        assert by_meaning(knowledge, "Ask the security team for VPN access.") == str(docs / "vpn.md")
        assert "15일" in asked(knowledge, "연차는 며칠인가요?").answer.text
        fill(docs, {"leave.md": "# 휴가 규정\n\n연차는 20일입니다.\n"})
        (docs / "vpn.md").unlink()
        report = knowledge.refresh()
        assert (report.changed, report.removed) == (1, 1)
        assert by_word(knowledge, "security") == []
        assert "20일" in asked(knowledge, "연차는 며칠인가요?").answer.text
        assert_nothing_is_left_over(knowledge)
        before = served(knowledge)
    assert not (tmp_path / "data" / "catalog.sqlite").exists()
    with opened(settings_for(tmp_path, url)) as knowledge:
        assert knowledge.refresh().added == 0
        assert served(knowledge) == before


def test_another_machine_hands_its_writes_over(tmp_path: Path, docs: Path, url: str) -> None:
    """With a folder of its own and the same catalog, a command asks the owner, who does it."""
    stop = threading.Event()
    with opened(settings_for(tmp_path, url)) as owner:
        thread = threading.Thread(target=serve, args=(owner, Catalog(url), stop))
        thread.start()
        try:
            with opened(settings_for(tmp_path, url, "elsewhere")) as other:
                assert isinstance(other, Owned)
                assert other.refresh().added == 3
                assert len(owner.documents()) == 3
        finally:
            stop.set()
            thread.join(WAIT)


def test_a_question_is_claimed_once(tmp_path: Path, docs: Path, url: str) -> None:
    """A redelivered message is answered once, by whichever process heard it first, and a thread has its history."""
    with opened(settings_for(tmp_path, url)) as knowledge:
        knowledge.refresh()

        async def scene() -> list[object]:
            mine, twin = (
                a_librarian(tmp_path, knowledge, catalog=Catalog(url), platform="slack") for _ in range(2)
            )
            claims = [await mine.claim(a_message("연차는 며칠인가요?")) for _ in range(2)]
            return [*claims, await twin.claim(a_message("연차는 며칠인가요?"))]

        first, *others = asyncio.run(scene())
        assert first is not None
        assert others == [None, None]


def test_the_servers_own_tools_back_it_up(tmp_path: Path, docs: Path, postgres: PostgresServer) -> None:
    """Dumped while it is in use and restored into an empty database, it answers the same without embedding again."""
    postgres.execute("CREATE DATABASE production TEMPLATE template0")
    postgres.execute("CREATE DATABASE restored TEMPLATE template0")
    with opened(settings_for(tmp_path, postgres.address("production"))) as knowledge:
        knowledge.refresh()
        postgres.dump("production", tmp_path / "saseo.dump")
        before, answer = served(knowledge), asked(knowledge, "연차는 며칠인가요?").answer.text
    postgres.restore(tmp_path / "saseo.dump", "restored")
    embedder = HashEmbedder()
    with opened(settings_for(tmp_path, postgres.address("restored"), "new"), embedder=embedder) as knowledge:
        assert served(knowledge) == before
        assert by_meaning(knowledge, "Ask the security team for VPN access.") == str(docs / "vpn.md")
        assert embedder.calls == []
        assert asked(knowledge, "연차는 며칠인가요?").answer.text == answer


def test_a_server_that_dies_costs_its_questions_a_sentence(
    tmp_path: Path, docs: Path, url: str, postgres: PostgresServer
) -> None:
    """While it is away searching fails with one; when it is back questions are answered, and a refresh goes on."""
    with opened(settings_for(tmp_path, url)) as knowledge:
        knowledge.refresh()
        postgres.kill()
        with pytest.raises(IndexUnavailable):
            knowledge.retrieve("연차", EVERYBODY)
        with pytest.raises(IndexUnavailable):
            knowledge.refresh()
        postgres.start()
        assert "15일" in asked(knowledge, "연차는 며칠인가요?").answer.text
        fill(docs, {"new.md": "# New\n\nAll about medlars.\n"})
        assert knowledge.refresh().added == 1
        assert_nothing_is_left_over(knowledge)


def test_the_doctor_tries_the_server(tmp_path: Path, postgres: PostgresServer, url: str) -> None:
    """It says which version it is, and what is wrong where it can't be used; of a file there is nothing to say."""
    (found,) = stores.catalog(settings_for(tmp_path, url))
    assert found.level == "ok"
    assert str(found.parameters["version"])[0].isdigit()
    (found,) = stores.catalog(settings_for(tmp_path, postgres.address("nowhere")))
    assert found.level == "fail"
    assert found.error is not None
    assert found.error.key == "error-index-unavailable-catalog_database"
    assert list(stores.catalog(settings_for(tmp_path, ""))) == []


@pytest.mark.parametrize("value", ["mysql://db/saseo", "postgresql://db", "saseo", "sqlite:///x.sqlite"])
def test_another_database_is_refused(tmp_path: Path, value: str) -> None:
    """A CATALOG_URL that names no PostgreSQL database stops the start, and isn't shown, for it may hold a password."""
    (tmp_path / ".env").write_text(f"CATALOG_URL={value}\n")
    with pytest.raises(InvalidSettings) as error:
        load_settings(folder=tmp_path)
    (problem,) = error.value.problems
    assert (problem.name, problem.value) == ("CATALOG_URL", "")
    assert problem.rule.key == "setting-allowed-database"
