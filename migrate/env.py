"""Alembic's entry point: runs revisions on the connection that upgrade.py opened."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema="warehouse",
    transaction_per_migration=False,
)
context.run_migrations()
