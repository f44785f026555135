"""a sweep may be of some columns alone; people bring addresses of reports, and saved pages"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

event = sa.table("event", sa.column("kind"))
version = sa.table(
    "report_version",
    *(sa.column("id"), sa.column("adoption"), sa.column("witness"), sa.column("found")),
)
look = sa.table("look", sa.column("witness"))
standing = sa.table("standing", sa.column("next_change_at", MOMENT))
finding = sa.table("finding", sa.column("report"))


def upgrade() -> None:
    no: sa.Column[bool] = sa.Column("part", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("sweep", no)
    newest = sa.Column("newest", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    op.add_column("sweep", newest)
    nobody = sa.Column("by_hand", sa.Text(), nullable=False, server_default="")
    op.add_column("standing", nobody)
    # Worked out anew before it is told.
    op.execute(standing.update().values(next_change_at=LONG_AGO))
    op.create_table(
        "adoption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("insisted", sa.Boolean(), nullable=False),
        sa.Column("checked", MOMENT, nullable=False),
        sa.Column("gone", MOMENT, nullable=True),
        sa.Column("ended", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name="fk_adoption_unit_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_adoption"),
    )
    op.create_index("ix_adoption_unit_year", "adoption", ["unit", "year"])
    # Without making the table anew: it holds every report.
    op.add_column("report_version", sa.Column("adoption", sa.Integer(), nullable=True))
    op.add_column("report_version", sa.Column("found", MOMENT, nullable=True))
    for table in ("look", "report_version"):
        us = sa.Column("witness", sa.Text(), nullable=False, server_default="")
        op.add_column(table, us)
    for table in ("look", "report_version", "sighting"):
        op.add_column(table, sa.Column("saved", MOMENT, nullable=True))


def downgrade() -> None:
    """What only a person brought is not known any more."""
    brought = sa.or_(version.c.adoption.is_not(None), version.c.witness != "")
    alone = sa.and_(brought, version.c.found.is_(None))
    op.execute(finding.delete().where(finding.c.report.in_(sa.select(version.c.id).where(alone))))
    op.execute(version.delete().where(alone))
    op.execute(look.delete().where(look.c.witness != ""))
    op.execute(event.delete().where(event.c.kind == "brought"))
    for table in ("look", "report_version", "sighting"):
        op.drop_column(table, "saved")
    for table in ("look", "report_version"):
        op.drop_column(table, "witness")
    op.drop_column("report_version", "found")
    op.drop_column("report_version", "adoption")
    op.drop_table("adoption")
    op.drop_column("standing", "by_hand")
    op.drop_column("sweep", "newest")
    op.drop_column("sweep", "part")
