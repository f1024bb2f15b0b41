"""How a database came to its present shape: Alembic, with plain SQL revisions."""
