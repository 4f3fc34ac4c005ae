"""What a shared index needs: in how many passages each word stands, and which catalog this is."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the counts, empty, and give the catalog its name."""
    op.create_table(
        "word_counts",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("field", sa.String(length=10), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("passages", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "field", "word"),
        sqlite_with_rowid=False,
    )
    op.add_column("state", sa.Column("words_counted_at", sa.BigInteger(), nullable=True))
    op.add_column("state", sa.Column("library", sa.String(length=32), nullable=True))
    op.execute(sa.text("UPDATE state SET library = :library").bindparams(library=uuid.uuid4().hex))
