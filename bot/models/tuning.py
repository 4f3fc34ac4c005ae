"""Settings of the language model that suit a machine, worked out from what was measured on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.models.language_model import WORKING_MEMORY
from knowledge.models.llama.memory import Footprint
from knowledge.models.llama.options import KvType
from knowledge.models.llama.points import Figure

PATIENCE = 60.0
"""Seconds that a person may wait until the longest prompt is read."""
_AS_FAST = 0.95  # of the best: the cheaper one of two that hardly differ
_AS_MUCH = 0.9
_TO_COMPARE = 2
_SIZES = (2048, 4096, 8192, 16384)  # tokens of a question


@dataclass(frozen=True, slots=True)
class Room:
    """What the model has to get by with, in bytes but for the last two.

    Args:
        free: memory that nothing uses while Saseo isn't running.
        weights: of the model.
        cell: a token of context in the cache at 16 bits; 0 where the file doesn't tell.
        trained: tokens of context that the model knows; 0 where the file doesn't tell.
        answer: tokens of an answer at most.
    """

    free: int
    weights: int
    cell: int
    trained: int
    answer: int

    @property
    def cache(self) -> int:
        """Bytes that are left for the cache, beside everything else that Saseo needs."""
        return Footprint(self.weights, self.cell).room(self.free - WORKING_MEMORY)


@dataclass(frozen=True, slots=True)
class Advice:
    """A setting's value and why (a message `bench-why-...`); no value: the model itself doesn't suit."""

    name: str
    value: str
    reason: str
    facts: Mapping[str, object] = field(default_factory=dict)


def advise(figures: Sequence[Figure], room: Room) -> list[Advice]:
    """The settings that suit; none where too little was measured to compare.

    The cache is to hold half of what LLM_PARALLEL questions of the largest size take: most are shorter, and
    questions over the same passages share them.
    """
    reading = [figure for figure in figures if figure.kind == "read"]
    writing = [figure for figure in figures if figure.kind == "write"]
    if min(len({figure.tokens for figure in kind}) for kind in (reading, writing)) < _TO_COMPARE:
        return []
    threads = _threads(reading)
    batch = _batch(reading)
    parallel = _parallel([figure for figure in writing if figure.threads == int(threads.value)] or writing)
    rate = max(figure.rate for figure in reading)
    sizes = [
        size for size in _SIZES if size >= 2 * room.answer and (not room.trained or size <= room.trained)
    ] or [_power(max(2 * room.answer, _SIZES[0]))]
    size = max((size for size in sizes if size <= PATIENCE * rate), default=sizes[0])
    fitted = list(_fitted(size, int(parallel.value), sizes, room, rate))
    if not fitted:
        return [Advice("LLM_MODEL_PATH", "", "smaller-model")]
    shared = next((advice for advice in fitted if advice.name == "LLM_PARALLEL"), parallel)
    return [threads, shared, *(advice for advice in fitted if advice is not shared), batch]


def _threads(reading: Sequence[Figure]) -> Advice:
    """Prompts are what people wait for; where fewer threads write faster, the engine finds out itself."""
    sizes = {figure.tokens for figure in reading}
    shared = max(sizes, key=lambda size: (sum(figure.tokens == size for figure in reading), size))
    best = _cheapest([f for f in reading if f.tokens == shared], lambda figure: figure.threads, _AS_FAST)
    return Advice("LLM_THREADS", str(best.threads), "threads", {"rate": _rounded(best.rate)})


def _batch(reading: Sequence[Figure]) -> Advice:
    most = max(figure.threads for figure in reading)
    same = [figure for figure in reading if figure.threads == most]
    best = _cheapest(same, lambda figure: figure.tokens, _AS_FAST)
    return Advice("LLM_BATCH_SIZE", str(best.tokens), "batch", {"rate": _rounded(best.rate)})


def _parallel(writing: Sequence[Figure]) -> Advice:
    best = _cheapest(writing, lambda figure: figure.tokens, _AS_MUCH)
    alone = min(writing, key=lambda figure: figure.tokens)
    facts = {"rate": _rounded(best.rate), "alone": _rounded(alone.rate)}
    reason = "parallel" if best.tokens > 1 else "parallel-one"
    return Advice("LLM_PARALLEL", str(best.tokens), reason, facts)


def _fitted(size: int, parallel: int, sizes: Sequence[int], room: Room, rate: float) -> Iterator[Advice]:
    """What memory allows of a question's size and of questions at once; nothing where it allows none."""
    kinds: tuple[KvType, ...] = ("f16", "q8_0")
    footprint = Footprint(room.weights, room.cell)
    wishes = [(size, parallel)]
    while wishes[-1][1] > 1:  # fewer at once first: their questions only wait
        wishes.append((size, wishes[-1][1] // 2))
    wishes += [(less, 1) for less in reversed(sizes) if less < size]
    for question, count in wishes:
        context = _power(max(question, question * count // 2))
        for kind in kinds:
            cache = footprint.cache(context, kind)
            if cache > room.cache:
                continue
            gigabytes = {"memory": f"{cache / 1e9:.1f}"}
            if count < parallel:
                yield Advice("LLM_PARALLEL", str(count), "parallel-memory", gigabytes)
            seconds = {"seconds": max(1, round(question / rate))}
            slow = "question" if question == size else "question-memory"
            yield Advice("LLM_QUESTION_SIZE", str(question), slow, seconds)
            facts = {"count": count, **gigabytes} if count > 1 else gigabytes
            yield Advice("LLM_CONTEXT_SIZE", str(context), "context" if count > 1 else "context-one", facts)
            yield Advice("LLM_KV_TYPE", kind, "cache-whole" if kind == "f16" else "cache-half")
            return


def _cheapest(figures: Sequence[Figure], cost: Callable[[Figure], int], share: float) -> Figure:
    """The one that costs least of those that come so near to the fastest."""
    best = max(figure.rate for figure in figures)
    return min((figure for figure in figures if figure.rate >= share * best), key=cost)


def _power(count: int) -> int:
    """The power of two that is no less."""
    return 1 << max(0, count - 1).bit_length()


def _rounded(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
