"""what is looked at again"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("column", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(sa.Column("shortcut", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("whole", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_unit_year", ["unit", "year"], unique=False)

    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pages", sa.JSON(), nullable=False, server_default="[]"))

    with op.batch_alter_table("report_version", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("text", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("dates", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("judged", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_report_version_judged"), ["judged"], unique=False)

    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("settled", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("checked", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("gone", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_sighting_checked", ["column", "checked"], unique=False)

    with op.batch_alter_table("sweep", schema=None) as batch_op:
        batch_op.add_column(sa.Column("problem", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("sweep", schema=None) as batch_op:
        batch_op.drop_column("problem")

    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.drop_index("ix_sighting_checked")
        batch_op.drop_column("gone")
        batch_op.drop_column("checked")
        batch_op.drop_column("settled")

    with op.batch_alter_table("report_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_version_judged"))
        batch_op.drop_column("judged")
        batch_op.drop_column("dates")
        batch_op.drop_column("text")

    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.drop_column("pages")

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_unit_year")

    with op.batch_alter_table("column", schema=None) as batch_op:
        batch_op.drop_column("whole")
        batch_op.drop_column("shortcut")
        batch_op.drop_column("active")
