"""`memory`: what the model's process takes, of what `saseo doctor` says that it will."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import psutil

from bot.models.language_model import memory_of
from bot.settings import Settings
from knowledge.models.llama.order import private_order
from knowledge.models.llama.process import Launch, ModelProcess, start
from knowledge.models.remote import Endpoint, RemoteModel
from scripts.llm_rows.bench import CONTEXT, KOREAN, Bench, Found, request

_START_SECONDS = 900.0


def memory(bench: Bench) -> Found:
    """After a question over a thousand tokens, which has read all weights and used the largest step."""
    settings = Settings(llm_model_path=bench.model, llm_context_size=CONTEXT)
    predicted = memory_of(bench.model, settings)
    with tempfile.TemporaryDirectory() as folder:
        taken = asyncio.run(_taken(bench, Path(folder)))
    told = f"the process takes {taken.rss / 1e9:.2f} GB, saseo doctor says {predicted / 1e9:.2f} GB"
    if mapped := getattr(taken, "shared", 0):  # Linux tells
        told += f"; {mapped / 1e9:.2f} GB are the model's file and libraries, which the system can drop"
    return Found(taken.rss / predicted, told)


async def _taken(bench: Bench, folder: Path) -> Any:
    """What psutil says of the process's memory."""
    order = private_order(bench.model, bench.options(), folder)
    process = await start(order, Launch(folder / "model.log"), _START_SECONDS)
    try:
        model = RemoteModel(_endpoint(process, order.api_key, order.socket))
        text = " ".join([KOREAN] * (bench.scaled(1000) // 30 + 1))
        async for _ in model.stream(request(text, "?", bench.scaled(50))):
            pass
        return psutil.Process(process.pid).memory_info()
    finally:
        await process.stop()


def _endpoint(process: ModelProcess, key: str, socket: Path | None) -> Endpoint:
    port = process.facts["port"]
    address = f"http://127.0.0.1:{port}/v1" if port else "http://localhost/v1"
    return Endpoint(address, process.facts["model"], key, socket)
