"""what held for a county's deadlines, from when on; units that another county has since"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nobody knows what held before: the first that is written down is told of it.
    op.create_table(
        "deadlines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("county", sa.String(12), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["county"], ["region.code"], name="fk_deadlines_county_region"),
        sa.PrimaryKeyConstraint("id", name="pk_deadlines"),
    )
    op.create_index("ix_deadlines_county", "deadlines", ["county"])
    few = sa.text("kind = 'transferred'")
    op.create_index("ix_event_transferred", "event", ["id"], sqlite_where=few, postgresql_where=few)


def downgrade() -> None:
    op.drop_index("ix_event_transferred", "event")
    op.execute("DELETE FROM event WHERE kind = 'transferred'")
    op.drop_table("deadlines")
