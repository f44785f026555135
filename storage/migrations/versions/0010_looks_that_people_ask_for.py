"""a sweep may be of some columns alone: a look that a person asked for"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    no: sa.Column[bool] = sa.Column("part", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("sweep", no)


def downgrade() -> None:
    op.drop_column("sweep", "part")
