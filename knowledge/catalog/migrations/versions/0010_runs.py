"""Whether a run was over everything, and when a file that failed is tried again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns; of what was noted before, neither is known."""
    op.add_column("runs", sa.Column("whole", sa.Boolean(), nullable=True))
    op.add_column("problems", sa.Column("attempts", sa.Integer(), nullable=True))
    op.add_column("problems", sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))
