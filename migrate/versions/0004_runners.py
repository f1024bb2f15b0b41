"""Runners and when each was last heard from."""

from migrate.revision import run_sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run 0004_runners.sql."""
    run_sql_beside(__file__)
