"""`again`: a second question over the same passages."""

from __future__ import annotations

from scripts.llm_rows.bench import Bench, Found, ask, request


def again(bench: Bench) -> Found:
    """The time to the first token, of the first question's."""
    with bench.engine() as engine:
        passages = bench.passages(engine, bench.scaled(1000))
        first, second = (
            ask(engine, [request(passages, question, 8)])[0].first for question in ("첫째는?", "둘째는?")
        )
    told = f"first token after {second:.2f} s, of the first question over the same passages {first:.2f} s"
    return Found(second / first, told)
