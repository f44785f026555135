"""reports are kept compressed in SQLite, and an index finds where a text stands

What is long is packed after this and before 0012, each part by itself.
"""

from alembic import op

from nianbao.storage.search import FUNCTION, GIN, TABLE, unpack_all

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(TABLE)
        return
    op.execute(FUNCTION)
    op.execute(GIN)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE report_words")
        unpack_all(op.get_bind())
        return
    op.execute("DROP INDEX report_words")
    op.execute("DROP FUNCTION report_words(text)")
