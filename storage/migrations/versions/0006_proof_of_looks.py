"""looks keep their proof; columns say whom they cover; standings say whether they are confirmed"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TOLD_FOR_SURE = ("on_time", "late", "missing", "withdrawn", "exempt")

look = sa.table("look", sa.column("id"))
column = sa.table("column", sa.column("fingerprint"))
standing = sa.table(
    "standing", sa.column("name"), sa.column("confirmed"), sa.column("next_change_at", MOMENT)
)
event = sa.table(
    "event", sa.column("at", MOMENT), sa.column("kind"), sa.column("content", sa.JSON())
)


def upgrade() -> None:
    no = sa.false()
    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proof", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("fresh", sa.Boolean(), nullable=False, server_default=no))
    proven, (sqlite, postgresql) = "proof <> ''", ("fresh = 1", "fresh")
    for name, conditions in (
        ("ix_look_proven", (proven, proven)),
        ("ix_look_fresh", (f"{sqlite} AND {proven}", f"{postgresql} AND {proven}")),
    ):
        sqlite_where, postgresql_where = map(sa.text, conditions)
        op.create_index(
            name,
            "look",
            ["column", "at"],
            sqlite_where=sqlite_where,
            postgresql_where=postgresql_where,
        )
    with op.batch_alter_table("column", schema=None) as batch_op:
        batch_op.add_column(sa.Column("covers", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed", sa.Boolean(), nullable=False, server_default=no))
    connection = op.get_bind()
    # As they were told, and worked out anew before they are told again.
    told = standing.update().where(standing.c.name.in_(TOLD_FOR_SURE))
    connection.execute(told.values(confirmed=True))
    connection.execute(standing.update().values(next_change_at=LONG_AGO))
    # What nobody proved is not taken for what is there: each list is read whole again.
    connection.execute(column.update().values(fingerprint=None))
    if connection.scalar(sa.select(look.c.id).limit(1)) is not None:
        begun = {"at": datetime.now(UTC), "kind": "proof_begins", "content": {}}
        connection.execute(event.insert().values(**begun))


def downgrade() -> None:
    connection = op.get_bind()
    connection.execute(event.delete().where(event.c.kind == "proof_begins"))
    op.drop_index("ix_look_fresh", "look")
    op.drop_index("ix_look_proven", "look")
    for table, columns in (
        ("standing", ("confirmed",)),
        ("column", ("covers",)),
        ("look", ("fresh", "proof")),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in columns:
                batch_op.drop_column(name)
