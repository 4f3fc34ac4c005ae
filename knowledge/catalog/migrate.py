"""Brings a catalog to the schema of this program."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

HEAD = "0011"
_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(connection: Connection, revision: str = HEAD) -> None:
    """Run the migrations that are missing up to a revision, in the connection's transaction."""
    if current_revision(connection) == revision:
        return
    # Imported here: Alembic costs a tenth of a second, and nearly every start needs no migration.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def current_revision(connection: Connection) -> str | None:
    """The catalog's schema revision, None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
