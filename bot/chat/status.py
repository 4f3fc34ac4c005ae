"""What `/docs status` says: what is known and how fresh; and to admins, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.chat.removals import Withheld
from bot.freshness.figures import figures
from bot.models.in_use import changing_sentence
from knowledge.messages import text
from knowledge.reports import KnowledgeStatus
from knowledge.types import Language


def status_lines(status: KnowledgeStatus, visible: int, language: Language) -> list[str]:
    """For everyone: of how many documents they may read, when folders were looked through, what goes on."""
    lines = [text("talk-status", language, count=visible)]
    at = status.last_whole_refresh
    if at is None:
        lines.append(text("talk-status-never", language))
    else:
        minutes = int((datetime.now(UTC) - at).total_seconds() // 60)
        lines.append(text("talk-status-refreshed", language, minutes=minutes))
    if run := status.running:
        stage = text(f"progress-{run.stage}", language)
        lines.append(text("talk-status-running", language, stage=stage, figures=figures(run, language)))
    if status.waiting:
        lines.append(changing_sentence(status.waiting, language))
    return lines


def trouble_lines(
    status: KnowledgeStatus, overdue: datetime | None, withheld: Sequence[Withheld], language: Language
) -> list[str]:
    """For admins: a refresh that was missed, files that couldn't be used, removals that wait for a word."""
    lines = []
    if overdue:
        when = f"{overdue.astimezone():%Y-%m-%d %H:%M}"
        lines.append(text("talk-status-overdue", language, when=when))
    if status.problems:
        lines.append(text("talk-status-problems", language, count=len(status.problems)))
        lines += [withheld_line(each, language) for each in withheld]
    return lines


def withheld_line(each: Withheld, language: Language) -> str:
    """A folder whose missing files were not forgotten."""
    key = "talk-status-missing" if each.reason in ("many", "emptied") else "talk-status-gone"
    return text(key, language, folder=each.name, missing=each.missing, known=each.known)
