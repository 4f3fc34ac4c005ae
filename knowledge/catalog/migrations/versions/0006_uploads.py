"""Who added each version of a document, and the link that opens its original."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table anew, with a row for each version; those that were added before have no digest."""
    op.rename_table("uploads", "uploads_before")
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=160), nullable=False),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_uploads_uri", "uploads", ["uri"], unique=False)
    op.execute(
        "INSERT INTO uploads (uri, scope, person, place, added_at, digest, link)"
        " SELECT uri, scope, person, place, added_at, '', '' FROM uploads_before ORDER BY added_at"
    )
    op.drop_table("uploads_before")
