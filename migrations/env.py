"""Alembic's environment: one schema on one open connection, handed over by `core.schema`."""

from alembic import context
from sqlalchemy import text

from incentive.core.db import Base

connection = context.config.attributes["connection"]
schema = context.config.attributes["schema"]

connection.execute(text(f'SET search_path TO "{schema}", public'))
connection.commit()
connection.dialect.default_schema_name = schema
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata", Base.metadata),
    transaction_per_migration=True,
    version_table_schema=schema,
    include_name=lambda name, kind, _parents: not (kind == "table" and name == "alembic_version"),
)
with context.begin_transaction():
    context.run_migrations()
