"""What the server's tests are asked with, and ask."""

from __future__ import annotations

from knowledge.models.chat import Delta, Done, Queued, Reading
from knowledge.models.remote import Endpoint, Patience, RemoteModel

KEY = "열쇠-key"
WAIT = 60
EVENTS = (Queued(1, 2.5), Reading(3, 9), Delta("연차는 "), Delta("15일입니다."), Done("stop", 9, 4, 2, 1))
MESSAGES = [{"role": "user", "content": "연차는 며칠인가요?"}]


def model(address, key=""):
    """Our own client."""
    patience = Patience(WAIT, WAIT, WAIT, WAIT)
    return RemoteModel(Endpoint(f"{address}/v1", "qwen", key), patience=patience)


def post(http, **body):
    """A completion's response."""
    return http.post("/v1/chat/completions", json={"messages": MESSAGES, **body})
