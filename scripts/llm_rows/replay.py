"""`replay`: sixty questions by six people, as they come in a day, against `Llama` with the same ones.

Arrivals are bursts: times between them by a Gamma distribution of shape 0.5, the documents by Zipf's law, as
BurstGPT models its trace (Wang et al. 2024, arXiv 2401.17644). Their rate keeps `Llama` busy nine tenths of
the time. Its waits are computed from the time that each of its answers took, one after the other.
"""

from __future__ import annotations

from statistics import mean

import numpy as np

from scripts.llm_rows.bench import Bench, Found, ask, request

_DOCUMENTS, _PEOPLE, _BUSY, _SHAPE = 20, 6, 0.9, 0.5


def replay(bench: Bench) -> Found:
    """Each question is over two documents, in an order that is the same for whoever asks."""
    rng, count = np.random.default_rng(7), bench.questions
    popularity = 1 / np.arange(1, _DOCUMENTS + 1)
    popularity /= popularity.sum()
    limit = bench.scaled(100)
    with bench.engine() as engine:
        documents = [bench.passages(engine, bench.scaled(400)) for _ in popularity]
        requests = []
        for i in range(count):
            chosen = sorted(rng.choice(_DOCUMENTS, 2, replace=False, p=popularity))
            passages = "\n\n".join(documents[document] for document in chosen)
            requests.append(request(passages, f"질문 {i}?", limit, asker=f"u{rng.integers(_PEOPLE)}"))
        prompts = [engine.prompt_tokens(one) for one in requests]
    with bench.llama() as llama:
        theirs = [llama(prompt, limit) for prompt in prompts]
    gaps = rng.gamma(_SHAPE, 1, count)
    gaps *= mean(answer.last for answer in theirs) / _BUSY / gaps.mean()
    arrivals = np.cumsum(gaps) - gaps[0]
    free, waits = 0.0, []
    for arrival, answer in zip(arrivals, theirs, strict=True):
        begins = max(free, float(arrival))
        waits.append(begins + answer.first - float(arrival))
        free = begins + answer.last
    with bench.engine(queue_limit=count) as engine:
        ours = mean(answer.first for answer in ask(engine, requests, arrivals.tolist()))
        status = engine.status()
    cached = status.cached_tokens / status.prompt_tokens
    told = (
        f"{count} questions of {_PEOPLE} people: engine {ours:.2f} s to the first token, "
        f"Llama {mean(waits):.2f} s; {cached:.0%} of the prompts' tokens were in the cache"
    )
    return Found(ours / mean(waits), told)
