"""Run by Alembic: applies the versions over the connection that `directory.database.upgrade` passes in."""

from alembic import context

from directory.database import VERSION_TABLE
from directory.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
