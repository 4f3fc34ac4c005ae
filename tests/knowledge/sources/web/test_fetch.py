"""Fetching one page: over a real connection to this machine, with names that lead where a test wants."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import NotFetched
from knowledge.sources.web.fetch import Fetcher, FetchLimits
from knowledge.sources.web.permitted import Permitted
from tests.website import HOST, Page, Website, a_website


@pytest.fixture(scope="module")
def running() -> Iterator[Website]:
    with a_website() as site:
        yield site


@pytest.fixture
def site(running: Website) -> Website:
    running.pages.clear()
    running.asked.clear()
    return running


def refusal(fetcher: Fetcher, url: str) -> str:
    """Why a URL isn't fetched."""
    with pytest.raises(NotFetched) as caught:
        fetcher.get(url)
    return caught.value.parameters["reason"]


def test_a_page_comes_from_the_address_that_was_checked(site: Website) -> None:
    """The name is looked up once, the connection goes there, and the server is asked by its name."""
    looked_up = []

    def once(host, port):
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["169.254.169.254"]

    site.pages["/a"] = Page(b"hello")
    fetched = Fetcher(Permitted([f"{HOST}:{site.port}", "127.0.0.1"]), once).get(site.at("/a?q=1#part"))
    assert (fetched.status, fetched.data, fetched.url) == (200, b"hello", site.at("/a?q=1"))
    assert looked_up == [HOST]
    [(path, headers)] = site.asked
    assert (path, headers["host"]) == ("/a", f"{HOST}:{site.port}")
    assert headers["user-agent"].startswith("Saseo/")
    assert not {"cookie", "authorization", "referer"} & headers.keys()


def test_a_name_that_leads_inside_is_refused(site: Website) -> None:
    """Nothing is asked for, also when one of several addresses is good."""
    for addresses in (["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"]):
        assert refusal(site.fetcher(f"{HOST}:{site.port}", addresses=addresses), site.at("/a")) == "address"
    assert site.asked == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "0"])
def test_other_notations_of_this_machine_lead_nowhere(site: Website, host: str) -> None:
    """What the system takes for 127.0.0.1 is refused as that, once it is looked up."""

    def numeric(host, port):
        return [socket.inet_ntoa(socket.inet_aton(host))]

    fetcher = Fetcher(Permitted([f"*:{site.port}"]), numeric)
    assert refusal(fetcher, site.at("/", host)) in ("address", "malformed")
    assert site.asked == []


@given(number=st.integers(0, 2**32 - 1), data=st.data())
def test_any_notation_is_judged_by_where_it_leads(number: int, data: st.DataObject) -> None:
    """In decimal, octal, hexadecimal, and with parts left out, an internal address is refused; nothing is connected to."""
    octets = number.to_bytes(4, "big")
    forms = [str(number), hex(number), f"0{number:o}", ".".join(f"0{byte:o}" for byte in octets)]
    forms += [f"{octets[0]}.{number & 0xFFFFFF}", f"{octets[0]}.{octets[1]}.{number & 0xFFFF}"]
    host = data.draw(st.sampled_from(forms))
    reached = []

    def numeric(host, port):
        address = socket.inet_ntoa(socket.inet_aton(host))
        reached.append(address)
        return [address]

    fetcher = Fetcher(Permitted(["*"]), numeric)
    fetcher._ask = None  # so that whatever passes the checks fails before a connection
    plain = Fetcher(Permitted(["*"]), lambda host, port: [socket.inet_ntoa(octets)])
    plain._ask = None

    def verdict(fetcher: Fetcher, host: str) -> str:
        try:
            fetcher.get(f"http://{host}/")
        except NotFetched as error:
            return error.parameters["reason"]
        except TypeError:
            return "connects"
        return "fetched"

    found = verdict(fetcher, host)
    if found != "malformed":  # some forms are no URL for the library
        assert found == verdict(plain, "host.example")
        assert reached == [socket.inet_ntoa(octets)]


def test_each_redirect_is_checked(site: Website) -> None:
    """To another host, another port, another network, another protocol: none is followed; within the site one is."""
    site.pages["/there"] = Page(b"there")
    for location, reason in (
        ("/there", ""),
        (f"http://127.0.0.1:{site.port}/there", ""),
        ("http://169.254.169.254/latest/meta-data/", "host"),
        (f"http://other.test:{site.port}/there", "host"),
        (f"http://{HOST}:22/", "port"),
        ("file:///etc/passwd", "scheme"),
        (f"http://user:word@{HOST}:{site.port}/there", "credentials"),
        ("http://[", "malformed"),
    ):
        site.asked.clear()
        site.pages["/a"] = Page(status=302, headers={"location": location})
        fetcher = site.fetcher(f"{HOST}:{site.port}", f"127.0.0.1:{site.port}")
        if reason:
            assert refusal(fetcher, site.at("/a")) == reason, location
            assert site.paths == ["/a"]
        else:
            assert fetcher.get(site.at("/a")).data == b"there"


def test_a_redirect_can_t_rebind(site: Website) -> None:
    """A host that leads outside at first, and inside after a redirect to itself, is refused then."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    fetcher = Fetcher(Permitted([f"{HOST}:{site.port}", "127.0.0.1"]), lambda host, port: next(answers))
    site.pages["/a"] = Page(status=301, headers={"location": "/b"})
    assert refusal(fetcher, site.at("/a")) == "address"
    assert site.paths == ["/a"]


def test_redirects_end(site: Website) -> None:
    """A loop is given up."""
    site.pages["/a"] = Page(status=302, headers={"location": "/a"})
    assert refusal(site.fetcher(redirects=3), site.at("/a")) == "redirects"
    assert site.paths == ["/a"] * 4


def test_too_much_is_cut_off(site: Website) -> None:
    """A long body costs its limit; a compressed one isn't unpacked."""
    site.pages["/long"] = Page(b"x" * 5_000_000)
    assert refusal(site.fetcher(size=100_000), site.at("/long")) == "too_large"
    site.pages["/packed"] = Page(gzip.compress(b"0" * 10_000_000), headers={"content-encoding": "gzip"})
    assert refusal(site.fetcher(), site.at("/packed")) == "packed"


def test_whoever_doesn_t_answer_is_given_up() -> None:
    """Its connection is accepted, and nothing comes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        permitted = Permitted([f"127.0.0.1:{port}"])
        fetcher = Fetcher(permitted, lambda host, port: [host], FetchLimits(seconds=0.3))
        assert refusal(fetcher, f"http://127.0.0.1:{port}/") == "timed_out"


def test_what_can_t_be_reached_says_so(site: Website) -> None:
    """No host, no server, no HTTP; of several addresses the one that answers is used."""

    def nowhere(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "no")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    assert refusal(Fetcher(Permitted(["a.test"]), nowhere), "http://a.test/") == "resolve"
    assert refusal(Fetcher(Permitted(["a.test"]), lambda host, port: []), "http://a.test/") == "resolve"
    closed = Fetcher(Permitted([f"127.0.0.1:{free}"]), lambda host, port: [host])
    assert refusal(closed, f"http://127.0.0.1:{free}/") == "unreachable"
    tls = Fetcher(Permitted([f"127.0.0.1:{site.port}"]), lambda host, port: [host])
    assert refusal(tls, f"https://127.0.0.1:{site.port}/") in ("tls", "unreachable", "broken")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://",
        "x",
        "http://a b/",
        "http://[::1",
        "http://\x00/",
        "http://a:99999/",
        "http://" + "a" * 300,
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    """With a reason, whatever was typed."""
    fetcher = Fetcher(Permitted(["*"]), lambda host, port: ["10.0.0.1"])
    assert refusal(fetcher, url) in ("malformed", "scheme", "port", "host", "address")


@given(st.text(max_size=60))
def test_no_text_leads_inside_or_breaks_it(text: str) -> None:
    """Whatever stands for a host, nothing is asked for that isn't public."""
    fetcher = Fetcher(Permitted(["*"]), lambda host, port: ["10.0.0.1"])
    assert refusal(fetcher, f"http://{text}/") != ""
