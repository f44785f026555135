"""Alembic's entry: migrations run on the connection that the store opened."""

from alembic import context

from nianbao.storage.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
