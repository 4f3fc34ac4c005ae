"""`guard`: what barring Chinese in Korean answers costs, and whether any comes through."""

from __future__ import annotations

import itertools
from statistics import median

from knowledge.models.llama.han import HAN
from scripts.llm_rows.bench import Bench, Found, ask, request

_ROUNDS = 5


def guard(bench: Bench) -> Found:
    """Ten answers of 200 tokens with it, and between each two of them one without it."""
    rates, han, tokens = {True: list[float](), False: list[float]()}, {True: 0, False: 0}, 0
    with bench.engine(warm=100, prompt_lookup=False) as engine:
        for i, guarded in itertools.product(range(_ROUNDS), (True, False, True)):
            allowed: frozenset[str] | None = frozenset() if guarded else None
            one = request("", "?", bench.scaled(200), allowed_han=allowed, seed=i)
            answer = ask(engine, [one])[0]
            rates[guarded].append(answer.write_rate)
            han[guarded] += len(HAN.findall(answer.text))
            tokens += answer.tokens if guarded else 0
    told = (
        f"{tokens} tokens with the guard: {han[True]} Chinese characters, {han[False]} without it; "
        f"{median(rates[True]):.1f} tokens/s, {median(rates[False]):.1f} without it"
    )
    return Found(median(rates[True]) / median(rates[False]), told, holds=not han[True])
