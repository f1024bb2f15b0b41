"""The catalogue within the quota: calls, capabilities, recordings, genres and releases."""

from migrate.revision import run_sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run 0003_catalogue.sql."""
    run_sql_beside(__file__)
