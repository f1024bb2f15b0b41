"""Whose ratings these are."""

from __future__ import annotations

from psycopg2.extensions import connection as Connection

from everheard.database.connect import check_schema, translate_errors
from everheard.database.statements import execute, render, send
from everheard.failure import ConfigurationError
from everheard.ledger import flows


def find_rater(connection: Connection, listener: str | None, timezone: str) -> int:
    """Return the listener's key; a ledger without listeners gets its first.

    ``listener``: account id, shown name or key. Raises ConfigurationError where that is not
    clear, SchemaMismatch where the tables do not fit.
    """
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.LISTENERS))
        version, oldest_code, _, listeners = cursor.fetchone() or (None,) * 4
        check_schema(version, oldest_code)
        known = listeners or []
        if listener is not None:
            known = [one for one in known if listener in {str(part) for part in one}]
            if not known:
                raise ConfigurationError([f"--listener: nobody is known as {listener!r} here"])
        if len(known) > 1:
            names = ", ".join(str(name or account_id or key) for key, account_id, name in known)
            raise ConfigurationError([f"Whose? Add --listener with one of: {names}"])
        if known:
            return int(known[0][0])
        send(cursor, render(cursor, flows.UNSIGNED_LISTENER, {"timezone": timezone}))
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 (nobody was there, so the row is made)
    return int(row[0])


def update_timezone(connection: Connection, *, listener_key: int, timezone: str) -> None:
    """Follow the listener to another time zone."""
    execute(connection, flows.TIMEZONE, {"listener_key": listener_key, "timezone": timezone})
