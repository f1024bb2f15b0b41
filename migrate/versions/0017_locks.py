"""Rows that writers wait for, which a reader cannot hold."""

from migrate.revision import run_sql_beside

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Run 0017_locks.sql."""
    run_sql_beside(__file__)
