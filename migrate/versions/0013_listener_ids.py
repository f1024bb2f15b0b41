"""Both of Spotify's ids for a listener."""

from migrate.revision import run_sql_beside

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Run 0013_listener_ids.sql."""
    run_sql_beside(__file__)
