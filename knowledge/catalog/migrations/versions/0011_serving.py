"""The embedding model whose vectors questions are compared with, while another one's are being made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns; until the next start of an owner it isn't known which model serves."""
    op.add_column("state", sa.Column("embedder", sa.String(200), nullable=True))
    op.add_column("state", sa.Column("embedder_source", sa.Text(), nullable=True))
