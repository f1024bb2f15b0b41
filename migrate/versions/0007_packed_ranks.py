"""Ranks of past months packed, so that all rated albums can be kept for years."""

from migrate.revision import run_sql_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Run 0007_packed_ranks.sql."""
    run_sql_beside(__file__)
