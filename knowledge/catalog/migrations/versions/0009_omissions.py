"""What was left out of a document of which the rest was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column; what is indexed already is read anew by another recipe, and told of then."""
    op.add_column("versions", sa.Column("omissions", sa.JSON(), nullable=True))
