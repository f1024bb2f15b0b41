"""The privacy export: podcasts and audiobooks, and the record of an import."""

from migrate.revision import run_sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run 0002_history.sql."""
    run_sql_beside(__file__)
