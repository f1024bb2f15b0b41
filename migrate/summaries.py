"""Summaries that wait: after an upgrade that brought the tables, or changed what they hold."""

from __future__ import annotations

from sqlalchemy import Connection

from everheard.database.statements import read_statement
from everheard.ledger import flows


def derive_waiting(connection: Connection) -> None:
    """Derive the summaries of every listener that has none yet, or some that wait."""
    (waiting,) = flows.WAITING_LISTENERS.files
    listeners = connection.exec_driver_sql(read_statement(waiting)).scalars()
    for listener_key in listeners.all():
        mine = {"listener_key": listener_key}
        connection.exec_driver_sql(
            "select pg_advisory_xact_lock(hashtext('everheard listener'), %(listener_key)s)", mine
        )
        for name in flows.SUMMARIES.files:
            connection.exec_driver_sql(read_statement(name), mine)
