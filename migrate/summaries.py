"""Summaries that wait: after an upgrade that brought the tables, or changed what they hold."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection

from everheard.database.statements import read_statement
from everheard.ledger import flows
from everheard.ledger.listeners import mend_timezones


def derive_waiting(connection: Connection) -> list[str]:
    """Derive the summaries of every listener that has none yet, or some that wait.

    Returns what to say of time zones that this database does not know, and what they are now.
    """
    (waiting,) = flows.WAITING_LISTENERS.files
    listeners = connection.exec_driver_sql(read_statement(waiting)).scalars().all()
    driver = cast("Any", connection.connection.driver_connection)
    said = mend_timezones(driver, None) if listeners else []
    for listener_key in listeners:
        mine = {"listener_key": listener_key}
        for name in (*flows.LISTENER_LOCK.files, *flows.SUMMARIES.files):
            connection.exec_driver_sql(read_statement(name), mine)
    return said
