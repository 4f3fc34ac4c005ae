"""The connection to a Milvus server: what is tried again, what is told apart, and TLS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowledge.errors import IndexUnavailable
from knowledge.index import Place
from knowledge.index.milvus import MilvusIndex, MilvusOptions
from knowledge.index.milvus.server import Server, reason_of
from knowledge.messages import describe
from knowledge.types import EVERYONE
from tests.builders import SPACE, entry, live, vector_of
from tests.tls import NAME, TlsFront, make_certificates, no_certificates

EVERYBODY = frozenset({EVERYONE})
LIVE = live(range(5))


class Lossy:
    """A client over a line on which the answers to the first calls of some methods are lost."""

    def __init__(self, client: Any, module: Any, methods: set[str], reason: str) -> None:
        self._client = client
        self._module = module
        self._methods = methods
        self._reason = reason

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if name not in self._methods:
            return method

        def call(*arguments: Any, **options: Any) -> Any:
            method(*arguments, **options)
            self._methods.discard(name)
            raise self._module.MilvusException(message=f"StatusCode.{self._reason}")

        return call


def lose(server: Server, *methods: str, reason: str = "UNAVAILABLE") -> set[str]:
    """Lose the answers to the next call of each method; gives those that weren't called yet."""
    left = set(methods)
    connect = server._connect

    def connected() -> Any:
        return Lossy(connect(), server.module, left, reason)

    server._connect = connected
    server.close()
    return left


def opened(options: MilvusOptions, folder: Path, library: str = "a" * 32) -> MilvusIndex:
    return MilvusIndex(options, Place(folder, SPACE, owner=True, library=library))


def fill(index: MilvusIndex) -> None:
    index.catch_up(LIVE, 1, lambda rows: (entry(row, f"text {row}") for row in rows))


def has_all(index: MilvusIndex) -> bool:
    found = index.reader().search_dense(vector_of("text 3")[0], EVERYBODY, 9).rows.tolist()
    return (
        found[0] == 3
        and sorted(found) == LIVE.rows.tolist()
        and index.rows()["words"].tolist() == LIVE.rows.tolist()
    )


@pytest.mark.parametrize("reason", ["UNAVAILABLE", "DEADLINE_EXCEEDED"])
def test_what_was_done_and_could_not_be_told_is_done_once(
    milvus: MilvusOptions, tmp_path: Path, reason: str
) -> None:
    """A server that goes away after it made, filled, swapped or dropped something has that only once afterwards."""
    index = opened(milvus, tmp_path)
    left = lose(index._server, "create_collection", "create_alias", "upsert", reason=reason)
    fill(index)
    assert not left
    assert has_all(index)
    left = lose(index._server, "create_collection", "alter_alias", "drop_collection", "delete", reason=reason)
    index.begin_anew()
    fill(index)
    index.add([entry(9, "nine")])
    index.remove([9])
    index.sweep()
    assert not left
    assert has_all(index)
    server = Server(milvus)
    ours = [name for name in server.call("list_collections") if name.startswith(milvus.collection + "_")]
    assert len(ours) == 2
    server.close()
    index.close()


def test_a_slow_search_costs_nothing_but_itself(milvus: MilvusOptions, tmp_path: Path) -> None:
    """While one search has taken too long, others are tried at once, and what is being written is written."""
    index = opened(milvus, tmp_path)
    fill(index)
    left = lose(index._server, "search", reason="DEADLINE_EXCEEDED")
    with pytest.raises(IndexUnavailable) as caught:
        has_all(index)
    assert caught.value.parameters["reason"] == "timeout"
    assert not left
    assert has_all(index)
    left = lose(index._server, "search", reason="DEADLINE_EXCEEDED")
    with pytest.raises(IndexUnavailable):
        has_all(index)
    index.add([entry(9, "nine")])
    assert 9 in index.rows()["words"]
    index.close()


def test_an_error_does_not_tell_who_may_read_what(milvus: MilvusOptions, tmp_path: Path) -> None:
    """Servers repeat what they didn't understand; scopes in it would be in the log."""
    index = opened(milvus, tmp_path)
    fill(index)
    with pytest.raises(IndexUnavailable) as caught:
        index._server.call("query", index._meaning._collection.name, filter='scope in ["slack:T1/C9"] and ((')
    assert caught.value.parameters["reason"] == "refused"
    assert "C9" not in str(caught.value)
    assert "scope in" in str(caught.value)
    index.close()


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("quota exceeded[reason=disk quota exceeded, please allocate more resources]", "full"),
        ("deny to write the message to mq: No space left on device", "full"),
        ("memory quota exceeded, please allocate more resources", "full"),
        ("auth check failure, please check username and password are correct", "denied"),
        ("database not found[database=nowhere]", "database"),
        ("[search] Retry timeout: 1s, StatusCode.UNAVAILABLE, Connection refused", "down"),
        ("StatusCode.DEADLINE_EXCEEDED", "timeout"),
        ("wait for loading collection timeout, collection: documents", "timeout"),
        ("StatusCode.UNAVAILABLE UNAUTHENTICATED: Hostname Verification Check failed.", "tls"),
        ("something else", "refused"),
    ],
)
def test_what_a_server_says_is_understood(message: str, reason: str) -> None:
    """Each fault that an operator can mend is told apart, and every sentence is there."""
    assert reason_of(message, set(), connecting=False) == reason


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with those of an authority, a server and a client."""
    if reason := no_certificates():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


@pytest.fixture(params=[False, True], ids=["one side", "both sides"])
def front(
    request: pytest.FixtureRequest, milvus: MilvusOptions, certificates: Path
) -> Iterator[tuple[MilvusOptions, bool]]:
    """How to reach the server over TLS, and whether it asks for our certificate."""
    made = TlsFront(certificates, milvus.port, asks_back=request.param)
    chosen = {"tls_ca": str(certificates / "ca.pem"), "tls_server_name": NAME}
    if request.param:
        chosen |= {name: str(certificates / f"client.{end}") for name, end in CLIENT.items()}
    yield replace(milvus, port=made.port, tls=True, **chosen), request.param
    made.close()


CLIENT = {"tls_certificate": "pem", "tls_key": "key"}


def test_everything_goes_over_tls(front: tuple[MilvusOptions, bool], tmp_path: Path) -> None:
    """With an authority of one's own, and with a certificate of ours where the server wants one."""
    index = opened(front[0], tmp_path)
    fill(index)
    assert has_all(index)
    index.close()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_connection_that_is_not_safe_is_not_made(
    front: tuple[MilvusOptions, bool], tmp_path: Path, milvus: MilvusOptions, language: str
) -> None:
    """Another authority, another name, no certificate of ours, a server without TLS, or a file that is gone."""
    options, asks_back = front
    wrong = [
        replace(options, tls_ca="", tls_certificate="", tls_key=""),
        replace(options, tls_server_name=""),
        replace(options, port=milvus.port),
        replace(options, tls_ca=str(tmp_path / "gone.pem")),
    ]
    if asks_back:
        wrong.append(replace(options, tls_certificate="", tls_key=""))
    for each in wrong:
        with pytest.raises(IndexUnavailable) as caught:
            opened(each, tmp_path)
        assert caught.value.parameters["reason"] == "tls"
        assert "MILVUS_TLS_CA" in describe(caught.value, language)
