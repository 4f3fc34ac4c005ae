"""`saseo search`: what would be found, and with --explain why in this order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from adapters.console.render import short_path, wrap
from adapters.wording import position, safe
from bot.cli import screen
from bot.cli.arguments import clean
from bot.cli.ask import audience
from bot.cli.session import Session
from knowledge.catalog.places import place_as_dict
from knowledge.types import LANGUAGES

if TYPE_CHECKING:
    from knowledge.retrieve import Candidate, Retrieval

EXCERPT_LINES = 2


def search(
    session: Session, asked: str, scopes: list[str], limit: int, *, explain: bool, as_json: bool
) -> None:
    """Show the passages that a question finds, best first."""
    with session.knowledge() as knowledge:
        if explain:
            knowledge.warm()  # so that the time is the search's, and not the loading of the models
        found = knowledge.retrieve(clean(asked).strip(), audience(scopes), limit=limit)
    if as_json:
        session.show_json(_as_dict(found))
        return
    if not found.candidates:
        session.say("search-nothing")
        return
    if explain:
        _explain(session, found)
    for rank, candidate in enumerate(found.candidates, 1):
        _show(session, rank, candidate)


def _show(session: Session, rank: int, candidate: Candidate) -> None:
    passage, document = candidate.passage, candidate.document
    where = " › ".join(safe(part) for part in passage.heading_path) or safe(document.title)
    facts = [
        short_path(document.uri, Path.cwd(), Path.home()),
        position(passage.page, passage.lines, session.language, passage.place),
        *(session.text("search-also-in", path=safe(other)) for other in candidate.also_in[:3]),
    ]
    session.show(
        Text.assemble((f"{rank:>2}  ", "cite"), (where, "heading"), (f"  {candidate.score:.3f}", "faint"))
    )
    session.show(Text("    " + " · ".join(fact for fact in facts if fact), "faint"))
    width = max(20, min(session.out.width, 100) - 4)
    lines = [piece for line in safe(passage.text).splitlines() if line.strip() for piece in wrap(line, width)]
    for line in lines[:EXCERPT_LINES]:
        session.show(f"    {line}")
    session.show("")


def _explain(session: Session, found: Retrieval) -> None:
    text = session.text
    verdict = "search-answerable" if found.is_answerable else "search-unanswerable"
    rows: list[tuple[str, Any]] = [
        (text("search-language"), text(f"language-{found.language}")),
        (text("search-probability"), text(verdict, probability=f"{found.answerable:.0%}")),
    ]
    if found.abilities is not None:
        trust = ", ".join(
            f"{text(f'language-{passage}')} {found.abilities.of(found.language, passage).skill:.0%}"
            for passage in LANGUAGES
        )
        rows.append((text("search-trust"), trust))
    if found.repaired:
        repaired = ", ".join(f"{safe(wrong)} → {safe(right)}" for wrong, right in found.repaired)
        rows.append((text("search-repaired"), repaired))
    rows.append((text("search-time"), f"{found.milliseconds:.1f} ms"))
    session.show(screen.pairs(rows))
    session.show("")
    grid = screen.table(
        ("#", "right"),
        (text("search-score"), "right"),
        (text("search-lexical"), "right"),
        (text("search-lexical-rank"), "right"),
        (text("search-dense"), "right"),
        (text("search-dense-rank"), "right"),
        text("search-language-short"),
        text("docs-title"),
    )
    for rank, candidate in enumerate(found.candidates, 1):
        grid.add_row(
            str(rank),
            f"{candidate.score:.3f}",
            _number(candidate.lexical, 3),
            _number(candidate.lexical_rank),
            _number(candidate.dense, 3),
            _number(candidate.dense_rank),
            candidate.passage.language,
            Text(safe(candidate.document.title)),
        )
    session.out.print(grid)
    session.show("")


def _number(value: float | None, digits: int = 0) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _as_dict(found: Retrieval) -> dict[str, Any]:
    return {
        "question": found.question,
        "language": found.language,
        "answerable": found.answerable,
        "is_answerable": found.is_answerable,
        "repaired": [list(pair) for pair in found.repaired],
        "milliseconds": found.milliseconds,
        "candidates": [
            {
                "title": candidate.document.title,
                "uri": candidate.document.uri,
                "section": " > ".join(candidate.passage.heading_path),
                "page": candidate.passage.page,
                "lines": list(candidate.passage.lines) if candidate.passage.lines else None,
                "place": candidate.passage.place and place_as_dict(candidate.passage.place),
                "language": candidate.passage.language,
                "excerpt": candidate.passage.text,
                "score": candidate.score,
                "lexical": candidate.lexical,
                "lexical_rank": candidate.lexical_rank,
                "dense": candidate.dense,
                "dense_rank": candidate.dense_rank,
                "also_in": list(candidate.also_in),
            }
            for candidate in found.candidates
        ],
    }
