"""Run llama.cpp on a tiny model, in a process of its own because a bad build dies of a signal.

    python -m scripts.provision.smoke MODEL

Prints one line of JSON. A batch of many tokens, several sequences and more than one thread: one token at a
time works even in a build that dies on the first real prompt.
"""

from __future__ import annotations

import ctypes
import json
import math
import sys
from types import ModuleType

from scripts.provision import tiny_model

_PROMPT = 64
_SEQUENCES = 4


def run(model_path: str) -> dict[str, object]:
    """Evaluate four sequences of 64 tokens in one batch, and compare with one token at a time.

    Raises:
        RuntimeError: llama.cpp refused something, or its figures are wrong.
    """
    import llama_cpp as llama

    llama.llama_backend_init()
    quiet = llama.llama_log_callback(lambda *_: None)
    llama.llama_log_set(quiet, ctypes.c_void_p())
    model = llama.llama_model_load_from_file(model_path.encode(), llama.llama_model_default_params())
    if not model:
        message = "the model wasn't loaded"
        raise RuntimeError(message)
    prompts = [
        [(7 * s + 13 * i + 1) % tiny_model.VOCABULARY for i in range(_PROMPT)] for s in range(_SEQUENCES)
    ]
    together = _evaluate(llama, model, prompts, at_once=True)
    alone = _evaluate(llama, model, prompts[:1], at_once=False)
    worst = max(abs(a - b) for a, b in zip(together[0], alone[0], strict=True))
    spread = max(alone[0]) - min(alone[0])
    if not all(math.isfinite(value) for row in together for value in row) or not spread > 0:
        message = "the figures aren't finite"
        raise RuntimeError(message)
    # Kernels for one token and for many round differently; a wrong one is off by the whole spread.
    if worst > 0.1 * spread:
        message = f"a batch gives other figures than single tokens: off by {worst:.3g} of {spread:.3g}"
        raise RuntimeError(message)
    info = llama.llama_print_system_info().decode()
    return {"ok": True, "tokens": _PROMPT * _SEQUENCES, "deviation": worst / spread, "system": info}


def _evaluate(
    llama: ModuleType, model: object, prompts: list[list[int]], *, at_once: bool
) -> list[list[float]]:
    """The logits after the last token of each prompt: all in one batch, or token by token."""
    total = sum(len(prompt) for prompt in prompts)
    settings = llama.llama_context_default_params()
    settings.n_ctx, settings.n_batch, settings.n_ubatch = 512, 512, 512
    settings.n_seq_max, settings.kv_unified = len(prompts), True
    settings.n_threads = settings.n_threads_batch = 2
    context = llama.llama_init_from_model(model, settings)
    batch = llama.llama_batch_init(total, 0, len(prompts))
    try:
        rows: list[list[float]] = []
        queue = [
            (token, position, sequence)
            for sequence, prompt in enumerate(prompts)
            for position, token in enumerate(prompt)
        ]
        for chunk in [queue] if at_once else [[item] for item in queue]:
            batch.n_tokens = len(chunk)
            for index, (token, position, sequence) in enumerate(chunk):
                batch.token[index] = token
                batch.pos[index] = position
                batch.n_seq_id[index] = 1
                batch.seq_id[index][0] = sequence
                batch.logits[index] = position == len(prompts[sequence]) - 1
            status = llama.llama_decode(context, batch)
            if status:
                message = f"llama_decode returned {status}"
                raise RuntimeError(message)
            for index, (_token, position, sequence) in enumerate(chunk):
                if position == len(prompts[sequence]) - 1:
                    rows.append(llama.llama_get_logits_ith(context, index)[: tiny_model.VOCABULARY])
        return rows
    finally:
        llama.llama_batch_free(batch)
        llama.llama_free(context)


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1])))
