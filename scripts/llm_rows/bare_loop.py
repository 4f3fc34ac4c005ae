"""The bare loop of `llama_decode` that the engine is held against, in a process and a build of its own.

    python bare_loop.py MODEL THREADS PROMPT TOKENS

Reads a prompt of so many tokens, writes so many, and prints tokens a second of both as JSON. It imports
nothing of this project: another environment's Python runs it.
"""

from __future__ import annotations

import ctypes
import json
import sys
import time
from collections.abc import Sequence

import llama_cpp as llama

STEP = 512  # tokens of a prompt


def main() -> None:
    """Measure and print."""
    path, (threads, prompt, tokens) = sys.argv[1], map(int, sys.argv[2:])
    quiet = llama.llama_log_callback(lambda *_: None)
    llama.llama_log_set(quiet, ctypes.c_void_p())
    llama.llama_backend_init()
    model = llama.llama_model_load_from_file(path.encode(), llama.llama_model_default_params())
    settings = llama.llama_context_default_params()
    settings.n_ctx, settings.n_batch, settings.n_ubatch = prompt + tokens + 64, STEP, STEP
    settings.n_threads = settings.n_threads_batch = threads
    settings.flash_attn_type = 1
    context = llama.llama_init_from_model(model, settings)
    size = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model))

    def decode(ids: Sequence[int]) -> None:
        array = (llama.llama_token * len(ids))(*(token % size for token in ids))
        if status := llama.llama_decode(context, llama.llama_batch_get_one(array, len(ids))):
            sys.exit(f"llama_decode: {status}")

    decode(range(100, 108))
    began = time.monotonic()
    for at in range(0, prompt, STEP):
        decode([1000 + i % 5000 for i in range(at, min(at + STEP, prompt))])
    read = time.monotonic() - began
    began = time.monotonic()
    for i in range(tokens):
        decode([2000 + i])
    written = time.monotonic() - began
    print(json.dumps({"read": prompt / read, "write": tokens / written}))


if __name__ == "__main__":
    main()
