"""what held when"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("policy", sa.String(length=64), nullable=False, server_default="")
        )
    for table in ("unit", "column"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("added", MOMENT, nullable=True))
            batch_op.add_column(sa.Column("dropped", MOMENT, nullable=True))
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("before", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("since", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("ended", MOMENT, nullable=True))
    looks = 'FROM look WHERE look."column" = "column".id'
    op.execute(f'UPDATE "column" SET added = (SELECT min(at) {looks})')
    op.execute(
        f'UPDATE "column" SET dropped = coalesce((SELECT max(at) {looks}), CURRENT_TIMESTAMP) WHERE NOT active'
    )
    op.execute(
        "UPDATE finding SET since = (SELECT seen FROM report_version WHERE report_version.id = finding.report)"
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.alter_column("since", existing_type=MOMENT, nullable=False)


def downgrade() -> None:
    op.execute("DELETE FROM finding WHERE ended IS NOT NULL")
    for table, columns in (
        ("finding", ("ended", "since")),
        ("sighting", ("before",)),
        ("column", ("dropped", "added")),
        ("unit", ("dropped", "added")),
        ("region", ("policy",)),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
