"""Links that let a browser in, and the cookies they are exchanged for."""

from migrate.revision import run_sql_beside

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Run 0018_entries.sql."""
    run_sql_beside(__file__)
