"""Pages of the web as documents: added, looked at again, and forgotten slowly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from knowledge.catalog import pages as kept
from knowledge.errors import NotFetched, Unreadable
from knowledge.parsing import parse
from knowledge.service import Knowledge
from knowledge.sources.uploads import Uploads
from knowledge.sources.web.pages import Pages
from knowledge.types import Scope
from tests.librarian import parts_for
from tests.website import HTML, Page, Website, a_website

CHANNEL = Scope("slack:T1/C1")
SCOPES = frozenset({CHANNEL})


@pytest.fixture(scope="module")
def running() -> Iterator[Website]:
    with a_website() as site:
        yield site


@dataclass
class Librarian:
    """Knowledge that may fetch from a site, and a clock."""

    site: Website
    knowledge: Knowledge
    now: datetime = field(default_factory=lambda: datetime(2026, 5, 4, 9, tzinfo=UTC))

    def add(self, path: str = "/rules") -> None:
        page = self.knowledge.add_page(CHANNEL, self.site.at(path))
        assert self.knowledge._parts.pages is not None
        self.knowledge.register(self.knowledge._parts.pages.folder_of(Scope(page.scope)))
        self.knowledge.refresh([self.knowledge._parts.pages.folder_of(CHANNEL)])

    def look(self, **later: float) -> None:
        """A scheduled run, so much later."""
        self.now += timedelta(**later)
        self.site.asked.clear()
        self.knowledge.refresh()

    @property
    def texts(self) -> str:
        return " ".join(p.text for d in self.knowledge.documents(SCOPES) for p in self.knowledge.passages(d))

    @property
    def problems(self) -> list[str]:
        return [problem.error.parameters["reason"] for problem in self.knowledge.status().problems]


@pytest.fixture
def librarian(running: Website, tmp_path: Path) -> Iterator[Librarian]:
    running.pages.clear()
    running.asked.clear()
    running.article("/rules", "주차 안내", "지하 2층에 세웁니다.", etag='"1"')
    parts = parts_for(tmp_path)
    uploads = Uploads(tmp_path / "uploads", parse)
    made: list[Librarian] = []
    pages = Pages(running.fetcher(), uploads, parts.catalog, lambda: made[0].now)
    knowledge = Knowledge(parts_for(tmp_path, catalog=parts.catalog, pages=pages), owner=True)
    made.append(Librarian(running, knowledge))
    yield made[0]
    knowledge.close()


def test_a_page_is_a_document_of_its_scope(librarian: Librarian) -> None:
    """Its article without its menu, under its title; it is found, and as old as its server says."""
    librarian.site.pages["/rules"].headers["last-modified"] = "Mon, 02 Mar 2026 12:00:00 GMT"
    librarian.add()
    [document] = librarian.knowledge.documents(SCOPES)
    assert (document.title, document.modified_at) == ("주차 안내", datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert "지하 2층" in librarian.texts
    assert "menu" not in librarian.texts


def test_an_unchanged_page_costs_one_short_answer(librarian: Librarian) -> None:
    """It is asked for with its tag, at most once an hour, and nothing is read again."""
    librarian.add()
    before = librarian.knowledge.status().generation
    librarian.look(minutes=30)
    assert librarian.site.asked == []
    librarian.look(minutes=31)
    [(_, headers)] = [each for each in librarian.site.asked if each[0] == "/rules"]
    assert headers["if-none-match"] == '"1"'
    assert librarian.knowledge.status().generation == before


def test_a_changed_page_is_read_again(librarian: Librarian) -> None:
    """In the run that finds it; one whose markup alone changed isn't."""
    librarian.add()
    librarian.site.article("/rules", "주차 안내", "지하 3층에 세웁니다.", etag='"2"')
    librarian.look(hours=1)
    assert "지하 3층" in librarian.texts
    assert "지하 2층" not in librarian.texts
    before = librarian.knowledge.status().generation
    page = librarian.site.pages["/rules"]
    librarian.site.pages["/rules"] = Page(page.body.replace(b"<body>", b"<body data-token='x'>"))
    librarian.look(hours=1)
    assert librarian.knowledge.status().generation == before


def test_a_page_that_is_gone_is_forgotten_slowly(librarian: Librarian) -> None:
    """After days and several looks, everywhere, with its original; before that it is reported."""
    librarian.add()
    [document] = librarian.knowledge.documents(SCOPES)
    librarian.site.pages["/rules"] = Page(status=404)
    librarian.look(hours=1)
    assert librarian.problems == ["gone"]
    librarian.look(hours=30)
    assert "지하 2층" in librarian.texts
    librarian.look(days=3)
    assert librarian.knowledge.documents(SCOPES) == []
    assert not Path(document.uri).exists()
    assert librarian.problems == []
    librarian.look(days=3)
    assert librarian.site.paths == []


def test_a_page_that_comes_back_was_never_gone(librarian: Librarian) -> None:
    """The days count from the last time that it was there."""
    librarian.add()
    there = librarian.site.pages["/rules"]
    for _ in range(3):
        librarian.site.pages["/rules"] = Page(status=410)
        librarian.look(days=2)
        librarian.site.pages["/rules"] = there
        librarian.look(days=2)
    assert "지하 2층" in librarian.texts
    assert librarian.problems == []


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Page(status=500), "status"),
        (Page(status=403), "denied"),
        (Page(b"x", headers={"content-type": "image/png"}), "type"),
        (Page(b"<html><body></body></html>", headers=dict(HTML)), "unreadable"),
        (Page(status=302, headers={"location": "http://169.254.169.254/"}), "host"),
    ],
)
def test_what_fails_keeps_what_is_known(librarian: Librarian, page: Page, reason: str) -> None:
    """The pauses between the looks grow, and the reason is shown until it is mended."""
    librarian.add()
    there, librarian.site.pages["/rules"] = librarian.site.pages["/rules"], page
    librarian.look(hours=1)
    assert (librarian.problems, "지하 2층" in librarian.texts) == ([reason], True)
    librarian.look(hours=1)
    librarian.look(hours=1)
    assert librarian.site.paths == []
    librarian.site.pages["/rules"] = there
    librarian.look(days=1)
    assert librarian.problems == []


def test_a_site_may_ask_for_a_longer_pause(librarian: Librarian) -> None:
    """Retry-After is heeded, but not for ever."""
    librarian.add()
    librarian.site.pages["/rules"] = Page(status=503, headers={"retry-after": "172800"})
    librarian.look(hours=1)
    librarian.look(days=1.5)
    assert librarian.site.paths == []
    librarian.look(days=1)
    assert librarian.site.paths == ["/rules"]


def test_robots_are_heeded(librarian: Librarian) -> None:
    """What a site asks robots to leave alone isn't asked for; a site that can't be asked says no for now."""
    librarian.site.pages["/robots.txt"] = Page(
        b"User-agent: *\nDisallow: /r*les$\nUser-agent: other\nDisallow:\n"
    )
    with pytest.raises(NotFetched) as caught:
        librarian.knowledge.add_page(CHANNEL, librarian.site.at("/rules"))
    assert caught.value.parameters["reason"] == "robots"
    assert librarian.site.paths == []
    librarian.knowledge._parts.pages._robots._kept.clear()
    librarian.site.pages["/robots.txt"] = Page(status=503)
    with pytest.raises(NotFetched):
        librarian.knowledge.add_page(CHANNEL, librarian.site.at("/rules"))
    assert librarian.site.paths == []


def test_what_is_refused_leaves_nothing_behind(librarian: Librarian, tmp_path: Path) -> None:
    """Neither a file nor a page to look at."""
    librarian.site.pages["/empty"] = Page(b"<html></html>")
    librarian.site.pages["/picture"] = Page(b"x", headers={"content-type": "image/png"})
    for path in ("/empty", "/picture", "/none"):
        with pytest.raises((NotFetched, Unreadable)):
            librarian.knowledge.add_page(CHANNEL, librarian.site.at(path))
    assert not (tmp_path / "uploads").exists()
    librarian.look(days=1)
    assert librarian.site.asked == []


def test_a_page_that_a_person_removes_is_looked_at_no_more(librarian: Librarian) -> None:
    """Until it is added again."""
    librarian.add()
    [document] = librarian.knowledge.documents(SCOPES)
    librarian.knowledge.forget(document)
    librarian.look(days=1)
    assert librarian.site.asked == []
    librarian.add()
    assert "지하 2층" in librarian.texts


def test_one_page_in_two_scopes_is_two_documents(librarian: Librarian) -> None:
    """And two pages are never one, whatever their addresses have in common."""
    librarian.add()
    other = librarian.knowledge.add_page(Scope("slack:T1/C2"), librarian.site.at("/rules"))
    librarian.site.article("/a/rules", "a", "Another page.")
    another = librarian.knowledge.add_page(CHANNEL, librarian.site.at("/a/rules"))
    with librarian.knowledge._catalog.read() as connection:
        assert len({page.uri for page in kept.every(connection)} & {other.uri, another.uri}) == 2
        assert len(kept.every(connection)) == 3


def test_without_permission_nothing_is_fetched(tmp_path: Path) -> None:
    """Off by default, with a sentence that says so."""
    knowledge = Knowledge(parts_for(tmp_path), owner=True)
    with pytest.raises(NotFetched) as caught:
        knowledge.add_page(CHANNEL, "http://docs.test/")
    assert caught.value.parameters["reason"] == "off"
    knowledge.close()


def test_other_formats_are_told_by_their_type(librarian: Librarian) -> None:
    """A Markdown file that is served as plain text is read as Markdown."""
    librarian.site.pages["/raw/README.md"] = Page(
        b"# Read me\n\nA rule.", headers={"content-type": "text/plain"}
    )
    librarian.add("/raw/README.md")
    assert librarian.knowledge.find_documents("Read me")[0].uri.endswith(".md")


def test_a_host_that_is_away_is_tried_once_for_all_its_pages(librarian: Librarian) -> None:
    """So that a site that is down keeps no run waiting."""
    librarian.site.article("/other", "Other", "Another page.")
    librarian.add()
    librarian.add("/other")
    looked_up = []

    def away(host, port):
        looked_up.append(host)
        raise OSError

    librarian.knowledge._parts.pages._robots._kept.clear()
    librarian.knowledge._parts.pages._fetcher._resolve = away
    librarian.look(hours=1)
    assert len(looked_up) == 1
    assert librarian.problems == ["resolve"]
    assert "Another page" in librarian.texts


def test_a_lost_original_is_fetched_again(librarian: Librarian) -> None:
    """Not asked for with the tag of what isn't there any more."""
    librarian.add()
    [document] = librarian.knowledge.documents(SCOPES)
    Path(document.uri).unlink()
    librarian.look(hours=1)
    assert Path(document.uri).is_file()
    assert "지하 2층" in librarian.texts
