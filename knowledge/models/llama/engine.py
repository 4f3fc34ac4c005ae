"""Answers many questions at once with one model: continuous batching over one key-value cache."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatRequest, Done, Queued
from knowledge.models.llama.answer import Answer, Ending, Listener, Question
from knowledge.models.llama.fitting import open_context, room_beside, sequences
from knowledge.models.llama.model import Model
from knowledge.models.llama.options import EngineOptions, EngineStatus
from knowledge.models.llama.prefixes import Prefixes, common
from knowledge.models.llama.queue import FairQueue
from knowledge.models.llama.sampling import Sampling
from knowledge.models.llama.speeds import Speeds
from knowledge.models.llama.steps import StepFailed, Steps
from knowledge.models.llama.vocabulary import Vocabulary
from knowledge.models.llama.waiting import expected_waits

_HEARTBEAT = 0.5  # seconds between signs of life when there is nothing to do
_WORTH_WAITING = 16  # tokens of a prefix that another answer is about to evaluate

_T = TypeVar("_T")

_log = logging.getLogger(__name__)


class Engine:
    """A model, and the thread that runs it. Its methods may be called from any thread.

    Args:
        model: a GGUF file.
        options: how to run it.

    Raises:
        ModelUnavailable: the model can't be loaded (`not_downloaded`, `damaged`, `unsupported`, `memory`).
        MissingDependency: llama-cpp-python isn't installed, or not for this machine.
    """

    def __init__(self, model: Path, options: EngineOptions) -> None:
        room = room_beside(model, options)
        self._model = Model(model, options.gpu_layers)
        self._vocabulary = Vocabulary(self._model)
        self._context = open_context(self._model, options, room)
        self._options = options
        self._name = model.stem
        self._speeds = Speeds()
        self._prefixes = Prefixes(self._context, self._context.cells, sequences(options))
        self._steps = Steps(self._context, self._prefixes, self._speeds, options)
        self._tokenizing = threading.Lock()  # the vocabulary isn't freed under it
        self._wake = threading.Condition()  # guards what follows
        self._queue: FairQueue[Question] = FairQueue(options.queue_limit)
        self._unwanted: set[int] = set()
        self._open = True
        self._tickets = itertools.count(1)
        self._answers: list[Answer] = []  # the engine's thread's own, as is what follows
        self._totals = Totals()
        self._status = self._look()
        self._thread = threading.Thread(target=self._run, name="llama", daemon=True)
        self._thread.start()

    @property
    def limits(self) -> int:
        """Tokens that one question's prompt and answer may have together."""
        return min(self._options.question_size, self._context.cells)

    def submit(self, request: ChatRequest, listener: Listener) -> int:
        """Ask a question.

        Args:
            request: what to answer.
            listener: is told what becomes of it, in order and from the engine's thread: it may not block. The
                last that it is told is `Done` or `GenerationFailed`.

        Returns:
            A ticket, for `cancel`.

        Raises:
            GenerationFailed: the prompt doesn't fit (`too_long`), too many questions wait (`busy`), or the
                engine is closed (`not_ready`).
        """
        asked = time.monotonic()
        prompt = np.array(self.prompt_tokens(request), np.int32)
        room = self.limits - len(prompt)
        if room < 1:
            detail = f"{len(prompt)} tokens, {self.limits} fit"
            raise GenerationFailed(reason="too_long", model=self._name, detail=detail)
        wanted = self._options.max_tokens if request.max_tokens is None else request.max_tokens
        limit = max(1, min(wanted, room))
        deadline = None if request.deadline is None else asked + request.deadline
        with self._wake:
            if not self._open:
                raise self._not_ready()
            if self._queue.full:
                raise GenerationFailed(reason="busy", model=self._name, detail="")
            question = Question(next(self._tickets), request, listener, prompt, limit, asked, deadline)
            self._queue.add(question, request.asker)
            self._wake.notify()
        return question.ticket

    def cancel(self, ticket: int) -> None:
        """Give up on a question; its listener is told after this step. Unknown tickets are ignored."""
        with self._wake:
            self._unwanted.add(ticket)
            self._wake.notify()

    def count_tokens(self, text: str) -> int:
        """The number of tokens of a text.

        Raises:
            GenerationFailed: the engine is closed (`not_ready`).
        """
        return self._tokens(lambda vocabulary: vocabulary.count(text))

    def prompt_tokens(self, request: ChatRequest) -> list[int]:
        """The tokens that a request's answer goes on from.

        Raises:
            GenerationFailed: the engine is closed (`not_ready`).
        """
        return self._tokens(lambda vocabulary: vocabulary.prompt(request.messages))

    def status(self) -> EngineStatus:
        """How it is, as of the last step."""
        return self._status

    def close(self) -> None:
        """Stop, and free the model. Whoever is still answered is told `GenerationFailed`."""
        with self._wake:
            self._open = False
            self._wake.notify()
        self._thread.join()
        with self._tokenizing:
            self._context.close()
            self._model.close()

    def _tokens(self, count: Callable[[Vocabulary], _T]) -> _T:
        """Use the vocabulary from any thread, while the model is there."""
        with self._tokenizing:
            if not self._open:
                raise self._not_ready()
            return count(self._vocabulary)

    def _not_ready(self) -> GenerationFailed:
        return GenerationFailed(reason="not_ready", model=self._name, detail="")

    def _run(self) -> None:
        try:
            while self._rest():
                self._drop_unwanted()
                self._admit()
                self._tell_positions()
                if self._answers:
                    self._step()
                self._status = self._look()
        finally:
            with self._wake:
                self._open = False
                left = [*self._queue, *(answer.question for answer in self._answers)]
            for answer in self._answers:
                answer.sampling.close()
            for question in left:
                question.tell(self._not_ready())

    def _rest(self) -> bool:
        """Wait until there is something to do; whether the engine is still open."""
        with self._wake:
            while self._open and not (self._queue or self._answers or self._unwanted):
                self._status = self._look()
                self._wake.wait(_HEARTBEAT)
            return self._open

    def _drop_unwanted(self) -> None:
        """Let go of what was cancelled and what is too late."""
        now = time.monotonic()
        with self._wake:
            unwanted, self._unwanted = self._unwanted, set()
            waiting = [(question, question.given_up(unwanted, now)) for question in self._queue]
            for question, reason in waiting:
                if reason:
                    self._queue.discard(question)
        for question, reason in waiting:
            if reason:
                question.tell(Done(reason, len(question.prompt)))
        for answer in list(self._answers):
            if reason := answer.question.given_up(unwanted, now):
                self._end(answer, reason)

    def _admit(self) -> None:
        """Begin what fits, in the order of the queue."""
        with self._wake:
            waiting = list(self._queue)
        for question in waiting:
            if len(self._answers) >= self._options.max_sequences:
                return
            if self._comes_soon(question):
                continue
            sequence = self._prefixes.admit(question.prompt, question.limit)
            if sequence is None:
                return
            with self._wake:
                self._queue.take(question)
            try:
                sampling = Sampling(self._vocabulary, question.request, self._options)
            except Exception:  # noqa: BLE001 - whatever it is, the others' answers go on
                _log.exception("question %d can't be begun", question.ticket)
                self._prefixes.keep(sequence)
                question.tell(GenerationFailed(reason="crashed", model=self._name, detail=""))
                continue
            answer = Answer(
                question, sequence, sampling, self._vocabulary, lookup=self._options.prompt_lookup
            )
            self._totals.prompt += len(question.prompt)
            self._totals.cached += answer.cached
            self._answers.append(answer)
            answer.tell_progress()

    def _comes_soon(self, question: Question) -> bool:
        """Whether an answer that is reading its prompt is about to evaluate what this one begins with too."""
        prompt = question.prompt[:-1]
        promised = [common(a.question.prompt, prompt) for a in self._answers if a.unread]
        best = max(promised, default=0)
        return best >= _WORTH_WAITING and best - self._prefixes.match(prompt) >= _WORTH_WAITING

    def _step(self) -> None:
        try:
            for answer, ending in self._steps.run(self._answers):
                self._end(answer, ending)
        except StepFailed as error:
            _log.error("llama.cpp failed to evaluate a step (%s)", error)
            self._fail(str(error))

    def _end(self, answer: Answer, ending: Ending) -> None:
        self._answers.remove(answer)
        self._prefixes.keep(answer.sequence)
        self._totals.completion += answer.written
        self._totals.drafted += answer.drafted
        if ending in {"stop", "length"}:
            self._speeds.answered(answer.written)
        answer.end(ending)

    def _fail(self, detail: str) -> None:
        """End every answer, and begin with an empty cache: what is in it can't be trusted."""
        failed, self._answers = self._answers, []
        self._prefixes.clear()
        for answer in failed:
            answer.sampling.close()
            answer.question.tell(GenerationFailed(reason="crashed", model=self._name, detail=detail))

    def _tell_positions(self) -> None:
        """Tell whoever waits how many come first and how long it takes, when that changed."""
        with self._wake:
            waiting = list(self._queue)
        if all(question.position == i for i, question in enumerate(waiting)):
            return
        seconds = expected_waits(self._answers, waiting, self._speeds, self._options.max_sequences)
        for i, question in enumerate(waiting):
            if question.position != i:
                question.position = i
                question.tell(Queued(i, seconds[i] if seconds else None))

    def _look(self) -> EngineStatus:
        totals, speeds = self._totals, self._speeds
        return EngineStatus(
            model=self._name,
            context_size=self._context.cells,
            waiting=len(self._queue),
            running=len(self._answers),
            free_cells=self._prefixes.available,
            prompt_tokens=totals.prompt,
            cached_tokens=totals.cached,
            completion_tokens=totals.completion + sum(a.written for a in self._answers),
            drafted_tokens=totals.drafted + sum(a.drafted for a in self._answers),
            steps=self._steps.count,
            prefill_rate=speeds.read_rate,
            decode_rate=speeds.write_rate,
            threads=self._steps.threads.current,
            last_step=time.monotonic(),
        )


class Totals:
    """Tokens since the start, of answers that are over."""

    def __init__(self) -> None:
        self.prompt = self.cached = self.completion = self.drafted = 0
