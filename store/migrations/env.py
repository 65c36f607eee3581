"""Runs the migrations over the connection that `Store.migrate` hands in: one transaction for all of them."""

from alembic import context

import store.schema_follow_ups  # noqa: F401 - its tables belong to the same metadata
from store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
