"""One large index fewer on the plays."""

from migrate.revision import run_sql_beside

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Run 0011_lighter_plays.sql."""
    run_sql_beside(__file__)
