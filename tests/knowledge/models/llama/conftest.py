from __future__ import annotations

import httpx2
import pytest

from knowledge.models.llama.engine import Engine
from knowledge.models.llama.server import application
from tests.fakes import FakeEngine
from tests.http_server import served
from tests.knowledge.models.llama.asking import options
from tests.knowledge.models.llama.serving import EVENTS, WAIT


@pytest.fixture
def start():
    """Starts engines, and closes them after the test."""
    pytest.importorskip("llama_cpp", reason="llama-cpp-python isn't installed", exc_type=ImportError)
    engines = []

    def start(model, **changes):
        engines.append(Engine(model, options(**changes)))
        return engines[-1]

    yield start
    for engine in engines:
        engine.close()


@pytest.fixture
def engine():
    """An engine that answers well."""
    return FakeEngine(EVENTS)


@pytest.fixture
def address(engine):
    """The server, without a key."""
    with served(application(engine, "qwen", "")) as found:
        yield found


@pytest.fixture
def http(address):
    """Plain HTTP."""
    with httpx2.Client(base_url=address, trust_env=False, timeout=WAIT) as client:
        yield client
