"""The `/docs` commands, over real knowledge."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.protocol import CommandCall, Person
from bot.chat.removals import confirm, withheld
from knowledge.answering.asked import source_of
from knowledge.parsing import parse
from knowledge.reports import Progress, Waiting
from knowledge.sources.options import Folder
from knowledge.sources.talks import Said, Talk
from knowledge.sources.uploads import Uploads
from knowledge.sources.web.pages import Pages
from knowledge.types import Scope
from tests.fakes import FakeDirectory
from tests.librarian import fill, open_knowledge
from tests.talk import a_librarian
from tests.website import a_website

CHANNEL = "slack:T1/C1"
EVERYTHING = frozenset(map(Scope, ("everyone", "slack:T1", CHANNEL, "slack:T1/@U1", "slack:T1/@U2")))


@pytest.fixture
def talk(tmp_path: Path):
    """Gives commands to a librarian with a handbook for everyone and a secret of the channel C9."""
    fill(tmp_path / "handbook", {"휴가.md": "# 휴가\n\n연차는 15일입니다."})
    fill(tmp_path / "secret", {"연봉.md": "# 연봉\n\n비밀입니다."})
    secret = Folder(tmp_path / "secret", Scope("slack:T1/C9"))
    knowledge = open_knowledge(tmp_path / "data", tmp_path / "handbook", secret)
    knowledge.refresh()
    directory = FakeDirectory(joined={"U1": {"C1"}, "U2": {"C1"}, "admin": {"C1"}})
    directory.people["admin"] = Person("admin", "admin", is_admin=True)
    directory.people["guest"] = Person("guest", "guest", is_member=False, is_admin=True)
    librarian = a_librarian(tmp_path / "data", knowledge, directory, catalog=knowledge._parts.catalog)

    class Talk:
        def __init__(self) -> None:
            self.knowledge = knowledge
            self.directory = directory

        def all(self, name, argument="", author="U1", **changes):
            values = {"platform": "slack", "team": "T1", "channel": "C1", "author": author, "locale": "ko-KR"}
            call = CommandCall(**{**values, "name": name, "argument": argument, **changes})

            async def collect():
                return [told async for told in librarian.command(call)]

            return asyncio.run(collect())

        def many(self, calls):
            """The results of calls that are given at the same time."""

            async def last(values):
                values = {"platform": "slack", "team": "T1", "channel": "C1", "locale": "ko-KR", **values}
                return [told async for told in librarian.command(CommandCall(**values))][-1]

            async def everyone():
                return await asyncio.gather(*map(last, calls))

            return asyncio.run(everyone())

        def __call__(self, name, argument="", author="U1", **changes):
            return self.all(name, argument, author, **changes)[-1]

    yield Talk()
    knowledge.close()


def test_a_list_shows_what_the_person_may_read(talk) -> None:
    """Titles of others' documents don't appear, whatever is searched for."""
    assert "휴가" in talk("list").text
    assert "연봉" not in talk("list").text
    assert "연봉" not in talk("show", "연봉").text.replace("“연봉”", "")
    talk.directory.joined["U1"].add("C9")
    assert "연봉" in talk("list", "연봉").text


def test_a_guest_lists_nothing_of_the_teams(talk) -> None:
    """Everyone means members."""
    assert "휴가" not in talk("list", author="guest").text


def test_a_pasted_text_is_added_for_the_channel_and_answers(talk) -> None:
    """What a member pastes is kept, indexed under the channel's scope, and found."""
    told = talk.all("add", "점심 규칙\n점심은 열두 시에 먹습니다.")
    assert not told[-1].is_refusal
    (document,) = [each for each in talk.knowledge.documents() if each.title == "점심 규칙"]
    assert document.scope == CHANNEL
    talk.knowledge.refresh()
    assert talk.knowledge.find_documents("점심 규칙")


def test_fifty_people_who_add_the_same_file_at_once(talk) -> None:
    """It is one document, indexed once; each of them is told that it was added, and the crowd shares the runs."""
    runs, real = [], talk.knowledge.refresh

    def refresh(*arguments, **options):
        runs.append(real(*arguments, **options))
        return runs[-1]

    talk.knowledge.refresh = refresh
    talk.directory.joined |= {f"U{number}": {"C1"} for number in range(50)}
    file = ("점심.md", "# 점심\n\n열두 시".encode())
    told = talk.many([{"name": "add", "author": f"U{number}", "files": (file,)} for number in range(50)])
    assert all("점심" in each.text and not each.is_refusal for each in told)
    assert len(talk.knowledge.find_documents("점심")) == 1
    assert sum(report.added for report in runs) == 1
    assert len(runs) < 50


def test_in_a_direct_message_a_text_is_added_for_oneself(talk) -> None:
    """What one adds in private only oneself reads."""
    talk("add", "메모\n내 것입니다.", is_direct=True, channel="D1")
    (document,) = talk.knowledge.find_documents("메모")
    assert document.scope == "slack:T1/@U1"
    assert "메모" not in talk("list", author="U2").text.split("”")[-1]


def test_adding_for_the_team_takes_an_admin(talk) -> None:
    """The refusal says why, and nothing is kept; a guest is no admin, whatever the platform says."""
    for author in ("U1", "guest"):
        told = talk("add", "공지\n모두에게", author=author, readers="team")
        assert told.is_refusal
        assert "관리자" in told.text
    assert not talk("add", "공지\n모두에게", author="admin", readers="team").is_refusal
    assert talk.knowledge.find_documents("공지")[0].scope == "slack:T1"


def test_adding_to_a_channel_takes_membership(talk) -> None:
    """Someone who isn't in the channel can't add to it, nor someone whose channels can't be looked up."""
    assert talk("add", "글\n본문", author="U9").is_refusal
    talk.directory.unknown.add("channels_of")
    assert "확인하지 못했습니다" in talk("add", "글\n본문").text


def test_a_file_that_cant_be_read_is_refused_by_name(talk) -> None:
    """One bad file is named with its reason, and the good one beside it is added."""
    told = talk("add", files=(("사진.png", b"\x89PNG\r\n\x1a\n" + b"0" * 100), ("표.csv", b"a,b\n1,2\n")))
    assert "사진.png" in told.text
    assert len(talk.knowledge.find_documents("표")) == 1


def test_removing_takes_the_adder_or_an_admin(talk) -> None:
    """Others are refused with the reason; the original goes with the document."""
    talk("add", "점심 규칙\n열두 시")
    (document,) = talk.knowledge.find_documents("점심 규칙")
    assert "관리자만" in talk("remove", str(document.id), author="U2").text
    assert Path(document.uri).exists()
    assert not talk("remove", str(document.id)).is_refusal
    assert not Path(document.uri).exists()
    assert talk.knowledge.find_documents("점심 규칙") == []
    handbook = str(talk.knowledge.find_documents("휴가")[0].id)
    assert talk("remove", handbook).is_refusal
    assert not talk("remove", handbook, author="admin").is_refusal


def test_nobody_removes_what_they_may_not_read(talk) -> None:
    """A document outside one's scopes isn't there, for an admin either."""
    secret = str(talk.knowledge.find_documents("연봉")[0].id)
    assert talk("remove", secret, author="admin").is_refusal
    assert talk.knowledge.find_documents("연봉")


def test_reindexing_takes_an_admin_and_reports(talk) -> None:
    """An admin sees that it goes on, and the result."""
    assert talk("reindex").is_refusal
    told = talk.all("reindex", author="admin")
    assert not told[0].is_last
    assert told[-1].text.startswith("마쳤습니다")


@pytest.fixture
def emptied(talk, tmp_path: Path) -> Path:
    """The handbook, of which a run found nothing left."""
    talk("reindex", author="admin")
    (tmp_path / "handbook" / "휴가.md").rename(tmp_path / "휴가.md")
    talk("reindex", author="admin")
    return tmp_path / "handbook"


def test_files_that_are_missing_wait_for_an_admin_s_word(talk, emptied: Path) -> None:
    """Nothing is forgotten by itself; status tells admins and how to say that it was meant, others are refused."""
    assert "/docs forget handbook" in talk("status", author="admin").text
    assert "handbook" not in talk("status").text
    assert talk("forget", "handbook").is_refusal
    assert "handbook" in talk("forget", "nothing", author="admin").text
    assert talk.knowledge.find_documents("휴가")
    assert "1개를 색인에서 지웠습니다" in talk("forget", "Handbook", author="admin").text
    assert not talk.knowledge.find_documents("휴가")
    assert "handbook" not in talk("status", author="admin").text


def test_the_word_is_for_what_was_shown_and_no_more(talk, emptied: Path) -> None:
    """Files that came back, or a folder that went away since, aren't forgotten with it."""
    (emptied.parent / "휴가.md").rename(emptied / "휴가.md")
    waiting = withheld(talk.knowledge, EVERYTHING)
    assert confirm(talk.knowledge, waiting[0]).said == "came_back"
    fill(emptied, {f"{number}.md": f"# {number}\n\nA rule." for number in range(3)})
    talk.knowledge.refresh()
    emptied.rename(emptied.parent / "away")
    emptied.mkdir()
    assert confirm(talk.knowledge, waiting[0]).said == "more_missing"
    emptied.rmdir()
    assert confirm(talk.knowledge, waiting[0]).said == "gone"
    assert len(talk.knowledge.documents(EVERYTHING)) == 4
    assert "색인에 그대로" in talk("status", author="admin").text


def test_nobody_hears_of_a_folder_that_they_may_not_read(talk, tmp_path: Path) -> None:
    """An admin who isn't in the channel of a folder sees neither its name nor its counts, and can't forget it."""
    (tmp_path / "secret" / "연봉.md").unlink()
    talk("reindex", author="admin")
    assert "secret" not in talk("status", author="admin").text
    assert talk("forget", "secret", author="admin").is_refusal
    assert talk.knowledge.find_documents("연봉")


def test_follow_ups_can_be_turned_off(talk) -> None:
    """A member of a channel decides; in a direct message there is nothing to decide."""
    assert not talk("followups", "off").is_refusal
    assert talk("followups", "maybe").is_refusal
    assert talk("followups", "off", is_direct=True).is_refusal
    assert talk("followups", "off", author="U9").is_refusal


def test_status_tells_of_the_refresh_that_is_under_way(talk, tmp_path: Path) -> None:
    """How far it is, to whoever asks, and nothing of it once it is over."""
    told = []

    def ask(step: Progress) -> None:
        if step.stage == "reading" and not told:
            with ThreadPoolExecutor(1) as beside:
                told.append(beside.submit(talk, "status").result().text)

    fill(tmp_path / "handbook", {"점심.md": "# 점심\n\n열두 시"})
    talk.knowledge.refresh(progress=ask)
    assert "읽는 중: 0/1" in told[0]
    assert "읽는 중" not in talk("status").text


def test_status_tells_that_a_model_is_being_changed(talk, monkeypatch) -> None:
    """Which one serves meanwhile, and for how many passages it does."""
    status = replace(talk.knowledge.status(), waiting=Waiting("acme/before", 12))
    monkeypatch.setattr(talk.knowledge, "status", lambda: status)
    [line] = [line for line in talk("status").text.splitlines() if "before" in line]
    assert "12" in line


@pytest.mark.parametrize("name", ["help", "", "status", "show", "forget", "nonsense"])
@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_every_command_says_something(talk, name: str, locale: str) -> None:
    """Known, unknown and incomplete commands all end in a sentence."""
    assert talk(name, locale=locale).text.strip()


def a_talk(*texts: str) -> Talk:
    """A thread of the channel C1."""
    said = tuple(
        Said("민지", datetime(2026, 3, 2, 12, minute, tzinfo=UTC), text) for minute, text in enumerate(texts)
    )
    return Talk("C1/1709.1", "https://acme.slack.example/archives/C1/p1", said)


def test_a_saved_thread_is_a_document_of_its_channel(talk) -> None:
    """It is as old as its last message, a citation opens it in the chat, and the channel's people find it."""
    assert not talk("save", talk=a_talk("주차는 어디에?", "지하 2층입니다.")).is_refusal
    (document,) = talk.knowledge.find_documents("주차")
    assert (document.scope, document.link) == (CHANNEL, "https://acme.slack.example/archives/C1/p1")
    assert document.modified_at == datetime(2026, 3, 2, 12, 1, tzinfo=UTC)
    (found,) = talk.knowledge.retrieve("주차", frozenset({Scope(CHANNEL)}), limit=1).candidates
    assert source_of(found, 1, "").address == document.link


def test_a_thread_that_is_saved_again_is_brought_up_to_date(talk) -> None:
    """One document, with what was said since; removed, nothing of it is left."""
    talk("save", talk=a_talk("주차는 어디에?"))
    talk("save", talk=a_talk("주차는 어디에?", "지하 2층입니다."), author="U2")
    (document,) = talk.knowledge.find_documents("주차")
    assert "지하 2층" in "".join(passage.text for passage in talk.knowledge.passages(document))
    shown = talk("show", "주차").text
    assert shown.index("U2") < shown.index("U1")
    assert talk("remove", "주차").is_refusal  # of the version before
    assert not talk("remove", "주차", author="U2").is_refusal
    assert talk.knowledge.find_documents("주차") == []
    assert not Path(document.uri).exists()


def test_saving_takes_membership_and_words(talk) -> None:
    """Nobody saves from a channel that they aren't in, or nothing; for the team an admin saves."""
    assert talk("save", talk=a_talk("비밀"), author="U9").is_refusal
    assert talk("save", talk=a_talk(" ")).is_refusal
    assert talk("save").is_refusal
    assert talk("save", talk=a_talk("모두"), readers="team").is_refusal
    assert talk.knowledge.find_documents("비밀") == []


def test_who_gave_the_same_file_may_remove_it(talk) -> None:
    """Two who added one content both count as its adders."""
    file = ("점심.md", "# 점심\n\n열두 시".encode())
    talk("add", files=(file,))
    talk("add", files=(file,), author="U2")
    assert not talk("remove", "점심").is_refusal


def test_links_are_fetched_only_where_an_operator_allows_it(talk) -> None:
    """The refusal says how; a link within a text is no link to fetch."""
    told = talk("add", "https://docs.example.com/rules")
    assert told.is_refusal
    assert "ALLOW_URLS" in told.text
    assert not talk("add", "규칙\nhttps://docs.example.com/rules 를 보세요.").is_refusal


def test_a_link_is_added_for_its_channel(talk, monkeypatch) -> None:
    """The page's article is a document with its link; one that can't be had is named with the reason."""
    uploads = Uploads(talk.knowledge._parts.folder.parent / "uploads", parse)
    with a_website() as site:
        site.article("/rules", "주차 안내", "지하 2층에 세웁니다.")
        pages = Pages(site.fetcher(), uploads, talk.knowledge._parts.catalog)
        monkeypatch.setattr(talk.knowledge, "_parts", replace(talk.knowledge._parts, pages=pages))
        told = talk("add", f"{site.at('/rules')} <{site.at('/none')}>")
    assert "주차 안내" in told.text
    assert "404" in told.text
    (document,) = talk.knowledge.find_documents("주차 안내")
    assert (document.scope, document.link) == (CHANNEL, site.at("/rules"))
    assert document.link in talk("show", "주차 안내").text
    assert not talk("remove", "주차 안내").is_refusal
