"""Run by Alembic: applies the versions over the connection that `webhook.store.engine.make_tables` passes in."""

from alembic import context

from webhook.store.engine import VERSION_TABLE
from webhook.store.staff_models import Staff

context.configure(connection=context.config.attributes["connection"], target_metadata=Staff.metadata, version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
