"""standings and mail"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "outgoing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outgoing_message_id")),
    )
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outgoing_recipient"), ["recipient"], unique=False)
        batch_op.create_index("ix_outgoing_state_next_try", ["state", "next_try"], unique=False)

    op.create_table(
        "standing",
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=12), nullable=False),
        sa.Column("quality", sa.String(length=12), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("next_change_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("fk_standing_unit_unit")),
        sa.PrimaryKeyConstraint("unit", "year", name=op.f("pk_standing")),
    )
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_standing_next_change_at"), ["next_change_at"], unique=False
        )
        batch_op.create_index("ix_standing_year_name", ["year", "name"], unique=False)

    with op.batch_alter_table("column", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("paged", sa.Boolean(), nullable=False, server_default=sa.true())
        )

    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("resolved", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("report_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unit", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("year", sa.Integer(), nullable=True))
        batch_op.create_index("ix_decision_unit_year", ["unit", "year"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_decision_unit_unit"), "unit", ["unit"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("report_version", schema=None) as batch_op:
        batch_op.drop_column("words")

    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.drop_column("resolved")

    with op.batch_alter_table("column", schema=None) as batch_op:
        batch_op.drop_column("paged")

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_decision_unit_unit"), type_="foreignkey")
        batch_op.drop_index("ix_decision_unit_year")
        batch_op.drop_column("year")
        batch_op.drop_column("unit")

    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.drop_index("ix_standing_year_name")
        batch_op.drop_index(batch_op.f("ix_standing_next_change_at"))

    op.drop_table("standing")
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.drop_index("ix_outgoing_state_next_try")
        batch_op.drop_index(batch_op.f("ix_outgoing_recipient"))

    op.drop_table("outgoing")
    op.drop_table("lease")
