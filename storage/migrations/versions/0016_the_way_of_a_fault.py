"""the way of a fault: what people say of what was found, and the doors by which units say it"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("file", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("about", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name="fk_step_unit_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_step"),
    )
    op.create_index("ix_step_unit_year", "step", ["unit", "year"])
    op.create_index("ix_step_about", "step", ["about"])
    op.create_table(
        "door",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("opened", MOMENT, nullable=True),
        sa.Column("revoked", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name="fk_door_unit_unit"),
        sa.PrimaryKeyConstraint("digest", name="pk_door"),
    )
    op.create_index("ix_door_unit_year", "door", ["unit", "year"])


def downgrade() -> None:
    op.drop_table("door")
    op.drop_table("step")
