"""How many threads to use: as many as are faster, which other processes on the machine change.

The threads of llama.cpp wait for each other by spinning, many times a token. When another process takes one's
core they all spin until it comes back, and two threads can be several times slower than one.
"""

from __future__ import annotations

from statistics import median

_TRIAL = 3  # steps that another number of threads is tried for
_SOON, _LATE = 12, 1536  # steps between trials: doubled after each that didn't help
_BETTER = 0.9  # of the time; less isn't worth a change
_WORSE = 1.4  # times the usual: something has changed; in a trial: no more of it
_MEMORY = 0.9


class ThreadCount:
    """The number of threads for steps that write answers, from 1 to `most`.

    Call `observe` after each such step with its seconds, divided by what a step of its size usually takes in
    comparison to others; `current` is the number to use for the next.
    """

    def __init__(self, most: int) -> None:
        self._ladder = sorted({1, *(max(1, most >> shift) for shift in range(4)), max(1, most)})
        self._kept = self.current = self._ladder[-1]
        self._usual: float | None = None  # seconds with the number that is kept
        self._recent: list[float] = []
        self._pause = self._until_trial = _SOON
        self._down = True

    @property
    def trying(self) -> bool:
        """Whether another number than the usual one is being tried."""
        return self.current != self._kept

    def observe(self, seconds: float) -> None:
        """A step with `current` threads took so long."""
        self._recent.append(seconds)
        if self.trying:
            hopeless = self._usual is not None and len(self._recent) > 1
            if hopeless and min(self._recent) > _WORSE * (self._usual or 0):
                self._judge(min(self._recent))
            elif len(self._recent) == _TRIAL:
                self._judge(median(self._recent))
            return
        del self._recent[:-_TRIAL]
        now = median(self._recent)
        suddenly = self._usual is not None and len(self._recent) == _TRIAL and now > _WORSE * self._usual
        self._usual = now if self._usual is None else _MEMORY * self._usual + (1 - _MEMORY) * now
        self._until_trial -= 1
        if suddenly and self._until_trial > _SOON:
            self._pause = self._until_trial = _SOON
        if (suddenly or self._until_trial <= 0) and len(self._recent) == _TRIAL and len(self._ladder) > 1:
            self._try()

    def _try(self) -> None:
        """Use the next lower or higher number for some steps, in turn."""
        self._usual = median(self._recent)
        at = self._ladder.index(self._kept)
        if at == 0 or (not self._down and at < len(self._ladder) - 1):
            self.current = self._ladder[at + 1]
        else:
            self.current = self._ladder[at - 1]
        self._down = not self._down
        self._recent = []

    def _judge(self, seconds: float) -> None:
        if self._usual is None or seconds < _BETTER * self._usual:
            self._kept, self._usual = self.current, seconds
            self._pause = _SOON
        else:
            self.current = self._kept
            self._pause = min(2 * self._pause, _LATE)
        self._until_trial = self._pause
        self._recent = []
