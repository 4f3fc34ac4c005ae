"""Which token comes next.

Bars and penalties are written into the logits before llama.cpp samples from them: a few indices in numpy,
where its own samplers look up each of 150,000 tokens.
"""

from __future__ import annotations

import secrets
from collections import deque

import numpy as np

from knowledge.models.chat import ChatRequest
from knowledge.models.llama.context import Context, Logits, Sampler
from knowledge.models.llama.options import EngineOptions
from knowledge.models.llama.vocabulary import Vocabulary

_LATELY = 64  # tokens of the answer that are less likely to come again


class Sampling:
    """Chooses the tokens of one answer."""

    def __init__(self, vocabulary: Vocabulary, request: ChatRequest, options: EngineOptions) -> None:
        temperature = options.temperature if request.temperature is None else request.temperature
        top_p = options.top_p if request.top_p is None else request.top_p
        seed = next((seed for seed in (request.seed, options.seed) if seed is not None), secrets.randbits(31))
        self._sampler = Sampler(temperature, top_p, seed % 0xFFFFFFFF)
        self._never = vocabulary.never
        allowed = request.allowed_han
        self._guard = None if allowed is None else vocabulary.han.guard(allowed)
        self._penalty = options.repetition_penalty
        self._recent: deque[int] = deque(maxlen=_LATELY)

    def take(self, context: Context, index: int) -> int:
        """The token after the batch's token `index`; it is taken as written."""
        logits = context.logits(index)
        logits[self._never] = -np.inf
        if self._guard:
            logits[self._guard.barred()] = -np.inf
        if self._penalty != 1 and self._recent:
            penalise(logits, self._recent, self._penalty)
        token = self._sampler.sample(context, index)
        self._recent.append(token)
        if self._guard:
            self._guard.accept(token)
        return token

    def close(self) -> None:
        """Free what llama.cpp holds."""
        self._sampler.close()


def penalise(logits: Logits, recent: deque[int], penalty: float) -> None:
    """Make some tokens less likely, in place.

    As Keskar et al. 2019 (CTRL) have it, but for negative logits, which are multiplied.
    """
    tokens = np.array(sorted(set(recent)), np.int64)
    values = logits[tokens]
    logits[tokens] = np.where(values > 0, values / penalty, values * penalty)
