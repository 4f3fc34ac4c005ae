"""Where in its file a passage stands, beside its page and lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; passages that were made before have none."""
    op.add_column("passages", sa.Column("place", sa.JSON(none_as_null=True), nullable=True))
