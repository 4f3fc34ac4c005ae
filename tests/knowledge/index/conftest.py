"""One Milvus server for the tests of a process, and fresh collections for each of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from knowledge.index.milvus import MilvusOptions
from tests.milvus_server import LiteServer

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiteServer]:
    """milvus-lite's server. A test may kill it."""
    server = LiteServer(tmp_path_factory.mktemp("milvus") / "data")
    yield server
    server.close()


@pytest.fixture
def milvus(milvus_server: LiteServer) -> MilvusOptions:
    """How to reach the server, which runs, with a collection's name that nobody has used."""
    if not milvus_server.is_running:
        milvus_server.start()
    return milvus_server.options(collection=f"documents_{next(_numbers)}")
