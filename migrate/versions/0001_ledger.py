"""The ledger: polls, plays, dimensions and the pipeline's own tables."""

from migrate.revision import run_sql_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run 0001_ledger.sql."""
    run_sql_beside(__file__)
