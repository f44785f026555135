"""a report says without its content whether it could be read; questions find what they show"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

report = sa.table(
    "report_version", sa.column("content", sa.JSON()), sa.column("unreadable", sa.Boolean())
)
# What is at the beginning of another one.
REDUNDANT = (
    ("ix_unit_county", "unit", ["county"]),
    ("ix_column_portal", "column", ["portal"]),
    ("ix_look_sweep", "look", ["sweep"]),
    ("ix_document_url", "document", ["url"]),
)
NEW = (
    ("ix_unit_county_id", "unit", ["county", "id"], ""),
    ("ix_report_version_year_unit", "report_version", ["year", "unit"], ""),
    ("ix_sighting_in_doubt", "sighting", ["column"], "review <> ''"),
    ("ix_sighting_resolved", "sighting", ["column"], "resolved IS NOT NULL"),
    ("ix_sighting_shown", "sighting", ["column", "year", "unit"], "review = ''"),
    ("ix_event_settled", "event", ["id"], "kind = 'settled'"),
)


def upgrade() -> None:
    # Without making the table anew: it holds every report.
    no: sa.Column[bool] = sa.Column(
        "unreadable", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("report_version", no)
    unread = report.c.content["unreadable"].as_string() != "[]"
    op.execute(report.update().where(unread).values(unreadable=True))
    for name, table, columns, where in NEW:
        such = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=such, postgresql_where=such)
    for name, table, _ in REDUNDANT:
        op.drop_index(name, table)


def downgrade() -> None:
    for name, table, columns in REDUNDANT:
        op.create_index(name, table, columns)
    for name, table, _, _ in NEW:
        op.drop_index(name, table)
    op.drop_column("report_version", "unreadable")
