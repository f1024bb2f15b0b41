"""When each listener was last looked at: a run does not say whose it was."""

from migrate.revision import run_sql_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Run 0008_looks.sql."""
    run_sql_beside(__file__)
