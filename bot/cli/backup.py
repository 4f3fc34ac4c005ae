"""`saseo backup` and `saseo restore`."""

from __future__ import annotations

from pathlib import Path

from bot.backup import BackupReport
from bot.backup import backup as write_backup
from bot.backup import restore as put_back
from bot.cli import screen
from bot.cli.session import Session


def backup(session: Session, file: Path, *, force: bool, as_json: bool) -> None:
    """Write everything that can't be made anew into one file."""
    report = write_backup(session.settings, Path.cwd() / file, force=force)
    _tell(session, "backup-made", report, as_json=as_json)


def restore(session: Session, file: Path, *, force: bool, as_json: bool) -> None:
    """Put a backup into the data folder."""
    report = put_back(session.settings, Path.cwd() / file, force=force)
    at_server = bool(session.settings.catalog_url.get_secret_value())
    _tell(session, "backup-restored-database" if at_server else "backup-restored", report, as_json=as_json)


def _tell(session: Session, key: str, report: BackupReport, *, as_json: bool) -> None:
    if as_json:
        session.show_json(
            {
                "path": str(report.path),
                "made_at": report.made_at.isoformat(),
                "files": report.files,
                "size": report.size,
            }
        )
        return
    session.show(
        session.text(
            key,
            path=report.path,
            files=report.files,
            size=screen.size(report.size),
            made_at=f"{report.made_at.astimezone():%Y-%m-%d %H:%M}",
            folder=session.settings.data_dir,
        )
    )
