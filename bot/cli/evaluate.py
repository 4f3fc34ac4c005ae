"""`saseo eval`: how well the search finds what it should."""

from __future__ import annotations

import time
from pathlib import Path

from bot import evaluation
from bot.cli import screen
from bot.cli.plots import can_plot, save_plot
from bot.cli.progress import RefreshProgress
from bot.cli.session import Session


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
        can_plot()
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
        name = folder.resolve().name
        save_plot(session, plot, lambda path: evaluation.plot(scores, path, name=name))


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
