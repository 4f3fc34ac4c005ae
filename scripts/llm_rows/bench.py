"""What the rows have in common: engines, questions, answers and their times."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatMessage, ChatRequest, Delta, Done
from knowledge.models.llama.engine import Engine
from knowledge.models.llama.options import EngineEvent, EngineOptions

KOREAN = "휴가 연차 사원 문서 규정 회의 서버 팀장 신청 승인 비용 출장 보고 계약"
WORDS = [*KOREAN.split(), "report", "budget", "server", "review", "deploy", "office"]
SYSTEM = "당신은 사서입니다. 아래 문서만 보고 짧게 답하세요. " * 3
CONTEXT, QUESTION = 16384, 4096  # tokens
BARE_LOOP = Path(__file__).with_name("bare_loop.py")


@dataclass(frozen=True, slots=True)
class Found:
    """What a row found.

    Args:
        ratio: what its bar is about.
        told: the figures behind it, in words.
        holds: whether what else the row promises is so.
        no_bar: why the bar says nothing about this run; empty if it does.
    """

    ratio: float
    told: str
    holds: bool = True
    no_bar: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: seconds to the first token and to the last, from when it was asked."""

    first: float
    last: float
    tokens: int
    text: str

    @property
    def write_rate(self) -> float:
        """Tokens a second after the first."""
        if self.tokens < 2 or self.last <= self.first:
            sys.exit("an answer was too short to be timed: take a larger --scale")
        return (self.tokens - 1) / (self.last - self.first)


class Bench:
    """What is measured, and how large.

    Args:
        model: a GGUF file.
        threads: for both sides.
        scale: of the lengths of prompts and answers.
        other: the Python that runs the bare loop; None takes this one.
        rounds: of both sides in turns, where a row takes the median.
        questions: of the replay.
    """

    def __init__(
        self,
        model: Path,
        threads: int,
        *,
        scale: float = 1.0,
        other: str | None = None,
        rounds: int = 5,
        questions: int = 60,
    ) -> None:
        self.model, self.threads, self.scale, self.other = model, threads, scale, other
        self.rounds, self.questions = rounds, questions
        self._random = np.random.default_rng(0)

    @property
    def same_build(self) -> str:
        """Why a comparison with another build has no bar; empty if there is one."""
        return "" if self.other else "without --other both are of the same build"

    def scaled(self, count: int) -> int:
        """A number of tokens, of the size that was asked for."""
        return max(8, int(count * self.scale))

    def options(self, **changes: Any) -> EngineOptions:
        """How the engine is run."""
        values = {"context_size": CONTEXT, "question_size": QUESTION, "threads": self.threads, "seed": 1}
        return EngineOptions(**{**values, **changes})

    @contextmanager
    def engine(self, model: Path | None = None, *, warm: int = 16, **changes: Any) -> Iterator[Engine]:
        """An engine, as the bot would run it, which has written an answer of `warm` tokens (0 for none)."""
        engine = Engine(model or self.model, self.options(**changes))
        try:
            if warm:
                ask(engine, [request("", "warm up", self.scaled(warm))])
            yield engine
        finally:
            engine.close()

    @contextmanager
    def llama(self) -> Iterator[Callable[[Sequence[int], int], Answered]]:
        """Answers one prompt with `llama_cpp.Llama`, sampling as the engine does; it has answered once."""
        from llama_cpp import Llama

        llama = Llama(
            str(self.model),
            n_ctx=QUESTION,
            n_threads=self.threads,
            n_threads_batch=self.threads,
            verbose=False,
        )

        def answer(prompt: Sequence[int], limit: int) -> Answered:
            began = time.monotonic()
            tokens = llama.generate(prompt, top_k=40, top_p=0.9, temp=0.7, repeat_penalty=1.05)
            first = 0.0
            for _ in itertools.islice(tokens, limit):
                first = first or time.monotonic() - began
            return Answered(first, time.monotonic() - began, limit, "")

        try:
            answer(range(100, 116), 4)
            yield answer
        finally:
            llama.close()

    def passages(self, engine: Engine, tokens: int) -> str:
        """Words that make about so many tokens."""
        per_word = engine.count_tokens(" ".join(WORDS)) / len(WORDS)
        return " ".join(self._random.choice(WORDS, max(1, int(tokens / per_word))))

    def bare(self, prompt: int, tokens: int) -> dict[str, float]:
        """Tokens a second of the bare loop: `read` of a prompt and `write`."""
        numbers = map(str, (self.threads, prompt, tokens))
        command = [self.other or sys.executable, str(BARE_LOOP), str(self.model), *numbers]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"the bare loop failed ({done.returncode}): {done.stderr.strip()[-500:]}")
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
