"""`saseo doctor`: one line for each thing that was looked at."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from adapters.console.render import wrap
from adapters.wording import safe
from bot.cli.session import Session
from bot.doctor import Check, checkup

STYLES = {"ok": "good", "warn": "warning", "fail": "bad"}
LABEL_WIDTH = 12


def doctor(session: Session, *, as_json: bool) -> None:
    """Check everything; exit code 1 if anything fails."""
    session.is_checkup = True
    checks: list[Check] = []
    for check in checkup(session.loaded, session.knowledge, session.doors.probe):
        checks.append(check)
        if not as_json:
            _show(session, check)
    if as_json:
        language = session.language
        session.show_json(
            [
                {
                    "check": check.name,
                    "level": check.level,
                    "found": check.sentence(language),
                    "fix": check.remedy(language) or None,
                }
                for check in checks
            ]
        )
    else:
        levels = [check.level for check in checks]
        session.show("")
        session.show(
            session.text("doctor-total", warnings=levels.count("warn"), failures=levels.count("fail"))
        )
    if any(check.level == "fail" for check in checks):
        session.leave(1)


def _show(session: Session, check: Check) -> None:
    """`ok    memory      23 GB of 24 GB are free`, and the fix below, wrapped under itself."""
    name = session.text(f"doctor-{check.name}")
    label = name + " " * max(1, LABEL_WIDTH - cell_len(name))
    level = f"{check.level:<6}"
    width = max(20, min(session.out.width, 100) - len(level) - LABEL_WIDTH)
    for number, line in enumerate(wrap(safe(check.sentence(session.language)), width)):
        if number == 0:
            session.show(Text.assemble((level, STYLES[check.level]), (label, "heading"), line))
        else:
            session.show(" " * (len(level) + LABEL_WIDTH) + line)
    for line in wrap(safe(check.remedy(session.language)), width - 2) if check.fix else []:
        session.show(Text(" " * (len(level) + LABEL_WIDTH) + ("→ " if line else "") + line, "faint"))
