"""`saseo eval`: how well the search finds what it should."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

from bot import evaluation
from bot.cli import screen
from bot.cli.progress import RefreshProgress
from bot.cli.session import Session
from knowledge.errors import MissingDependency


def evaluate(
    session: Session,
    folder: Path,
    *,
    embedder: str | None,
    limit: int | None,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Index the corpus in a temporary place, ask its questions, and show the figures."""
    corpus = evaluation.load_corpus(folder)
    if plot:
        _can_plot()
    settings = session.settings
    if embedder:
        change = {"embeddings_provider": "none"} if embedder == "none" else {"embeddings_model": embedder}
        settings = settings.model_copy(update=change)
    with (
        RefreshProgress(session, quiet=as_json) as progress,
        session.doors.open_corpus(settings, corpus.documents, progress) as ranked,
    ):
        began = time.monotonic()

        def asking(done: int, total: int) -> None:
            progress.update("asking", done, total, time.monotonic() - began)

        scores = evaluation.evaluate(corpus, ranked.rank, limit=limit, progress=asking)
        passages = ranked.passages
    figures = scores.as_dict(passages)
    if as_json:
        session.show_json(figures)
    else:
        _show(session, figures)
    if plot:
        _plot(session, scores, plot, folder.resolve().name)


def _show(session: Session, figures: dict[str, float | int]) -> None:
    names = {"queries": "eval-queries", "passages": "eval-passages", "ms_per_query": "eval-milliseconds"}
    grid = screen.table(session.text("eval-measure"), (session.text("eval-value"), "right"))
    for name, value in figures.items():
        label = (
            session.text(names[name])
            if name in names
            else name.replace("recall", "Recall").replace("mrr", "MRR")
        )
        written = (
            f"{value:,}"
            if isinstance(value, int)
            else f"{value:.1f}"
            if name == "ms_per_query"
            else f"{value:.4f}"
        )
        grid.add_row(label.replace("ndcg", "nDCG"), written)
    session.out.print(grid)


def _can_plot() -> None:
    """Say at the start, not after an hour of indexing, that the picture can't be drawn.

    Raises:
        MissingDependency: matplotlib isn't installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingDependency(package="matplotlib", command="pip install 'saseo[plot]'")


def _plot(session: Session, scores: evaluation.Scores, path: Path, name: str) -> None:
    try:
        evaluation.plot(scores, path, name=name)
    except (OSError, ValueError) as error:
        session.fail("eval-plot-failed", path=path, detail=error)
        session.leave(1)
    if not session.as_json:
        session.show(session.text("eval-plotted", path=path))
