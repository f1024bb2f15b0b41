"""Imports that can be undone, and rows of histories that may be told twice."""

from migrate.revision import run_sql_beside

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Run 0014_imports.sql."""
    run_sql_beside(__file__)
