"""Lengths that change are noted for every listener; dates of plays that no calendar has."""

from migrate.revision import run_sql_beside

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Run 0016_numbers.sql."""
    run_sql_beside(__file__)
