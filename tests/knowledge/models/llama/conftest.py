from __future__ import annotations

import pytest

from knowledge.models.llama.engine import Engine
from tests.knowledge.models.llama.asking import options


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
