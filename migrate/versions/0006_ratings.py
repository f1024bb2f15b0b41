"""Ratings of albums, ranks as stretches of days, and the API's tokens."""

from migrate.revision import run_sql_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Run 0006_ratings.sql."""
    run_sql_beside(__file__)
