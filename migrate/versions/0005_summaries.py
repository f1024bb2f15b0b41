"""What people look at: rules of exclusion, and summaries that the jobs keep fresh."""

from migrate.revision import run_sql_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Run 0005_summaries.sql."""
    run_sql_beside(__file__)
