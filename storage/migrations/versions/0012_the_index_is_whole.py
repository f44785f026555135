"""the rest of the reports of before is packed; from here on the database keeps the index"""

from alembic import op

from nianbao.storage.search import TRIGGERS, pack_some

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    while pack_some(op.get_bind()):
        pass
    for trigger in TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for name in ("added", "gone", "changed"):
        op.execute(f"DROP TRIGGER report_words_{name}")
