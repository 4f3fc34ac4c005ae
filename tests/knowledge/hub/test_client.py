"""Fetching files, from a server on this machine that speaks the hub's protocol."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from huggingface_hub import HfApi, try_to_load_from_cache
from huggingface_hub.errors import OfflineModeIsEnabled

from knowledge import checksums
from knowledge.errors import MissingDependency, ModelUnavailable, StorageFull
from knowledge.hub import client, connect
from tests.hub_server import COMMIT, Site, hub_servers

NAME = "model.gguf"
DATA = bytes(range(256)) * 200


@pytest.fixture
def serve():
    """Starts servers and stops them."""
    with hub_servers() as start:
        yield start


@pytest.fixture
def site(serve):
    """A server with one large file and a small one."""
    return serve(Site({NAME: DATA, "README.md": b"hello"}))


@pytest.fixture(autouse=True)
def waited(monkeypatch):
    """How long was waited, without waiting."""
    seconds = []
    monkeypatch.setattr(time, "sleep", seconds.append)
    return seconds


def fetch(site, folder, progress=None, **options):
    return connect(site.address, **options).fetch_file("acme/small", NAME, folder, progress)


def failure(call):
    with pytest.raises(ModelUnavailable) as caught:
        call()
    return caught.value.parameters["reason"]


def test_the_file_that_is_wanted_comes_whole_and_nobody_is_told_who_asks(site, tmp_path):
    """Nothing else is fetched, nothing is left beside it, and the hub learns of no library and no machine."""
    seen = []
    path = fetch(site, tmp_path, lambda *now: seen.append(now))
    assert path == tmp_path / NAME
    assert path.read_bytes() == DATA
    assert seen == sorted(seen)
    assert seen[-1] == (len(DATA), len(DATA))
    left = {file.name for file in tmp_path.iterdir() if not file.name.startswith(".")}
    assert left == {NAME, checksums.FILE_NAME}
    assert checksums.recorded(tmp_path) == {NAME: checksums.sha256(path)}
    assert [path.split("?")[0] for path in site.paths()] == [
        "/api/models/acme/small/revision/main",
        f"/acme/small/resolve/{COMMIT}/{NAME}",
    ]
    assert {headers["user-agent"] for _, headers in site.requests} == {"saseo"}
    assert {name for _, headers in site.requests for name in headers} <= {
        *("host", "accept", "accept-encoding", "connection", "user-agent")
    }


def test_what_is_here_is_not_fetched_again(site, tmp_path):
    """A second call asks for the list only."""
    fetch(site, tmp_path)
    site.requests.clear()
    fetch(site, tmp_path)
    assert len(site.requests) == 1


def test_a_broken_connection_is_taken_up_again(site, tmp_path):
    """After a cut in the middle, the rest is asked for, as often as something comes, and not a byte twice."""
    site.cut_after, site.cuts = 10_000, 3
    assert fetch(site, tmp_path).read_bytes() == DATA
    assert site.ranges_of(NAME) == [None, "bytes=10000-", "bytes=20000-", "bytes=30000-"]


def test_the_next_run_goes_on(site, tmp_path, waited):
    """When nothing comes any more the run ends, no file of that name appears, and the next fetches the rest."""
    site.cut_after, site.cuts = 10_000, 1

    def nothing_more(done, total):
        if done == 10_000:
            site.cut_after, site.cuts = 0, 99

    assert failure(lambda: fetch(site, tmp_path, nothing_more)) == "unreachable"
    assert waited == [2, 4, 8]
    assert not (tmp_path / NAME).exists()
    site.cuts = 0
    site.requests.clear()
    assert fetch(site, tmp_path).read_bytes() == DATA
    assert site.ranges_of(NAME) == ["bytes=10000-"]


def test_a_process_that_was_interrupted_goes_on(site, tmp_path):
    """Ctrl-C keeps what has come."""
    site.cut_after, site.cuts = 10_000, 1

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(site, tmp_path, interrupt)
    assert fetch(site, tmp_path).read_bytes() == DATA
    assert site.ranges_of(NAME)[-1].startswith("bytes=")


def test_another_version_is_begun_anew(site, tmp_path):
    """What came of an older file isn't mixed with a newer one."""
    site.cut_after, site.cuts = 10_000, 1

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(site, tmp_path, interrupt)
    site.files[NAME] = DATA[::-1]
    assert fetch(site, tmp_path).read_bytes() == DATA[::-1]


def test_a_server_without_ranges(site, tmp_path):
    """If the whole file comes where the rest was asked for, it is begun anew."""
    site.cut_after, site.cuts, site.ranges = 10_000, 1, False
    assert fetch(site, tmp_path).read_bytes() == DATA


@pytest.mark.parametrize("announced", [b"x" + DATA[1:], DATA[:-1], DATA + b"x"], ids=["sum", "less", "more"])
def test_what_isnt_as_announced_isnt_kept(site, tmp_path, announced):
    """A file of another sum or length is thrown away."""
    site.announced[NAME] = announced
    assert failure(lambda: fetch(site, tmp_path)) == "damaged"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("model")]


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (404, "", "not_found"),
        (401, "RepoNotFound", "not_found"),
        (401, "", "denied"),
        (403, "GatedRepo", "denied"),
        (429, "", "rate_limited"),
        (503, "", "unreachable"),
    ],
)
@pytest.mark.parametrize("where", ["statuses", "file_statuses"])
def test_refusals_are_told_apart(site, tmp_path, where, status, code, reason):
    """A model that doesn't exist, one that isn't open to us, too many requests, a hub that is down."""
    setattr(site, where, [(status, {"X-Error-Code": code} if code else {})] * 99)
    assert failure(lambda: fetch(site, tmp_path)) == reason


@pytest.mark.parametrize("where", ["statuses", "file_statuses"])
@pytest.mark.parametrize("headers", [{"Retry-After": "20"}, {"RateLimit": '"api";r=0;t=20'}], ids=str)
def test_a_short_pause_is_kept(site, tmp_path, waited, where, headers):
    """Where the hub says when to come back, that is waited for, and the download goes on."""
    setattr(site, where, [(429, headers)])
    assert fetch(site, tmp_path).read_bytes() == DATA
    assert waited == [21]


@pytest.mark.parametrize("where", ["statuses", "file_statuses"])
@pytest.mark.parametrize("headers", [{"Retry-After": "300"}, {"RateLimit": '"api";r=0;t=300'}], ids=str)
def test_a_long_pause_is_told(site, tmp_path, waited, where, headers):
    """Nobody sits before a screen that says nothing for minutes."""
    setattr(site, where, [(429, headers)])
    assert failure(lambda: fetch(site, tmp_path)) == "rate_limited"
    assert waited == []


def test_a_hub_that_stumbles_is_asked_again(site, tmp_path):
    """A server error that passes is no failure."""
    site.statuses, site.file_statuses = [(502, {})], [(503, {})]
    assert fetch(site, tmp_path).read_bytes() == DATA


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9", "ftp://127.0.0.1/x", "127.0.0.1", "http://127.0.0.1:x", ""]
)
def test_nobody_there(tmp_path, address):
    """No server, or no address: the hub can't be reached."""
    assert failure(lambda: connect(address).fetch_file("a/b", NAME, tmp_path)) == "unreachable"


@pytest.mark.parametrize(
    "answer",
    [
        *(b"<html>", b"[]", b"{}", b'{"id": "x", "sha": "../x", "siblings": []}'),
        b'{"id": "x", "sha": "abc", "siblings": [{"rfilename": "model.gguf"}]}',
    ],
)
def test_a_server_that_is_no_hub(site, tmp_path, monkeypatch, answer):
    """A portal that answers everything with its own page is no hub."""
    monkeypatch.setattr(site, "listing", lambda: answer, raising=False)
    assert failure(lambda: fetch(site, tmp_path)) == "unreachable"


@pytest.mark.parametrize("repository", ["a b", "../x", "a/b/c", ""])
def test_a_name_that_can_not_be(site, tmp_path, repository):
    """It is found out without asking."""
    hub = connect(site.address)
    assert failure(lambda: hub.fetch_file(repository, NAME, tmp_path)) == "not_found"
    assert site.requests == []


def test_a_file_that_is_not_there(site, tmp_path):
    """The repository is, and has no such file."""
    hub = connect(site.address)
    assert failure(lambda: hub.fetch_file("acme/small", "other.gguf", tmp_path)) == "not_found"


def test_the_token_stays_at_the_hub(site, serve, tmp_path):
    """It goes with each request to the hub, and not to the storage that the hub names."""
    storage = serve(Site(site.files))
    site.storage = storage.address.replace("127.0.0.1", "localhost")
    fetch(site, tmp_path, token="hf_secret")
    assert all(headers["authorization"] == "Bearer hf_secret" for _, headers in site.requests)
    assert storage.requests
    assert not any("authorization" in headers for _, headers in storage.requests)


def test_a_proxy_is_used(site, tmp_path, monkeypatch):
    """HTTP_PROXY holds: the hub's own address isn't even looked up."""
    monkeypatch.setenv("HTTP_PROXY", site.address)
    monkeypatch.delenv("NO_PROXY", raising=False)
    path = connect("http://hub.invalid").fetch_file("acme/small", NAME, tmp_path)
    assert path.read_bytes() == DATA
    assert all(path.startswith("http://hub.invalid/") for path in site.paths())


def test_a_socks_proxy_names_the_package_that_it_needs(site, tmp_path, monkeypatch):
    """Without that package the command to install it is told."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(MissingDependency) as caught:
        fetch(site, tmp_path)
    assert caught.value.parameters["package"] == "socksio"


def test_nothing_else_gets_through(site, tmp_path):
    """While and after a person's download runs, HF_HUB_OFFLINE holds for everything else in the process."""

    def look_up():
        with pytest.raises(OfflineModeIsEnabled):
            HfApi(endpoint=site.address).model_info("acme/small", token=False)

    def look_up_beside(done, total):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(look_up).result()

    fetch(site, tmp_path, look_up_beside)
    look_up()
    assert len(site.requests) == 2


def test_too_little_space_is_told_first(site, tmp_path, monkeypatch):
    """Before gigabytes are fetched; what has come already counts."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(client.shutil, "disk_usage", lambda _path: usage._replace(free=len(DATA) - 1))
    with pytest.raises(StorageFull):
        fetch(site, tmp_path)
    assert len(site.requests) == 1
    monkeypatch.setattr(client.shutil, "disk_usage", lambda _path: usage)
    site.cut_after, site.cuts = 10_000, 99
    with pytest.raises(KeyboardInterrupt):
        fetch(site, tmp_path, lambda done, total: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr(client.shutil, "disk_usage", lambda _path: usage._replace(free=len(DATA) - 1))
    site.cuts = 0
    assert fetch(site, tmp_path).read_bytes() == DATA


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_disk_that_fills_up_is_told(site, tmp_path, monkeypatch):
    """While the file is written; nothing appears under its name."""
    full = tmp_path / "part"
    full.symlink_to("/dev/full")
    monkeypatch.setattr(client, "_partial", lambda *_: full)
    with pytest.raises(StorageFull) as caught:
        fetch(site, tmp_path)
    assert caught.value.parameters["path"] == str(tmp_path)
    assert not (tmp_path / NAME).exists()


def test_huggingface_hub_finds_a_snapshot(site, tmp_path):
    """The layout is that of the hub's own cache."""
    folder = connect(site.address).fetch_snapshot("acme/small", tmp_path, list)
    assert try_to_load_from_cache("acme/small", NAME, tmp_path) == str(folder / NAME)


def test_names_that_lead_outside_are_left_out(site, tmp_path):
    """A hub can't write elsewhere than into the model's folder."""
    outside = ["../../../config.json", "/tmp/config.json", "0_x/../../config.json", "1_a\\..\\config.json"]
    site.files |= dict.fromkeys(outside, b"{}")
    connect(site.address).fetch_snapshot("acme/small", tmp_path / "cache", list)
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    assert not any(".." in path or "tmp" in path for path in site.paths())
