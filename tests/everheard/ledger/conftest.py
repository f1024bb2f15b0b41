from __future__ import annotations

import pytest
from psycopg2.extensions import connection as Connection

from tests.everheard.ledger.ledger import Ledger, add_listener


@pytest.fixture
def ledger(connection: Connection) -> Ledger:
    return add_listener(connection)


@pytest.fixture
def other_ledger(connection: Connection) -> Ledger:
    """Add a second listener to the same database."""
    return add_listener(connection, "other account")
