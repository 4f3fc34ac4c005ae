"""How fast this machine is, learnt from the steps themselves."""

from __future__ import annotations

_MEMORY = 0.9
_SLOPE = 0.25  # of a single token's step that each further token adds, where none of that size was measured
_FEW = 16  # tokens in a step, above which it is one that reads prompts


class Speeds:
    """Moving averages of seconds: of steps that only write answers, and of tokens of prompts."""

    def __init__(self) -> None:
        self._single: float | None = None  # seconds of a step of one token
        # How much longer a step of so many takes. The growth has stairs: kernels take rows by fours.
        self._shapes: dict[int, float] = {}
        self._read: float | None = None  # seconds of a token of a prompt
        self._answer = 200.0  # tokens

    def observe(self, seconds: float, tokens: int, *, reading: bool) -> None:
        """A step of so many tokens took so long; `reading`: some of them were of prompts."""
        if reading:
            if tokens > _FEW:
                self._read = _blend(self._read, seconds / tokens)
        elif tokens == 1:
            self._single = _blend(self._single, seconds)
        elif self._single is None:
            self._single = seconds / self.shape(tokens)
        else:
            self._shapes[tokens] = _blend(self._shapes.get(tokens), max(1.0, seconds / self._single))

    def answered(self, tokens: int) -> None:
        """An answer had so many tokens."""
        self._answer = _blend(self._answer, tokens)

    def step(self, tokens: int) -> float:
        """Seconds of a step of so many tokens that writes answers, in units of one token's before any ran."""
        return (self._single or 1.0) * self.shape(tokens)

    def shape(self, tokens: int) -> float:
        """How much longer a step of so many tokens takes than one of a single token."""
        return self._shapes.get(tokens, 1 + _SLOPE * (tokens - 1))

    @property
    def read_rate(self) -> float | None:
        """Tokens of prompts a second."""
        return 1 / self._read if self._read else None

    @property
    def write_rate(self) -> float | None:
        """Tokens a second of one answer alone."""
        return 1 / self._single if self._single else None

    @property
    def usual_answer(self) -> float:
        """Tokens of an answer."""
        return self._answer


def _blend(old: float | None, new: float) -> float:
    return new if old is None else _MEMORY * old + (1 - _MEMORY) * new
