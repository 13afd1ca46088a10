"""The tables of Open Referral UK. Services keep their numbers and who confirmed them; the rest is loaded afresh after it."""

import sqlalchemy as sa
from alembic import op

from directory.ids import uuid_of

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Widen organization and service, and make the other tables anew."""
    columns = [
        sa.column(name, kind) for name, kind in (("service_id", sa.String), ("position", sa.Integer), ("number", sa.String), ("dial", sa.String))
    ]
    phones = op.get_bind().execute(sa.select(*columns).select_from(sa.table("phone"))).all()
    for table in ("taxonomy_term", "service_area", "phone"):
        op.drop_table(table)
    for table in ("organization", "service"):
        _add_identity(table)
    _widen_organization()
    _widen_service()
    _make_shared()
    _make_children()
    table = sa.table("phone", *columns, sa.column("id", sa.String), sa.column("extra", sa.JSON))
    op.bulk_insert(table, [dict(row._mapping) | {"id": uuid_of("phone", f"{row.service_id}/{row.dial}"), "extra": {}} for row in phones])


def downgrade() -> None:
    """Refuse: the first tables cannot hold what these do."""
    raise NotImplementedError("load the seed into a new database instead")


def _add_identity(table: str) -> None:
    """Give each row the UUID the standard asks for, and say that it came from the seed."""
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column("uuid", sa.String(36)))
        batch.add_column(sa.Column("origin", sa.String(64)))
        batch.add_column(sa.Column("extra", sa.JSON))
    rows = sa.table(table, sa.column("id", sa.String), sa.column("uuid", sa.String), sa.column("origin", sa.String), sa.column("extra", sa.JSON))
    connection = op.get_bind()
    for (key,) in connection.execute(sa.select(rows.c.id)).all():
        connection.execute(sa.update(rows).where(rows.c.id == key).values(uuid=uuid_of(table, key), origin="seed", extra={}))


def _widen_organization() -> None:
    with op.batch_alter_table("organization") as batch:
        for column in ("description", "email", "website", "uri"):
            batch.add_column(sa.Column(column, sa.Text))
        _require_identity(batch, "organization")


def _widen_service() -> None:
    with op.batch_alter_table("service") as batch:
        for column in ("languages", "cost"):
            batch.drop_column(column)
        for column in ("minimum_age", "maximum_age"):
            batch.add_column(sa.Column(column, sa.Float))
        for column in ("alert", "assurer_email"):
            batch.add_column(sa.Column(column, sa.Text))
        batch.add_column(sa.Column("last_modified", sa.String(40)))
        for column in ("description", "eligibility_description"):
            batch.alter_column(column, nullable=True)
        batch.alter_column("status", type_=sa.String(32))
        _require_identity(batch, "service")
    op.create_index("ix_service_origin", "service", ["origin"])
    op.create_index("ix_service_organization_id", "service", ["organization_id"])


def _require_identity(batch: object, table: str) -> None:
    for column in ("uuid", "origin", "extra"):
        batch.alter_column(column, nullable=False)  # type: ignore[attr-defined]
    batch.create_unique_constraint(f"uq_{table}_uuid", ["uuid"])  # type: ignore[attr-defined]


def _make_shared() -> None:
    """Make the tables that several services may point to."""
    op.create_table(
        "location",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("location_type", sa.String(16), nullable=False),
        *(sa.Column(column, sa.Text) for column in ("name", "description")),
        *(sa.Column(column, sa.Float) for column in ("latitude", "longitude")),
        *(sa.Column(column, sa.Text) for column in ("external_identifier", "external_identifier_type")),
        sa.Column("addresses", sa.JSON, nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("extra", sa.JSON, nullable=False),
    )
    op.create_table(
        "taxonomy",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
    )
    op.create_table(
        "taxonomy_term",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("taxonomy", sa.Text),
        sa.Column("taxonomy_id", sa.String(36)),
        sa.Column("term", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("parent_id", sa.String(36)),
        sa.Column("term_uri", sa.Text),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("extra", sa.JSON, nullable=False),
        sa.Index("ix_taxonomy_term_taxonomy_term", "taxonomy", "term"),
    )
    op.create_table(
        "confirmation",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("service_id", sa.String(64), nullable=False, index=True),
        sa.Column("confirmed_by", sa.Text, nullable=False),
        sa.Column("confirmed_on", sa.Date, nullable=False),
        sa.Column("review_by", sa.Date),
        sa.Column("dials", sa.Text, nullable=False),
    )
    op.create_table(
        "listing",
        sa.Column("area", sa.String(64), primary_key=True),
        sa.Column("need", sa.String(64), primary_key=True),
        sa.Column("rank", sa.Integer, primary_key=True),
        sa.Column("service_id", sa.String(64), sa.ForeignKey("service.id"), primary_key=True, index=True),
        sa.Column("vetted", sa.Boolean, nullable=False),
        sa.Column("review_by", sa.Date),
        sa.Column("gender", sa.String(8)),
        sa.Column("names_audience", sa.Text, nullable=False),
        sa.Column("always_open", sa.Boolean, nullable=False),
    )


def _make_children() -> None:
    _make_child("phone", sa.Column("number", sa.String(64), nullable=False), sa.Column("dial", sa.String(16), nullable=False, index=True))
    _make_child(
        "schedule",
        *(sa.Column(column, sa.String(10)) for column in ("valid_from", "valid_to", "dtstart")),
        sa.Column("freq", sa.String(8)),
        sa.Column("interval", sa.Float),
        *(sa.Column(column, sa.Text) for column in ("byday", "bymonthday")),
        *(sa.Column(column, sa.String(16)) for column in ("opens_at", "closes_at")),
        sa.Column("description", sa.Text),
        sa.Column("bank_holidays", sa.Boolean, nullable=False),
    )
    _make_child("service_area", sa.Column("area", sa.String(64), index=True), sa.Column("name", sa.Text), sa.Column("uri", sa.Text))
    _make_child("language", sa.Column("name", sa.Text), sa.Column("code", sa.String(16)), sa.Column("note", sa.Text))
    _make_child(
        "cost_option",
        *(sa.Column(column, sa.String(10)) for column in ("valid_from", "valid_to")),
        sa.Column("option", sa.Text),
        sa.Column("amount", sa.Float),
        sa.Column("amount_description", sa.Text),
    )
    _make_child("service_at_location", sa.Column("location_id", sa.String(36), sa.ForeignKey("location.id"), index=True))
    op.create_index("ix_service_at_location_id", "service_at_location", ["id"])
    _make_child("attribute", sa.Column("taxonomy_term_id", sa.String(36), sa.ForeignKey("taxonomy_term.id"), nullable=False))
    op.create_index("ix_attribute_term_service", "attribute", ["taxonomy_term_id", "service_id"])
    _make_child("accessibility", *(sa.Column(column, sa.Text) for column in ("description", "details", "url")), parent="location")


def _make_child(table: str, *columns: sa.Column, parent: str = "service") -> None:
    """Make a table whose rows belong to one row of `parent`."""
    op.create_table(
        table,
        sa.Column(f"{parent}_id", sa.String(64 if parent == "service" else 36), sa.ForeignKey(f"{parent}.id"), primary_key=True),
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        *columns,
        sa.Column("extra", sa.JSON, nullable=False),
    )
