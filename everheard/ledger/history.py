"""A history into the ledger: one import is one transaction, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.config import Settings
from everheard.database.connect import translate_errors
from everheard.database.statements import copy_csv, render, send
from everheard.database.transactions import open_transaction, retry_conflicts
from everheard.database.trips import Trip
from everheard.failure import ConfigurationError
from everheard.ledger import flows
from everheard.ledger.coverage import close_covered_gaps
from everheard.ledger.derive import derive
from everheard.ledger.listeners import choose_listener, insert_unsigned, read_listeners
from everheard.rows import FileTally, SkippedRow, StagedCsv, ToldSpan, ToldTime

_Result = TypeVar("_Result")


class BatchResult(NamedTuple):
    """What one batch did."""

    tallies: list[FileTally]
    #: Rows that gave way to what the ledger held already, or are the same as another.
    skipped: list[SkippedRow]
    #: References of the batch's tracks, and their keys.
    track_keys: tuple[list[int], list[int]]


class Judgement(NamedTuple):
    """What a whole import means for the ledger, before it is committed.

    Of the polled plays in the time it tells, how many it tells, too; the most milliseconds
    that were heard in seven days to which it brought plays, and when these began.
    """

    polled_count: int
    partnered_count: int
    busiest_ms: int
    busiest_from: datetime | None


class ImportTarget(NamedTuple):
    """Whose history it is, and the database's time.

    ``listener_key`` None: the ledger has no listener yet; the import makes a listener, in
    that time zone, whom the first sign-in takes over.
    """

    listener_key: int | None
    timezone: str | None
    now: datetime


class ImportLabel(NamedTuple):
    """What an import is listed by: the names of what was imported, and whether it was forced."""

    source_names: list[str]
    file_count: int
    is_forced: bool = False


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
    label: ImportLabel,
    load: Callable[[HistoryLoad], _Result],
    dry_run: bool = False,
) -> _Result:
    """Have ``load`` bring a history into the ledger; all of it is committed, or nothing.

    What ``load`` raises leaves the ledger as it was, listeners included. It is called again
    where Postgres gave the import up in favour of another writer. The summaries wait for
    ``derive_summaries``. A second load of the same rows writes no plays. Raises
    DatabaseTrouble or SchemaMismatch.
    """

    def attempt() -> _Result:
        with connection.cursor() as cursor:
            first = render(cursor, flows.IMPORT_STAGE)
        with open_transaction(connection, first, dry_run=dry_run) as cursor:
            listener_key = target.listener_key or insert_unsigned(cursor, target.timezone)[0]
            return load(HistoryLoad(cursor, listener_key, label))

    with translate_errors():
        return retry_conflicts(attempt)


class HistoryLoad:
    """An import under way, in its transaction, under the listener's lock."""

    def __init__(self, cursor: Cursor, listener_key: int, label: ImportLabel) -> None:
        self.listener_key = listener_key
        self._cursor = cursor
        mine = {"listener_key": listener_key, **label._asdict()}
        lock = render(cursor, flows.LISTENER_LOCK, mine)
        send(cursor, lock, render(cursor, flows.IMPORT, mine))
        (self._import_key,) = cursor.fetchone() or (0,)

    def add(self, tables: Sequence[StagedCsv]) -> BatchResult:
        """Load one batch."""
        cursor = self._cursor
        self._send(flows.HISTORY_STAGE)
        for table in tables:
            copy_csv(cursor, table)
        derive(cursor, flows.HISTORY_DERIVATION, self.listener_key, import_key=self._import_key)
        self._send(flows.TALLY)
        tallies = [FileTally(*row) for row in cursor.fetchall()]
        self._send(flows.OUTDONE_ROWS)
        skipped = [SkippedRow(*row) for row in cursor.fetchall()]
        self._send(flows.TRACK_KEYS)
        refs, keys = cursor.fetchone() or (None, None)
        self._send(flows.CLEARED_BATCH)
        return BatchResult(tallies, skipped, (refs or [], keys or []))

    def judge(self, told: Sequence[ToldTime]) -> Judgement:
        """Return what the import is judged by; ``told``: the stretches that its files tell."""
        stretches = {"told_from": [one.start for one in told], "told_to": [one.end for one in told]}
        self._send(flows.JUDGEMENT, stretches)
        polled, partnered, busiest_ms, busiest_from = self._cursor.fetchone() or (0, 0, 0, None)
        return Judgement(polled, partnered, busiest_ms or 0, busiest_from)

    def finish(self, told: ToldTime | None, added_count: int, spans: Sequence[ToldSpan]) -> int:
        """Note what the import came to and covers; return how many stretches of gaps it closes.

        ``told``: from the first to the last time that its rows tell; None: they tell none.
        """
        parameters = {
            "added_count": added_count,
            "first_told_at": told.start if told else None,
            "last_told_at": told.end if told else None,
            "span_start": [span.start for span in spans],
            "span_end": [span.end for span in spans],
            "is_from_start": [span.is_from_start for span in spans],
            "source_name": [span.source_name for span in spans],
        }
        self._send(flows.SPANS, parameters)
        return close_covered_gaps(self._cursor, self.listener_key, reopens=True)

    def _send(self, trip: Trip, parameters: Mapping[str, Any] | None = None) -> None:
        mine = {"listener_key": self.listener_key, "import_key": self._import_key}
        send(self._cursor, render(self._cursor, trip, {**mine, **(parameters or {})}))
