"""Fetching a model, from a server on this machine that speaks the hub's protocol."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from knowledge.embedding import hub, locate
from knowledge.embedding.download import download, needed
from knowledge.embedding.hub import Hub
from knowledge.embedding.sentence_transformers import SentenceTransformerEmbedder
from knowledge.errors import ModelUnavailable, StorageFull

COMMIT = "0123456789abcdef0123456789abcdef01234567"
WEIGHTS = "model.safetensors"


@dataclass
class Site:
    """What the server has, how it misbehaves, and what it was asked."""

    files: dict[str, bytes]
    address: str = ""
    status: int = 200
    error_code: str = ""
    cut_after: int | None = None  # bytes of the weights in one answer
    cuts: int = 0
    ranges: bool = True
    storage: str = ""  # another server, to which the weights are redirected
    announced: dict[str, bytes] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def paths(self):
        return [path for path, _ in self.requests]

    def listing(self):
        entries = []
        for name, data in {**self.files, **self.announced}.items():
            entry = {"rfilename": name, "size": len(data)}
            if name.endswith((".safetensors", ".bin")):
                entry["lfs"] = {
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "size": len(data),
                    "pointerSize": 130,
                }
            entries.append(entry)
        return json.dumps({"id": "acme/small", "sha": COMMIT, "siblings": entries}).encode()


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self):
        site = self.site
        site.requests.append((self.path, dict(self.headers)))
        if site.status != 200:
            self._answer(site.status, b"no", {"X-Error-Code": site.error_code} if site.error_code else {})
        elif self.path == "/api/models/acme/small/revision/main?blobs=true":
            self._answer(200, site.listing(), {"Content-Type": "application/json"})
        elif match := re.fullmatch(rf"(?:/storage)?/acme/small/resolve/{COMMIT}/(.+)", self.path):
            self._file(match[1])
        else:
            self._answer(404, b"", {"X-Error-Code": "RepoNotFound"})

    def _file(self, name):
        site = self.site
        if site.storage and name == WEIGHTS and not self.path.startswith("/storage"):
            self._answer(302, b"", {"Location": f"{site.storage}/storage{self.path}"})
            return
        data, status, headers = site.files[name], 200, {"ETag": '"x"', "X-Repo-Commit": COMMIT}
        if (wanted := self.headers.get("Range")) and site.ranges:
            begin = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
            if begin >= len(data):
                self._answer(416, b"", {})
                return
            headers["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
            data, status = data[begin:], 206
        cut = site.cut_after if name == WEIGHTS and site.cuts > 0 else None
        if cut is not None:
            site.cuts -= 1
        self._answer(status, data, headers, cut)

    def _answer(self, status, data, headers, cut=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:cut])
        self.close_connection = True

    def log_message(self, *args):
        pass


@pytest.fixture
def serve():
    """Starts servers and stops them."""
    servers = []

    def start(site):
        handler = type("Handler", (_Handler,), {"site": site})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        site.address = f"http://127.0.0.1:{server.server_port}"
        return site

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def site(serve, tiny_folder):
    """A server with the small model and a lot that nobody needs."""
    names = [path for path in tiny_folder.rglob("*") if path.is_file()]
    files = {path.relative_to(tiny_folder).as_posix(): path.read_bytes() for path in names}
    extra = ["README.md", "onnx/model.onnx", "pytorch_model.bin", "openvino/openvino_model.bin", "imgs/a.png"]
    return serve(Site(files | dict.fromkeys(extra, b"not needed")))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(Hub.__init__, "__defaults__", (hub.ENDPOINT, None, lambda _seconds: None))


def _reason(call):
    with pytest.raises(ModelUnavailable) as caught:
        call()
    return caught.value.parameters["reason"]


def test_what_is_needed_is_fetched_and_found(site, tmp_path):
    """The model is found afterwards and runs; nothing else is fetched, and the hub isn't told who asks."""
    seen = []
    folder = download("acme/small", tmp_path, endpoint=site.address, progress=lambda *now: seen.append(now))
    assert locate.locate("acme/small", tmp_path) == folder
    embedder = SentenceTransformerEmbedder("acme/small", cache_folder=tmp_path)
    assert embedder.embed_query("abc").shape == (32,)
    assert not any(
        word in path for path in site.paths() for word in ("README", "onnx", "pytorch", "openvino")
    )
    assert (
        seen[-1][0] == seen[-1][1] == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    )
    assert seen == sorted(seen)
    assert {headers["User-Agent"] for _, headers in site.requests} == {"saseo"}
    assert not list(tmp_path.rglob("*.partial"))


def test_huggingface_hub_finds_it_too(site, tmp_path):
    """The layout is that of the hub's own cache."""
    from huggingface_hub import try_to_load_from_cache

    folder = download("acme/small", tmp_path, endpoint=site.address)
    assert try_to_load_from_cache("acme/small", "config.json", tmp_path) == str(folder / "config.json")


def test_a_second_call_fetches_nothing(site, tmp_path):
    """What is here stays."""
    download("acme/small", tmp_path, endpoint=site.address)
    before = len(site.requests)
    download("acme/small", tmp_path, endpoint=site.address)
    assert len(site.requests) == before + 1


def test_a_broken_connection_is_taken_up_again(site, tmp_path):
    """After a cut in the middle, the rest is asked for, as often as something comes."""
    site.cut_after, site.cuts = 10_000, 3
    folder = download("acme/small", tmp_path, endpoint=site.address)
    asked = [headers.get("Range") for path, headers in site.requests if path.endswith(WEIGHTS)]
    assert asked == [None, "bytes=10000-", "bytes=20000-", "bytes=30000-"]
    assert (folder / WEIGHTS).read_bytes() == site.files[WEIGHTS]


def test_the_next_run_goes_on(site, tmp_path):
    """When nothing comes any more the model isn't found, and the next run fetches only the rest."""
    site.cut_after, site.cuts = 10_000, 1

    def refuse_from_then_on(done, total):
        if not site.cuts and done > 10_000:
            site.cut_after, site.cuts = 0, 99

    reason = _reason(
        lambda: download("acme/small", tmp_path, endpoint=site.address, progress=refuse_from_then_on)
    )
    assert reason == "unreachable"
    assert locate.locate("acme/small", tmp_path) is None
    site.cuts = 0
    site.requests.clear()
    folder = download("acme/small", tmp_path, endpoint=site.address)
    asked = [headers.get("Range") for path, headers in site.requests if path.endswith(WEIGHTS)]
    assert asked == ["bytes=10000-"]
    assert (folder / WEIGHTS).read_bytes() == site.files[WEIGHTS]


def test_a_server_without_ranges(site, tmp_path):
    """If the whole file comes where the rest was asked for, it is begun anew."""
    site.cut_after, site.cuts, site.ranges = 10_000, 1, False
    folder = download("acme/small", tmp_path, endpoint=site.address)
    assert (folder / WEIGHTS).read_bytes() == site.files[WEIGHTS]


@pytest.mark.parametrize("change", ["content", "shorter"])
def test_what_isnt_as_announced_isnt_kept(site, tmp_path, change):
    """Weights of another sum or length are thrown away, and the model isn't found."""
    good = site.files[WEIGHTS]
    site.announced[WEIGHTS] = b"x" + good[1:] if change == "content" else good[:-1]
    assert _reason(lambda: download("acme/small", tmp_path, endpoint=site.address)) == "damaged"
    assert locate.locate("acme/small", tmp_path) is None
    assert not list(tmp_path.rglob("*.partial"))


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
def test_refusals_are_told_apart(site, tmp_path, status, code, reason):
    """A model that doesn't exist, one that isn't open to us, too many requests, a hub that is down."""
    site.status, site.error_code = status, code
    assert _reason(lambda: download("acme/small", tmp_path, endpoint=site.address)) == reason


def test_nobody_there(tmp_path):
    """No server, no http, or a server that is no hub: the hub can't be reached."""
    for address in ("http://127.0.0.1:9", "ftp://127.0.0.1/x", "127.0.0.1"):
        assert (
            _reason(lambda address=address: download("acme/small", tmp_path, endpoint=address))
            == "unreachable"
        )


def test_a_repository_of_another_kind(site, tmp_path):
    """Files that are no Sentence Transformers model are told as such."""
    site.files = {"README.md": b"hello", "config.json": b"{}"}
    assert _reason(lambda: download("acme/small", tmp_path, endpoint=site.address)) == "unsupported"
    site.files = {"README.md": b"hello"}
    assert _reason(lambda: download("acme/small", tmp_path, endpoint=site.address)) == "unsupported"


def test_names_that_lead_outside_are_left_out(site, tmp_path):
    """A hub can't write elsewhere than into the model's folder."""
    outside = ["../../../config.json", "/tmp/config.json", "0_x/../../config.json", "1_a\\..\\config.json"]
    site.files |= dict.fromkeys(outside, b"{}")
    download("acme/small", tmp_path / "cache", endpoint=site.address)
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    assert not any(".." in path or "tmp" in path for path in site.paths())


def test_the_token_stays_at_the_hub(site, serve, tmp_path):
    """It goes with each request to the hub, and not to the storage that the hub names."""
    storage = serve(Site(site.files))
    site.storage = storage.address.replace("127.0.0.1", "localhost")
    download("acme/small", tmp_path, endpoint=site.address, token="hf_secret")
    assert all(headers["Authorization"] == "Bearer hf_secret" for _, headers in site.requests)
    assert storage.requests
    assert not any("Authorization" in headers for _, headers in storage.requests)


def test_too_little_space(site, tmp_path, monkeypatch):
    """It is told before gigabytes are fetched."""
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(hub.shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(StorageFull):
        download("acme/small", tmp_path, endpoint=site.address)
    assert len(site.requests) == 1


def test_old_weights_only_where_there_are_no_new_ones():
    """Some models have only PyTorch's format, some have both, some are in several files."""
    common = ["config.json", "modules.json", "tokenizer.json", "1_Pooling/config.json", "2_Dense/config.json"]
    old = ["pytorch_model.bin", "2_Dense/pytorch_model.bin"]
    new = ["model.safetensors", "2_Dense/model.safetensors"]
    others = ["onnx/config.json", "model.onnx", "tf_model.h5", "colbert_linear.pt", "model.fp16.safetensors"]
    assert sorted(needed([*common, *old, *others])) == sorted([*common, *old])
    assert sorted(needed([*common, *old, *new, *others])) == sorted([*common, *new])
    shards = [
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
    ]
    assert sorted(needed([*common, *shards])) == sorted([*common, *shards])
