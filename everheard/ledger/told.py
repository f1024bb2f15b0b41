"""What a watcher and scrobbling services tell, into the ledger on the road that polls take."""

from __future__ import annotations

from datetime import datetime

from psycopg2.extensions import connection as Connection

from everheard.database.connect import translate_errors
from everheard.database.statements import render, render_staged, send
from everheard.database.transactions import open_transaction, retry_conflicts
from everheard.ledger import flows
from everheard.ledger.derive import derive
from everheard.rows import StagedRows


def claim_watch(
    connection: Connection, *, listener_key: int, claimed_at: datetime | None
) -> datetime | None:
    """Claim the watch of a listener, or hold it; None where another watcher has it.

    ``claimed_at`` is what the last claim returned. Raises DatabaseTrouble or SchemaMismatch.
    """
    mine = {"listener_key": listener_key, "claimed_at": claimed_at}
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.WATCH_CLAIM, mine))
        row: tuple[datetime] | None = cursor.fetchone()
    return row[0] if row else None


def load_told(
    connection: Connection, *, listener_key: int, rows: StagedRows, dry_run: bool = False
) -> int:
    """Bring observations (``rows.told``) into the ledger; return how many were new.

    All is committed, or nothing; a second load of the same rows adds nothing. Raises
    DatabaseTrouble or SchemaMismatch.
    """

    def attempt() -> int:
        with connection.cursor() as cursor:
            lock = render(cursor, flows.LISTENER_LOCK, {"listener_key": listener_key})
        with open_transaction(connection, lock, dry_run=dry_run) as cursor:
            staged = render_staged(cursor, rows)
            derive(cursor, flows.TOLD_DERIVATION, listener_key, staged)
            (new_count,) = cursor.fetchone() or (0,)
        return int(new_count)

    with translate_errors():
        return retry_conflicts(attempt)
