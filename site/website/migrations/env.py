"""Run by Alembic, with the connection of whoever asked for the migration."""

from alembic import context

from carrel.db import Base
from website.migrations import models  # noqa: F401 - every model must be known

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    include_object=lambda _object, name, _kind, _reflected, _other: (
        not str(name).startswith("article_search")
    ),
)
with context.begin_transaction():
    context.run_migrations()
