"""Runs the migrations over the connection that `Store.migrate` hands in: one transaction for all of them."""

from alembic import context

import store.schema_assessment
from store.schema import metadata

assert store.schema_assessment.metadata is metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
