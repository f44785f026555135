"""links keep every date that was printed of them, and whose they may be"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

sighting = sa.table(
    "sighting",
    sa.column("id"),
    sa.column("listed", sa.Date()),
    sa.column("last_seen", MOMENT),
    sa.column("dates", sa.JSON()),
    sa.column("may_be", sa.JSON()),
)
standing = sa.table("standing", sa.column("next_change_at", MOMENT))


def upgrade() -> None:
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dates", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("may_be", sa.JSON(), nullable=True))
    connection = op.get_bind()
    connection.execute(sighting.update().values(dates=[], may_be=[]))
    dated = sa.select(sighting.c.id, sighting.c.listed, sighting.c.last_seen)
    for number, listed, seen in connection.execute(dated.where(sighting.c.listed.is_not(None))):
        # The list may have printed another day before.
        moment = seen if seen.tzinfo else seen.replace(tzinfo=UTC)
        told = [["list", listed.isoformat(), moment.astimezone(UTC).isoformat()]]
        connection.execute(sighting.update().where(sighting.c.id == number).values(dates=told))
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.alter_column("dates", existing_type=sa.JSON(), nullable=False)
        batch_op.alter_column("may_be", existing_type=sa.JSON(), nullable=False)
    # Worked out anew before it is told.
    op.execute(standing.update().values(next_change_at=LONG_AGO))


def downgrade() -> None:
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.drop_column("may_be")
        batch_op.drop_column("dates")
