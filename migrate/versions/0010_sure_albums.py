"""How sure the time listened to an album is."""

from migrate.revision import run_sql_beside

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Run 0010_sure_albums.sql."""
    run_sql_beside(__file__)
