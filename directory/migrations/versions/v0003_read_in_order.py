"""What every look-up reads lies in the order of its key: on SQLite the listing and the hours are kept within their keys."""

from alembic import op

revision = "0003"
down_revision = "0002"
READ_IN_ORDER = ("listing", "schedule")


def upgrade() -> None:
    """Make the two tables anew without row numbers; PostgreSQL has no such thing and stays as it is."""
    _rebuild(with_rowid=False)


def downgrade() -> None:
    """Give them row numbers again."""
    _rebuild(with_rowid=True)


def _rebuild(*, with_rowid: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in READ_IN_ORDER:
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_with_rowid": with_rowid}):
            pass
