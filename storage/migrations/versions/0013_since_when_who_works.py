"""a lease says since when its holder has it, and when it last gave a sign of life"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NEW = ("since", "renewed")


def upgrade() -> None:
    # Of those that are held nobody knows it: they say so when they are renewed.
    for name in NEW:
        op.add_column("lease", sa.Column(name, sa.DateTime(timezone=True)))


def downgrade() -> None:
    for name in NEW:
        op.drop_column("lease", name)
