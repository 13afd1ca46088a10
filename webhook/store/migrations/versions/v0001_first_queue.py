"""The queue as it was before its versions were counted; a database from then gets only the tables and the column it lacks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TABLES = {
    "audit_entry": (
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("worker", sa.String(64), nullable=False),
        sa.Column("request", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("hour", sa.DateTime, nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
    ),
    "callback_request": (
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("service", sa.String(64), nullable=False, index=True),
        sa.Column("epoch", sa.String(10), nullable=False, index=True),
        sa.Column("windows", sa.Text, nullable=False),
        sa.Column("danger", sa.Boolean, nullable=False),
        sa.Column("under_18", sa.Boolean, nullable=False),
        sa.Column("booked", sa.Text),
        sa.Column("received", sa.DateTime, nullable=False),
        sa.Column("expires", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("claimer", sa.String(64)),
        sa.Column("lease_ends", sa.DateTime),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(32)),
        sa.Column("ended", sa.DateTime),
        sa.Column("receipt_tag", sa.String(64), nullable=False, index=True),
        sa.Column("key_tag", sa.String(64), nullable=False, unique=True),
        sa.Column("record", sa.LargeBinary, nullable=False),
    ),
    "canary": (
        sa.Column("service", sa.String(64), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("inner", sa.Text, nullable=False),
        sa.Column("answer_tag", sa.String(64), nullable=False),
    ),
    "draft": (
        sa.Column("conversation", sa.String(64), primary_key=True),
        sa.Column("expires", sa.DateTime, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    ),
    "flood_mark": (sa.Column("request", sa.String(32), primary_key=True),),
    "handover_note": (
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("request", sa.String(32), nullable=False, index=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("hour", sa.DateTime, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    ),
    "hidden_request": (sa.Column("request", sa.String(32), primary_key=True), sa.Column("worker", sa.String(64), primary_key=True)),
    "invitation": (
        sa.Column("tag", sa.String(64), primary_key=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("expires", sa.DateTime, nullable=False),
    ),
    "key_life": (sa.Column("kid", sa.String(16), primary_key=True), sa.Column("retired", sa.DateTime), sa.Column("proved", sa.DateTime)),
    "lead_alert": (
        sa.Column("request", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("hour", sa.DateTime, nullable=False),
    ),
    "opt_out": (
        sa.Column("number_tag", sa.String(64), primary_key=True),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("asked", sa.Boolean, nullable=False),
    ),
    "passkey": (
        sa.Column("credential_id", sa.String(1_400), primary_key=True),
        sa.Column("staff", sa.String(32), nullable=False, index=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.Integer, nullable=False),
    ),
    "passkey_challenge": (
        sa.Column("tag", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(80), nullable=False),
        sa.Column("expires", sa.DateTime, nullable=False),
    ),
    "retention_run": (
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("deleted", sa.Integer, nullable=False),
        sa.Column("keys_destroyed", sa.Integer, nullable=False),
        sa.Column("clean", sa.Boolean, nullable=False),
    ),
    "service_switch": (sa.Column("service", sa.String(64), primary_key=True), sa.Column("since", sa.DateTime, nullable=False)),
    "slip": (
        sa.Column("request", sa.String(32), primary_key=True),
        sa.Column("worker", sa.String(64), nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.Column("windows", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(32)),
    ),
    "staff": (
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("service", sa.String(64), nullable=False, index=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("joined", sa.DateTime, nullable=False),
        sa.Column("left", sa.DateTime),
        sa.UniqueConstraint("service", "name"),
    ),
    "staff_session": (
        sa.Column("tag", sa.String(64), primary_key=True),
        sa.Column("staff", sa.String(32), nullable=False, index=True),
        sa.Column("seen", sa.DateTime, nullable=False),
        sa.Column("ends", sa.DateTime, nullable=False),
    ),
    "text_message": (
        sa.Column("sid_tag", sa.String(64), primary_key=True),
        sa.Column("received", sa.DateTime, nullable=False),
        sa.Column("reply", sa.LargeBinary),
    ),
    "told": (
        sa.Column("what", sa.String(32), primary_key=True),
        sa.Column("request", sa.String(32), primary_key=True),
        sa.Column("window", sa.String(40), primary_key=True),
        sa.Column("urgent", sa.Boolean, nullable=False),
    ),
    "tombstone": (
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("received", sa.DateTime, nullable=False),
        sa.Column("ended", sa.DateTime, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
    ),
    "worker_key": (
        sa.Column("kid", sa.String(16), primary_key=True),
        sa.Column("service", sa.String(64), nullable=False, index=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("recovery", sa.Boolean, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("approved", sa.DateTime),
        sa.Column("left", sa.DateTime),
    ),
    "wrapped_key": (
        sa.Column("kid", sa.String(16), primary_key=True),
        sa.Column("staff", sa.String(32), nullable=False, index=True),
        sa.Column("keyfile", sa.Text, nullable=False),
    ),
}


def upgrade() -> None:
    """Make every table that is not there; rows of an audit from before its MACs keep an empty one."""
    inspector = sa.inspect(op.get_bind())
    there = set(inspector.get_table_names())
    for name in sorted(TABLES.keys() - there):
        op.create_table(name, *TABLES[name])
    if "audit_entry" in there and "mac" not in {column["name"] for column in inspector.get_columns("audit_entry")}:
        op.add_column("audit_entry", sa.Column("mac", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    """Refuse: nothing that waits may be dropped."""
    raise NotImplementedError("restore a backup instead")
