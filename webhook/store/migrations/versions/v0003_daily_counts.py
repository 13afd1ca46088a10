"""How many conversations of a day had a fact, for the service owner."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "daily_count",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("fact", sa.String(64), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("daily_count")
