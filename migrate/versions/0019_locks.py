"""Rows that writers wait for, which a reader cannot hold."""

from migrate.revision import run_sql_beside

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Run 0019_locks.sql."""
    run_sql_beside(__file__)
