"""A history into the ledger, batch by batch, on the road that polls take too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.config import Settings
from everheard.database.connect import translate_errors
from everheard.database.statements import copy_csv, render, send
from everheard.database.transactions import open_transaction, retry_conflicts
from everheard.failure import ConfigurationError
from everheard.ledger import flows
from everheard.ledger.coverage import close_covered_gaps
from everheard.ledger.derive import derive
from everheard.ledger.listeners import choose_listener, insert_unsigned, read_listeners
from everheard.rows import FileTally, SkippedRow, Span, StagedCsv


class Coverage(NamedTuple):
    """What a whole import means for the time it covers."""

    gap_closed_count: int
    polled_count: int
    partnerless_count: int


class HistoryResult(NamedTuple):
    """What one batch did; ``coverage`` comes with the last one."""

    listener_key: int
    tallies: list[FileTally]
    #: Rows that gave way to what the ledger held already.
    skipped: list[SkippedRow]
    #: References of the batch's tracks, and their keys.
    track_keys: tuple[list[int], list[int]]
    coverage: Coverage | None


class ImportTarget(NamedTuple):
    """Whose history it is, and the database's time.

    ``listener_key`` None: the ledger has no listener yet; the first batch makes a listener, in
    that time zone, whom the first sign-in takes over.
    """

    listener_key: int | None
    timezone: str | None
    now: datetime


def find_target(connection: Connection, listener: str | None, settings: Settings) -> ImportTarget:
    """Find whose history an import is; ask for ``--listener`` where that is not clear.

    ``listener``: account id, shown name or key. Raises ConfigurationError, SchemaMismatch.
    """
    everybody = read_listeners(connection)
    shows_names = settings.shows_names or not settings.is_actions
    found = choose_listener(everybody.known, listener, shows_names=shows_names)
    if not found and len(settings.sign_ins) > 1:
        raise ConfigurationError(
            [
                "Whose history is it? Run `python start.py job get_last_50` once, so that the"
                " listeners are known, then import with --listener"
            ]
        )
    return ImportTarget(found.listener_key if found else None, settings.timezone, everybody.now)


def load_history(
    connection: Connection,
    *,
    target: ImportTarget,
    tables: Sequence[StagedCsv],
    spans: Sequence[Span] | None,
    dry_run: bool = False,
) -> HistoryResult:
    """Bring one batch of a history into the ledger; all of it is committed, or nothing.

    ``spans`` are the stretches of time that the whole import covers; they come with its
    last batch and close gaps. The summaries wait for ``derive_summaries``. A second load of
    the same rows writes no plays. Raises DatabaseTrouble or SchemaMismatch.
    """

    def attempt() -> HistoryResult:
        with connection.cursor() as cursor:
            first = render(cursor, flows.HISTORY_STAGE)
        with open_transaction(connection, first, dry_run=dry_run) as cursor:
            listener_key = target.listener_key or insert_unsigned(cursor, target.timezone)[0]
            send(cursor, render(cursor, flows.LISTENER_LOCK, {"listener_key": listener_key}))
            return _load_batch(cursor, listener_key, tables, spans)

    with translate_errors():
        return retry_conflicts(attempt)


def _load_batch(
    cursor: Cursor, listener_key: int, tables: Sequence[StagedCsv], spans: Sequence[Span] | None
) -> HistoryResult:
    for table in tables:
        copy_csv(cursor, table)
    derive(cursor, flows.HISTORY_DERIVATION, listener_key)
    send(cursor, render(cursor, flows.TALLY, {"listener_key": listener_key}))
    tallies = [FileTally(*row) for row in cursor.fetchall()]
    send(cursor, render(cursor, flows.OUTDONE_ROWS))
    skipped = [SkippedRow(*row) for row in cursor.fetchall()]
    send(cursor, render(cursor, flows.TRACK_KEYS))
    refs, keys = cursor.fetchone() or (None, None)
    coverage = None if spans is None else _cover(cursor, listener_key, spans)
    return HistoryResult(listener_key, tallies, skipped, (refs or [], keys or []), coverage)


def _cover(cursor: Cursor, listener_key: int, spans: Sequence[Span]) -> Coverage:
    parameters = {
        "listener_key": listener_key,
        "span_start": [span.start for span in spans],
        "span_end": [span.end for span in spans],
        "source_name": [span.source_name for span in spans],
    }
    send(cursor, render(cursor, flows.SPANS, parameters))
    polled_count, partnerless_count = cursor.fetchone() or (0, 0)
    return Coverage(close_covered_gaps(cursor, listener_key), polled_count, partnerless_count)
