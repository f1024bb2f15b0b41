"""A schema for the building blocks of views, which readers cannot see."""

from migrate.revision import run_sql_beside

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Run 0012_parts.sql."""
    run_sql_beside(__file__)
