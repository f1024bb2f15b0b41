"""What is owed, whatever the queue: the albums of artists and genres too."""

from migrate.revision import run_sql_beside

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Run 0017_owed_of_every_queue.sql."""
    run_sql_beside(__file__)
