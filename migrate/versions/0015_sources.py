"""Four sources in an order of trust; what polls told of impossible moments is kept aside."""

from migrate.revision import run_sql_beside

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Run 0015_sources.sql."""
    run_sql_beside(__file__)
