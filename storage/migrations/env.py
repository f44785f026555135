"""Alembic's entry: migrations run on the connection that the store opened."""

from alembic import context

from nianbao.storage.models import Base
from nianbao.storage.search import is_of_models

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    include_object=is_of_models,
)
with context.begin_transaction():
    context.run_migrations()
