"""What server and client make of each other's JSON."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import GenerationFailed
from knowledge.models.chat import Delta, Done, Queued, Reading
from knowledge.models.wire import ChunkReader, chunk, failure, usage

COUNTS = st.integers(0, 10**6)
PROGRESS = st.one_of(
    st.builds(Queued, COUNTS, st.none() | st.floats(0, 1e6)),
    st.builds(Reading, COUNTS, COUNTS),
    st.builds(Delta, st.text(min_size=1)),
)
DONE = st.builds(
    Done, st.sampled_from(["stop", "length", "deadline", "cancelled"]), COUNTS, COUNTS, COUNTS, COUNTS
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
)
NAMES = [
    "choices",
    "delta",
    "content",
    "finish_reason",
    "usage",
    "saseo",
    "queued",
    "reading",
    "error",
    "code",
]


@given(st.lists(PROGRESS, max_size=8), DONE)
def test_what_the_server_says_the_client_reads(events, done):
    """Every event comes out as it went in."""
    head = {"id": "x", "object": "chat.completion.chunk"}
    sent = [chunk(event, head) for event in (*events, done)] + [{**head, "choices": [], "usage": usage(done)}]
    reader = ChunkReader()
    read = [event for body in sent for event in reader.read(json.loads(json.dumps(body)))]
    assert [*read, reader.end()] == [*events, done]


@given(
    st.recursive(
        JSON, lambda inside: st.lists(inside) | st.dictionaries(st.sampled_from(NAMES), inside), max_leaves=9
    )
)
def test_any_json_is_read_or_refused(data):
    """Whatever a server sends gives events or our own error."""
    reader = ChunkReader()
    try:
        reader.read(data)
        reader.end()
    except GenerationFailed as error:
        assert error.parameters["reason"] in ("invalid", "cut")
    assert failure(400, data)


def test_a_chunk_is_openais():
    """Any client finds the text where OpenAI has it, and never misses a choice."""
    assert chunk(Delta("네"), {"id": "x"}) == {
        "id": "x",
        "choices": [{"index": 0, "delta": {"content": "네"}, "finish_reason": None}],
    }
    assert chunk(Done("deadline"), {})["choices"][0]["finish_reason"] == "length"
    assert chunk(Queued(1, None), {})["choices"][0]["delta"] == {}
