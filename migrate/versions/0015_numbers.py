"""Lengths that change are noted for every listener; dates of plays that no calendar has."""

from migrate.revision import run_sql_beside

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Run 0015_numbers.sql."""
    run_sql_beside(__file__)
