"""Keeps the model's process running: waits for its file, tries the build, starts, watches, starts again."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from knowledge.errors import GenerationFailed, ModelUnavailable, SaseoError
from knowledge.models.llama.order import Order
from knowledge.models.llama.process import Launch, ModelProcess, start, trial
from knowledge.models.llama.watching import ModelFile, Pace, Seen, build_fingerprint, is_settled, pause_before
from knowledge.models.remote import RemoteModel
from knowledge.threads import run_blocking

_log = logging.getLogger(__name__)
Phase = Literal["waiting", "checking", "starting", "ready", "restarting", "resting", "stopped"]
End = Literal["crashed", "hung", "replaced"]
_LAST_BREATH = 1.0  # seconds
_PASSING = frozenset({"died", "crashed", "slow"})  # reasons that may be gone at the next try


@dataclass(frozen=True, slots=True)
class ModelState:
    """How the model is.

    Args:
        phase: `waiting` for its file; `checking` whether this build can run it; `starting`; `ready`;
            `restarting` after it died, hung or got another file; `resting` where trying again makes nothing
            better; `stopped`.
        error: why it isn't ready, if something is wrong.
        restarts: how often a process that was ready was over.
    """

    phase: Phase
    error: SaseoError | None = None
    restarts: int = 0


@dataclass(slots=True)
class Life:
    """One process from when it is ready until it is over; `over` is then why.

    `users` is how many questions it is working on, and `unused` is set while there is none.
    """

    process: ModelProcess
    model: RemoteModel
    over: asyncio.Future[End]
    users: int = 0
    unused: asyncio.Event = field(default_factory=asyncio.Event)


class Supervisor:
    """Runs one model's process for as long as `run` does.

    Args:
        order: what a process is told.
        launch: how a process is started.
        client: makes the client of a process that is ready.
        trials: the file that remembers which build ran which model.
        pace: how it is watched.
        on_change: is told each new state.
    """

    def __init__(
        self,
        order: Order,
        launch: Launch,
        client: Callable[[ModelProcess], RemoteModel],
        trials: Path,
        pace: Pace,
        on_change: Callable[[ModelState], None],
    ) -> None:
        self._order = order
        self._launch = launch
        self._client = client
        self._trials = trials
        self._pace = pace
        self._on_change = on_change
        self._name = order.model.name
        self._file = ModelFile(order.model)
        self._failures = 0
        self._restarts = 0
        self._changed = asyncio.Condition()
        self.life: Life | None = None
        self.state = ModelState("waiting")

    async def run(self) -> None:
        """Until it is cancelled."""
        try:
            while True:
                seen = await self._whole_file()
                try:
                    await self._live(await self._begin(seen), seen)
                except SaseoError as error:
                    await self._recover(error, seen)
        finally:
            await self._set("stopped")

    async def ready(self) -> Life:
        """The process that is ready, waited for if it is only being started again.

        Raises:
            GenerationFailed: there is none (`not_ready`).
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pace.restart), self._changed:
                await self._changed.wait_for(lambda: self.life or self.state.phase != "restarting")
        if self.life is None:
            raise GenerationFailed(reason="not_ready", model=self._name, detail="")
        return self.life

    async def until_ready(self) -> None:
        """Wait for the process, as long as nothing is wrong.

        Raises:
            SaseoError: what is wrong.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: self.life or self.state.error)
        if self.life is None and self.state.error is not None:
            raise self.state.error

    async def _whole_file(self) -> Seen:
        """Wait for a whole file."""
        before: Seen | None = None
        while True:
            try:
                seen = await run_blocking(self._file.look)
            except ModelUnavailable as error:
                before = None
                await self._set("waiting", error)
            else:
                if is_settled(seen, before):
                    return seen
                before = seen
            await asyncio.sleep(self._pace.poll)

    async def _begin(self, seen: Seen) -> Life:
        """Start a process, after a trial."""
        # Whoever asks while it is only being started again waits for it.
        again = self.state.phase == "restarting"
        if not again:
            await self._set("checking")
        await self._try(seen)
        if not again:
            await self._set("starting")
        process = await start(self._order, self._launch, self._pace.start)
        try:
            model = self._client(process)
            await model.prepare()
        except BaseException:
            await process.stop()
            raise
        self.life = Life(process, model, asyncio.get_running_loop().create_future())
        self.life.unused.set()
        await self._set("ready")
        return self.life

    async def _try(self, seen: Seen) -> None:
        """Evaluate one batch in a throw-away process, unless this build has done so with this file."""
        now = f"{await run_blocking(build_fingerprint)} {seen}"
        with suppress(OSError, ValueError):
            if json.loads(self._trials.read_text(encoding="utf-8")) == now:
                return
        order = replace(self._order, task="trial", options=replace(self._order.options, context_size=512))
        await trial(order, self._launch, self._pace.start)
        with suppress(OSError):  # it is tried again, then
            self._trials.parent.mkdir(parents=True, exist_ok=True)
            self._trials.write_text(json.dumps(now), encoding="utf-8")

    async def _over(self, life: Life, why: End) -> None:
        """Let go of a process: at once, or when its questions are answered if only its file was replaced."""
        _log.warning("the model's process is over: %s", why)
        self.life = None
        self._restarts += 1
        await self._set("restarting")
        if why == "replaced":
            await life.unused.wait()  # every answer has its deadline
        elif why == "hung":
            life.process.kill()
        life.over.set_result(why)

    async def _end(self, life: Life) -> None:
        self.life = None
        if not life.over.done():
            life.over.set_result("replaced")
        await life.process.stop()

    async def _live(self, life: Life, seen: Seen) -> None:
        """Watch a process until it is over.

        Raises:
            ModelUnavailable: it died (`crashed`) or hung (`slow`).
        """
        began = time.monotonic()
        try:
            why = await self._watch(life, seen)
            await self._over(life, why)
        finally:
            await self._end(life)
        if time.monotonic() - began > self._pace.stable:
            self._failures = 0
        if why != "replaced":
            reason = "slow" if why == "hung" else "crashed"
            raise ModelUnavailable(model=self._name, reason=reason, detail="")

    async def _watch(self, life: Life, seen: Seen) -> End:
        before: Seen | None = None
        while True:
            await asyncio.wait({life.process.ended}, timeout=self._pace.poll)
            if life.process.ended.done():
                return "crashed"
            if await self._is_hung(life):
                # Of a process that has just ended, the broken connection is often what is seen first.
                await asyncio.wait({life.process.ended}, timeout=_LAST_BREATH)
                return "crashed" if life.process.ended.done() else "hung"
            with suppress(ModelUnavailable):  # a file that is gone, or half there, is no reason to stop
                now = await run_blocking(self._file.look)
                if now != seen and is_settled(now, before):
                    return "replaced"
                before = now

    async def _is_hung(self, life: Life) -> bool:
        """Whether it doesn't answer, or its engine stands still."""
        try:
            silence = await life.model.silence()
        except GenerationFailed:
            return True
        return silence is not None and silence > self._pace.silence

    async def _recover(self, error: SaseoError, seen: Seen) -> None:
        """Wait for the time to try again: long, where that makes nothing better."""
        self._failures += 1
        _log.warning("the model can't be used: %s: %s", type(error).__name__, error)
        if error.parameters.get("reason") not in _PASSING:
            await self._rest(error, seen)
        elif self._failures >= self._pace.failures:
            log = str(self._launch.log)
            await self._rest(ModelUnavailable(model=self._name, reason="crash_loop", detail=log), seen)
        else:
            await self._set(self.state.phase, error)
            await asyncio.sleep(pause_before(self._failures, self._pace))

    async def _rest(self, error: SaseoError, seen: Seen) -> None:
        """Wait for a long time, or until there is another file or another build."""
        await self._set("resting", error)
        build = await run_blocking(build_fingerprint)
        with suppress(TimeoutError, ModelUnavailable):
            async with asyncio.timeout(self._pace.rest):
                while seen == await run_blocking(self._file.look):
                    if build != await run_blocking(build_fingerprint):
                        break
                    await asyncio.sleep(self._pace.poll)
        self._failures = 0

    async def _set(self, phase: Phase, error: SaseoError | None = None) -> None:
        before = self.state
        async with self._changed:
            self.state = ModelState(phase, error, self._restarts)
            self._changed.notify_all()
        if (phase, str(error)) != (before.phase, str(before.error)):
            self._on_change(self.state)
