"""An audit row says whose service it is of, and an alert whether it was announced and seen."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; of the rows that are there nobody can say which service they are of, so theirs is empty."""
    op.add_column("audit_entry", sa.Column("service", sa.String(64), nullable=False, server_default=""))
    for name in ("told", "seen"):
        op.add_column("lead_alert", sa.Column(name, sa.DateTime))


def downgrade() -> None:
    """Refuse: rows bound with their service would no longer verify."""
    raise NotImplementedError("restore a backup instead")
