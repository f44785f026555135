"""sweeps keep what portals' clocks said; bodies a second hash; decisions stand in a chain"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from nianbao.storage.chain import BEGINNING, Said, as_told, digest_of

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)

audit = sa.table(
    "audit",
    sa.column("number"),
    sa.column("at", MOMENT),
    sa.column("who"),
    sa.column("action"),
    sa.column("about"),
    sa.column("content", sa.JSON()),
    sa.column("previous"),
    sa.column("digest"),
)
decision = sa.table(
    "decision",
    sa.column("id"),
    sa.column("fingerprint"),
    sa.column("unit"),
    sa.column("year"),
    sa.column("verdict"),
    sa.column("who"),
    sa.column("why"),
    sa.column("at", MOMENT),
)
event = sa.table(
    "event",
    sa.column("id"),
    sa.column("at", MOMENT),
    sa.column("kind"),
    sa.column("unit"),
    sa.column("year"),
    sa.column("content", sa.JSON()),
)


def upgrade() -> None:
    with op.batch_alter_table("sweep", schema=None) as batch_op:
        empty = sa.text("'{}'")
        batch_op.add_column(sa.Column("clocks", sa.JSON(), nullable=False, server_default=empty))
    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clock", sa.String(8), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("trusted", MOMENT, nullable=True))
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sm3", sa.String(64), nullable=False, server_default=""))
    op.create_index("ix_standing_since", "standing", ["since"])
    op.create_index("ix_standing_evidence_at", "standing", ["evidence_at"])
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    _take_over(op.get_bind())


def _take_over(connection: sa.Connection) -> None:
    """What people decided before stands in the chain as it was, and is said to be from before."""
    found = []
    for row in connection.execute(sa.select(decision).order_by(decision.c.id)):
        told = {"taken_over": True, "decision": row.id, "year": row.year, "why": row.why}
        about = row.unit or row.fingerprint
        found.append(Said(_in_utc(row.at), row.who, row.verdict, about, told))
    settled = sa.select(event).where(event.c.kind == "settled").order_by(event.c.id)
    for row in connection.execute(settled):
        content = row.content
        told = {"taken_over": True, "event": row.id, "unit": row.unit, "year": row.year}
        told |= {key: content.get(key) for key in ("why", "link", "answer", "undone")}
        who, about = str(content.get("who", "")), str(content.get("url", ""))
        found.append(Said(_in_utc(row.at), who, "settle", about, told))
    previous = BEGINNING
    for number, said in enumerate(sorted(found, key=lambda each: each.at), 1):
        digest = digest_of(as_told(number, said, previous))
        entry = said._asdict() | {"number": number, "previous": previous, "digest": digest}
        connection.execute(audit.insert().values(**entry))
        previous = digest


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def downgrade() -> None:
    op.drop_table("audit")
    op.drop_index("ix_standing_evidence_at", "standing")
    op.drop_index("ix_standing_since", "standing")
    for table, columns in (
        ("document", ("sm3",)),
        ("look", ("trusted", "clock")),
        ("sweep", ("clocks",)),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in columns:
                batch_op.drop_column(name)
    kinds = ("put_back", "clock_right")
    op.get_bind().execute(event.delete().where(event.c.kind.in_(kinds)))
