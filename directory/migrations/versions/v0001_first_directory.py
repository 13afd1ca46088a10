"""The directory as it first was: services with phones, areas, terms and sources."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table("organization", sa.Column("id", sa.String(64), primary_key=True), sa.Column("name", sa.Text, nullable=False))
    op.create_table(
        "service",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("organization_id", sa.String(64), sa.ForeignKey("organization.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("eligibility_description", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("text_line", sa.Text),
        sa.Column("hours", sa.Text),
        sa.Column("always_open", sa.Boolean, nullable=False),
        sa.Column("single_point_of_contact", sa.Boolean, nullable=False),
        sa.Column("languages", sa.Text),
        sa.Column("cost", sa.Text),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("confidence", sa.String(16), nullable=False),
        sa.Column("published", sa.Integer),
        sa.Column("date_seen", sa.Date, nullable=False),
        sa.Column("assured_date", sa.Date),
        sa.Column("assured_by", sa.Text),
        sa.Column("review_by", sa.Date),
    )
    op.create_table(
        "phone",
        sa.Column("service_id", sa.String(64), sa.ForeignKey("service.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("dial", sa.String(16), nullable=False),
    )
    op.create_table(
        "service_area",
        sa.Column("service_id", sa.String(64), sa.ForeignKey("service.id"), primary_key=True),
        sa.Column("area", sa.String(64), primary_key=True),
    )
    op.create_table(
        "taxonomy_term",
        sa.Column("service_id", sa.String(64), sa.ForeignKey("service.id"), primary_key=True),
        sa.Column("taxonomy", sa.String(16), primary_key=True),
        sa.Column("term", sa.String(64), primary_key=True, index=True),
    )
    op.create_table(
        "source",
        sa.Column("service_id", sa.String(64), sa.ForeignKey("service.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("reference", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("source", "taxonomy_term", "service_area", "phone", "service", "organization"):
        op.drop_table(table)
