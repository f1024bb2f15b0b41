"""What the rule of certainty rests on: plays nobody measured, and the first poll."""

from migrate.revision import run_sql_beside

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Run 0020_certainty.sql."""
    run_sql_beside(__file__)
