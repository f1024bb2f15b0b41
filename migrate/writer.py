"""A role that can do every job, and change no table: for machines that need not own the ledger."""

from __future__ import annotations

from sqlalchemy import Connection

from everheard.config import Settings
from everheard.database.connect import translate_errors
from everheard.failure import SchemaMismatch
from migrate.readers import guard_readers
from migrate.role import LedgerRole, find_role, refuse_strong, renew_password
from migrate.upgrade import holds_ledger, open_transaction
from migrate.views import SCHEMAS, WRITER, grant_views, grant_writer


def renew_writer(settings: Settings) -> LedgerRole:
    """Create the role, or give it a new password; grant it the rows of the ledger and no table.

    Raises SchemaMismatch where there is no ledger yet, ConfigurationError for a role that owns
    things.
    """
    with translate_errors(), open_transaction(settings) as connection:
        if not holds_ledger(connection):
            raise SchemaMismatch(
                "The database holds no ledger yet: run `python start.py migrate upgrade`."
            )
        refuse_strong(connection, WRITER)
        if find_role(connection, WRITER) is None:
            connection.exec_driver_sql(f"create role {WRITER} nologin")
        role = renew_password(connection, WRITER)
        _let_in(connection)
        grant_views(connection)
        guard_readers(connection)
    return role


def _let_in(connection: Connection) -> None:
    schemas = ", ".join(("warehouse", *SCHEMAS))
    connection.exec_driver_sql(f"grant usage on schema {schemas} to {WRITER}")
    grant_writer(connection)
