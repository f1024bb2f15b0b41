"""Fewer indexes and foreign keys where an import writes most."""

from migrate.revision import run_sql_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Run 0009_lighter_import.sql."""
    run_sql_beside(__file__)
