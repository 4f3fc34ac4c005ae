"""Which questions are the same, so that an answer can point at where it was given before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; of what was asked before, nothing is said."""
    op.add_column("turns", sa.Column("identity", sa.String(length=64), nullable=False, server_default=""))
    op.create_index("ix_turns_identity", "turns", ["identity"], unique=False)
