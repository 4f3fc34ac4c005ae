"""`shared` and `distinct`: four people who ask at once, against the same four in a row with `Llama`."""

from __future__ import annotations

from scripts.llm_rows.bench import Bench, Found, ask, request

_PEOPLE = 4


def shared(bench: Bench) -> Found:
    """Over the same passages."""
    return _together(bench, passages="the same passages")


def distinct(bench: Bench) -> Found:
    """Each over passages of their own."""
    return _together(bench, passages="passages of their own")


def _together(bench: Bench, *, passages: str) -> Found:
    limit = bench.scaled(200)
    with bench.engine() as engine:
        # The prompt is what is a thousand tokens long, and a part of it is the same for every question.
        size = max(8, bench.scaled(1000) - len(engine.prompt_tokens(request("", "질문 0?", limit))))
        common = bench.passages(engine, size)
        texts = [
            common if passages == "the same passages" else bench.passages(engine, size)
            for _ in range(_PEOPLE)
        ]
        requests = [request(text, f"질문 {i}?", limit, asker=f"u{i}") for i, text in enumerate(texts)]
        prompts = [engine.prompt_tokens(one) for one in requests]
        answers = ask(engine, requests)
    ours, read = max(answer.last for answer in answers), max(answer.first for answer in answers)
    # An answer may end early: the other side writes as many tokens as each.
    with bench.llama() as llama:
        alone = [llama(prompt, answer.tokens) for prompt, answer in zip(prompts, answers, strict=True)]
    theirs, reading = sum(answer.last for answer in alone), sum(answer.first for answer in alone)
    # Both read with the same kernels: what can be won is in the writing.
    best = (reading + ours - read) / theirs
    told = (
        f"{_PEOPLE} at once over {passages}: engine {ours:.1f} s until all are done, {read:.1f} s until all "
        f"are read; Llama {theirs:.1f} s, {reading:.1f} s of them reading; reading as fast as it: {best:.3f}"
    )
    return Found(ours / theirs, told)
