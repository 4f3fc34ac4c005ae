"""`saseo llm bench`: how fast this machine runs the language model, and the settings that suit it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from bot import machine
from bot.cli import screen
from bot.cli.plots import can_plot, save_plot
from bot.cli.progress import RefreshProgress
from bot.cli.session import Session
from bot.models import measuring
from bot.models.tuning import Advice, Room, advise
from bot.ownership import is_owned
from bot.settings import Settings
from knowledge.models.gguf_header import read_header
from knowledge.models.llama.points import Figure, Plan

_BUSY = 0.15  # of the processors' time: figures suffer


def bench(session: Session, *, quick: bool, plot: Path | None, as_json: bool) -> None:
    """Measure, show the figures, and recommend settings."""
    settings = session.settings
    if plot:
        can_plot()
    room = _room(session, settings)
    plan = measuring.plan_here(quick=quick)
    busy = measuring.busy_share()
    if busy > _BUSY and not as_json:
        session.say("bench-busy", style="warning", percent=f"{busy:.0%}")
    if not as_json:
        session.say("llm-serve-starting", model=settings.llm_model_path.name)
    figures = _measure(session, settings, plan, quiet=as_json)
    advice = advise(figures, room)
    if as_json:
        session.show_json(_as_data(session, figures, advice, busy))
    else:
        _show_figures(session, figures)
        _show_advice(session, advice)
    if plot:
        name = settings.llm_model_path.name
        save_plot(session, plot, lambda path: measuring.plot(figures, path, name=name))


def _room(session: Session, settings: Settings) -> Room:
    """What the model has to get by with, where one can be measured at all.

    Raises:
        ModelUnavailable: its file can't be used.
    """
    if settings.llm_provider != "local":
        session.fail("bench-remote", address=settings.llm_base_url)
        session.leave(1)
    if settings.data_dir.is_dir() and is_owned(settings.data_dir):
        session.fail("bench-running", path=settings.data_dir)
        session.leave(1)
    path = settings.llm_model_path
    if not path.exists():
        session.fail("bench-no-model", path=path)
        session.leave(1)
    header = read_header(path)
    free, _ = machine.available_memory()
    return Room(
        free,
        path.stat().st_size,
        header.cache_bytes_per_token,
        header.context_length,
        settings.llm_max_tokens,
    )


def _measure(session: Session, settings: Settings, plan: Plan, *, quiet: bool) -> list[Figure]:
    began: list[float] = []
    with RefreshProgress(session, quiet=quiet) as progress:

        def told(done: int, total: int) -> None:
            began.append(time.monotonic())
            progress.update("measuring", done, total, began[-1] - began[0])

        return session.doors.measure(settings, plan, told)


def _show_figures(session: Session, figures: Sequence[Figure]) -> None:
    """Two tables, with a row for each number of threads."""
    for kind in ("read", "write"):
        mine = {(figure.threads, figure.tokens): figure for figure in figures if figure.kind == kind}
        counts = sorted({count for _, count in mine})
        columns = [(session.text(f"bench-{kind}-column", count=count), "right") for count in counts]
        if not mine:
            continue
        grid = screen.table(session.text("bench-threads"), *columns)
        for threads in sorted({threads for threads, _ in mine}):
            row = [mine.get((threads, count)) for count in counts]
            grid.add_row(str(threads), *(_number(figure.rate) if figure else "" for figure in row))
        session.show(Text(session.text(f"bench-{kind}"), "heading"))
        session.show(grid)
        session.show("")


def _show_advice(session: Session, advice: Sequence[Advice]) -> None:
    """Lines for .env, and why."""
    if not advice:
        session.say("bench-nothing", style="warning")
        return
    session.show(Text(session.text("bench-advice"), "heading"))
    rows = []
    for each in advice:
        if each.value:
            now = _now(session, each)
            changed = session.text("bench-now", value=now) if now != each.value else ""
            why = Text.assemble(_why(session, each), (changed, "faint"))
            rows.append((f"{each.name}={each.value}", why))
        else:
            session.show(Text(_why(session, each), "warning"))
    session.show(screen.pairs(rows))


def _as_data(
    session: Session, figures: Sequence[Figure], advice: Sequence[Advice], busy: float
) -> dict[str, object]:
    def table(kind: str, count: str) -> list[dict[str, object]]:
        return [
            {
                "threads": figure.threads,
                count: figure.tokens,
                "tokens_per_second": round(figure.rate, 2),
                "steps": figure.steps,
            }
            for figure in figures
            if figure.kind == kind
        ]

    return {
        "model": session.settings.llm_model_path.name,
        "busy": round(busy, 2),
        "prefill": table("read", "step_tokens"),
        "decode": table("write", "sequences"),
        "recommended": [
            {
                "setting": each.name,
                "value": each.value or None,
                "now": _now(session, each),
                "reason": _why(session, each),
            }
            for each in advice
        ],
    }


def _why(session: Session, advice: Advice) -> str:
    return session.text(f"bench-why-{advice.reason}", **advice.facts)


def _now(session: Session, advice: Advice) -> str:
    """The setting's value as it is."""
    value = getattr(session.settings, advice.name.lower())
    return value.name if isinstance(value, Path) else str(value)


def _number(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}"
