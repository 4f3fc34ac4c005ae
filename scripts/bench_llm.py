"""Measures the engine against llama.cpp's bare loop and against `llama_cpp.Llama`, by ratios within one run.

    python scripts/bench_llm.py MODEL.gguf [--only ROW] [--scale 1.0] [--threads N] [--other PYTHON]

Take a model of random weights (`scripts/random_gguf.py`): speed doesn't depend on what it says. The rows:

    alone     one answer's tokens a second, of a bare loop of `llama_decode`
    shared    four people at once over the same passages: time until all have answers, of four in a row with
    `Llama` distinct  the same over passages of their own again     first token of a second question over
    the same passages, of the first question's replay    60 questions by 6 people, some documents much more
    popular: mean time to the first token, of `Llama`'s busy      an answer's tokens a second with a busy
    process on each processor, of the bare loop's (see --other) quoting   steps of an answer that quotes its
    prompt, of the steps without prompt lookup, on a scripted model guard     tokens a second with the guard
    against Chinese, of those without; and the Chinese that came through

`Llama` keeps its last prompt's prefix and answers one after the other. Arrivals of the replay are bursts:
times between them by a Gamma distribution of shape 0.5, the documents by Zipf's law, as BurstGPT models its
trace (Wang et al. 2024, arXiv 2401.17644); their rate keeps `Llama` busy nine tenths of the time. Its waits
are computed from the time that each of its answers took. `--other` is the Python of another environment,
for example one with llama-cpp-python as it builds by default: the bare loop of `alone` and `busy` then runs
there.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatMessage, ChatRequest, Delta, Done
from knowledge.models.llama.engine import Engine
from knowledge.models.llama.han import HAN
from knowledge.models.llama.options import EngineEvent, EngineOptions

BARE = """
import ctypes, json, sys, time
import llama_cpp as llama
model_path, threads, prompt, tokens = sys.argv[1], *map(int, sys.argv[2:])
quiet = llama.llama_log_callback(lambda *_: None)
llama.llama_log_set(quiet, ctypes.c_void_p())
llama.llama_backend_init()
model = llama.llama_model_load_from_file(model_path.encode(), llama.llama_model_default_params())
settings = llama.llama_context_default_params()
settings.n_ctx, settings.n_batch, settings.n_ubatch = prompt + tokens + 64, 512, 512
settings.n_threads = settings.n_threads_batch = threads
settings.flash_attn_type = 1
context = llama.llama_init_from_model(model, settings)
def run(ids):
    array = (llama.llama_token * len(ids))(*ids)
    assert llama.llama_decode(context, llama.llama_batch_get_one(array, len(ids))) == 0
run([100 + i for i in range(8)])
began = time.monotonic()
for at in range(0, prompt, 512):
    run([1000 + i % 5000 for i in range(at, min(at + 512, prompt))])
read = time.monotonic() - began
began = time.monotonic()
for i in range(tokens):
    run([2000 + i])
written = time.monotonic() - began
print(json.dumps({"read": prompt / read, "write": tokens / written}))
"""
WORDS = [
    "휴가",
    "연차",
    "사원",
    "문서",
    "규정",
    "회의",
    "서버",
    "팀장",
    "신청",
    "승인",
    "비용",
    "출장",
    "보고",
    "계약",
    "report",
    "budget",
    "server",
    "review",
    "deploy",
    "office",
]
SYSTEM = "당신은 사서입니다. 아래 문서만 보고 짧게 답하세요. " * 3


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: seconds to the first token and to the last, from when it was asked."""

    first: float
    last: float
    tokens: int
    text: str


class Bench:
    """What the rows have in common."""

    def __init__(self, model: Path, threads: int, scale: float, other: str) -> None:
        self.model, self.threads, self.scale, self.other = model, threads, scale, other
        self._random = np.random.default_rng(0)

    def scaled(self, count: int) -> int:
        """A number of tokens, of the size that was asked for."""
        return max(8, int(count * self.scale))

    @contextmanager
    def engine(self, model: Path | None = None, **changes: Any) -> Iterator[Engine]:
        """An engine, as the bot would run it."""
        values: dict[str, Any] = {"context_size": 16384, "question_size": 4096, "threads": self.threads}
        engine = Engine(model or self.model, EngineOptions(**{**values, "seed": 1, **changes}))
        try:
            yield engine
        finally:
            engine.close()

    @contextmanager
    def llama(self) -> Iterator[Callable[[Sequence[int], int], Answered]]:
        """Answers one prompt with `llama_cpp.Llama`, sampling as the engine does."""
        from llama_cpp import Llama

        llama = Llama(
            str(self.model), n_ctx=4096, n_threads=self.threads, n_threads_batch=self.threads, verbose=False
        )

        def answer(prompt: Sequence[int], limit: int) -> Answered:
            began = time.monotonic()
            tokens = llama.generate(prompt, top_k=40, top_p=0.9, temp=0.7, repeat_penalty=1.05)
            first = 0.0
            for _ in itertools.islice(tokens, limit):
                first = first or time.monotonic() - began
            return Answered(first, time.monotonic() - began, limit, "")

        try:
            yield answer
        finally:
            llama.close()

    def passages(self, engine: Engine, tokens: int) -> str:
        """Words that make about so many tokens."""
        per_word = engine.count_tokens(" ".join(WORDS)) / len(WORDS)
        return " ".join(self._random.choice(WORDS, int(tokens / per_word)))

    def bare(self, prompt: int, tokens: int) -> dict[str, float]:
        """Tokens a second of the bare loop, reading a prompt and writing."""
        command = [self.other, "-c", BARE, str(self.model), str(self.threads), str(prompt), str(tokens)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return dict(json.loads(done.stdout.splitlines()[-1]))


def request(passages: str, question: str, limit: int, **more: Any) -> ChatRequest:
    """A question over passages, as the bot asks one."""
    messages = (ChatMessage("system", SYSTEM), ChatMessage("user", f"{passages}\n\n{question}"))
    return ChatRequest(messages, max_tokens=limit, **more)


def ask(engine: Engine, requests: Sequence[ChatRequest], after: Sequence[float] = ()) -> list[Answered]:
    """Ask all, each so many seconds after the start, and wait for the answers."""
    over = threading.Semaphore(0)
    found: list[Answered | None] = [None] * len(requests)

    def listener(i: int) -> Callable[[EngineEvent], None]:
        asked, firsts, text = time.monotonic(), list[float](), list[str]()

        def listen(event: EngineEvent) -> None:
            now = time.monotonic() - asked
            if isinstance(event, Delta):
                firsts.append(now)
                text.append(event.text)
            elif isinstance(event, Done):
                found[i] = Answered(firsts[0] if firsts else now, now, event.completion, "".join(text))
                over.release()
            elif isinstance(event, GenerationFailed):
                over.release()

        return listen

    began = time.monotonic()
    for i, wanted in enumerate(requests):
        if after:
            time.sleep(max(0.0, after[i] - (time.monotonic() - began)))
        engine.submit(wanted, listener(i))
    for _ in requests:
        over.acquire()
    answers = [answer for answer in found if answer]
    if len(answers) < len(requests):
        sys.exit("some questions were not answered")
    return answers


def write_rate(answer: Answered) -> float:
    """Tokens a second after the first."""
    return (answer.tokens - 1) / (answer.last - answer.first)


def alone(bench: Bench) -> dict[str, float]:
    """Three rounds of both in turns, the median of each."""
    tokens, ours, bare = bench.scaled(200), [], []
    with bench.engine() as engine:
        ask(engine, [request("", "warm up", bench.scaled(400))])
        for i in range(3):
            ours.append(write_rate(ask(engine, [request(bench.passages(engine, 64), f"{i}?", tokens)])[0]))
            bare.append(bench.bare(128, tokens)["write"])
    return {
        "engine_tokens_s": median(ours),
        "bare_tokens_s": median(bare),
        "ratio": median(ours) / median(bare),
    }


def together(bench: Bench, *, shared: bool) -> dict[str, float]:
    """Four questions at once, then the same ones in a row."""
    size, limit = bench.scaled(1000), bench.scaled(200)
    with bench.engine() as engine:
        ask(engine, [request("", "warm up", 16)])
        common = bench.passages(engine, size)
        requests = [
            request(common if shared else bench.passages(engine, size), f"질문 {i}?", limit, asker=f"u{i}")
            for i in range(4)
        ]
        prompts = [engine.prompt_tokens(one) for one in requests]
        ours = max(answer.last for answer in ask(engine, requests))
    with bench.llama() as llama:
        llama(prompts[0][:16], 4)
        theirs = sum(llama(prompt, limit).last for prompt in prompts)
    return {"engine_s": ours, "llama_s": theirs, "ratio": ours / theirs}


def again(bench: Bench) -> dict[str, float]:
    """The same passages twice, with another question."""
    with bench.engine() as engine:
        ask(engine, [request("", "warm up", 16)])
        passages = bench.passages(engine, bench.scaled(1000))
        first, second = (
            ask(engine, [request(passages, question, 8)])[0].first for question in ("첫째는?", "둘째는?")
        )
    return {"first_s": first, "second_s": second, "ratio": second / first}


def replay(bench: Bench, questions: int = 60) -> dict[str, float]:
    """Each question is over two documents of twenty, in an order that is the same for whoever asks."""
    rng = np.random.default_rng(7)
    popularity = 1 / np.arange(1, 21)
    popularity /= popularity.sum()
    limit = bench.scaled(100)
    with bench.engine(queue_limit=questions) as engine:
        documents = [bench.passages(engine, bench.scaled(400)) for _ in popularity]
        requests = []
        for i in range(questions):
            chosen = sorted(rng.choice(len(documents), 2, replace=False, p=popularity))
            passages = "\n\n".join(documents[document] for document in chosen)
            requests.append(request(passages, f"질문 {i}?", limit, asker=f"u{rng.integers(6)}"))
        prompts = [engine.prompt_tokens(one) for one in requests]
    with bench.llama() as llama:
        llama(prompts[0][:16], 4)
        theirs = [llama(prompt, limit) for prompt in prompts]
    gaps = rng.gamma(0.5, 1, questions)
    gaps *= mean(answer.last for answer in theirs) / 0.9 / gaps.mean()
    arrivals = np.cumsum(gaps) - gaps[0]
    free, waits = 0.0, []
    for arrival, answer in zip(arrivals, theirs, strict=True):
        begins = max(free, arrival)
        waits.append(begins + answer.first - arrival)
        free = begins + answer.last
    with bench.engine(queue_limit=questions) as engine:
        ask(engine, [request("", "warm up", 16)])
        ours = [answer.first for answer in ask(engine, requests, arrivals.tolist())]
        status = engine.status()
    return {
        "engine_first_s": mean(ours),
        "llama_first_s": mean(waits),
        "cached": status.cached_tokens / status.prompt_tokens,
        "ratio": mean(ours) / mean(waits),
    }


def _burn(parent: int) -> None:
    while os.getppid() == parent:
        sum(range(100_000))


def busy(bench: Bench) -> dict[str, float]:
    """Five rounds of both in turns, with a process that never rests on each processor."""
    tokens, ours, bare = bench.scaled(100), [], []
    burners = [
        multiprocessing.Process(target=_burn, args=(os.getpid(),), daemon=True)
        for _ in range(os.cpu_count() or 1)
    ]
    with bench.engine() as engine:
        for burner in burners:
            burner.start()
        try:
            ask(engine, [request("", "warm up", bench.scaled(100))])
            for i in range(5):
                ours.append(write_rate(ask(engine, [request("", f"{i}?", tokens)])[0]))
                bare.append(bench.bare(64, tokens)["write"])
        finally:
            for burner in burners:
                burner.kill()
    return {
        "engine_tokens_s": median(ours),
        "bare_tokens_s": median(bare),
        "ratio": median(ours) / median(bare),
    }


def quoting(bench: Bench) -> dict[str, float]:
    """An answer of forty words that stand in the prompt."""
    from tests import gguf_models

    quote = " ".join(f"{a}{b}" for a, b in itertools.product("가나다라마바사아", "각난닫랄맘"))
    steps, texts = [], []
    with tempfile.TemporaryDirectory() as folder:
        model = gguf_models.quoting(Path(folder) / "quoting.gguf", quote)
        for lookup in (False, True):
            with bench.engine(model, prompt_lookup=lookup, temperature=0.0) as engine:
                texts.append(ask(engine, [request(quote, "?", 100)])[0].text)
            steps.append(engine.status().steps)
    same = texts[0] == texts[1] == quote
    return {"steps": steps[1], "steps_without": steps[0], "same": same, "ratio": steps[1] / steps[0]}


def guard(bench: Bench) -> dict[str, float]:
    """Answers of 200 tokens in turns, with and without the guard, up to 2,000 with it."""
    limit, rates, han = bench.scaled(200), {True: list[float](), False: list[float]()}, {True: 0, False: 0}
    with bench.engine(prompt_lookup=False) as engine:
        ask(engine, [request("", "warm up", bench.scaled(400))])
        for i, guarded in itertools.product(range(10), (True, False)):
            allowed: frozenset[str] | None = frozenset() if guarded else None
            answer = ask(engine, [request("", "?", limit, allowed_han=allowed, seed=i)])[0]
            rates[guarded].append(write_rate(answer))
            han[guarded] += len(HAN.findall(answer.text))
    ratio = median(rates[True]) / median(rates[False])
    return {"tokens": 10 * limit, "han": han[True], "han_without": han[False], "ratio": ratio}


ROWS: dict[str, Callable[[Bench], dict[str, float]]] = {
    "alone": alone,
    "shared": lambda bench: together(bench, shared=True),
    "distinct": lambda bench: together(bench, shared=False),
    "again": again,
    "replay": replay,
    "busy": busy,
    "quoting": quoting,
    "guard": guard,
}


def main() -> None:
    """Run the rows that are wanted, and print each as it comes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--only", action="append", choices=list(ROWS))
    parser.add_argument("--scale", type=float, default=1.0, help="of the lengths of prompts and answers")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--other", default=sys.executable, help="the Python that runs the bare loop")
    given = parser.parse_args()
    bench = Bench(given.model, given.threads, given.scale, given.other)
    for name in given.only or ROWS:
        figures = ROWS[name](bench)
        told = "  ".join(f"{key} {value:.4g}" for key, value in figures.items())
        print(f"{name:10} {told}", flush=True)


if __name__ == "__main__":
    main()
