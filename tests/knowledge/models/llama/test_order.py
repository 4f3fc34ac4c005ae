"""What the bot's process and the model's tell each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import GenerationFailed, MissingDependency, ModelUnavailable
from knowledge.models.llama.options import EngineOptions
from knowledge.models.llama.order import Order, failure_from_json, failure_to_json, private_order
from knowledge.models.llama.points import Plan


@pytest.mark.parametrize(
    "order",
    [
        Order("serve", Path("/모델.gguf"), EngineOptions(seed=3), Path("/run/llm.sock"), api_key="열쇠"),
        Order("trial", Path("m.gguf"), EngineOptions(kv_type="q8_0"), host="::1", port=80),
        Order("measure", Path("m.gguf"), EngineOptions(), plan=Plan((1, 2), (1, 4), (64, 128), 15.0)),
    ],
)
def test_an_order_arrives_as_it_was_given(order):
    """Through one line of JSON."""
    line = order.to_json()
    assert line.count(b"\n") == 1
    assert Order.from_json(line) == order


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7", "::", "example.org"])
def test_no_order_opens_the_model_to_everyone(host):
    """What other machines reach has a key, by construction."""
    with pytest.raises(ValueError, match=host):
        Order("serve", Path("m.gguf"), EngineOptions(), host=host)
    assert Order("serve", Path("m.gguf"), EngineOptions(), host=host, api_key="k").host == host


def test_a_private_order():
    """A socket with a new key each time; an address of this machine where the socket's path would be too long."""
    first, second = (private_order(Path("m"), EngineOptions(), Path("/data/llm")) for _ in range(2))
    assert first.socket == Path("/data/llm/llm.sock")
    assert len(first.api_key) > 30
    assert first.api_key != second.api_key
    assert first.api_key not in repr(first)
    long = private_order(Path("m"), EngineOptions(), Path("/data") / ("가" * 40))
    assert (long.socket, long.host, long.port) == (None, "127.0.0.1", 0)
    assert long.api_key


@pytest.mark.parametrize(
    "error",
    [
        ModelUnavailable(model="m", reason="damaged", detail="x"),
        MissingDependency(package="llama-cpp-python", command="make llama"),
        GenerationFailed(reason="too_long", model="m", detail=""),
    ],
)
def test_an_error_arrives_as_it_was_raised(error):
    """Its class, its parameters and so its sentence."""
    found = failure_from_json(failure_to_json(error))
    assert (type(found), found.key, found.parameters) == (type(error), error.key, error.parameters)


def test_an_unexpected_error_tells_its_kind_alone():
    """Its text may hold anything."""
    found = failure_from_json(failure_to_json(RuntimeError("secret")))
    assert found.key == "error-model-unavailable-unexpected"
    assert "secret" not in str(found)
