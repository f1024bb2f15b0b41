"""Runs: what one must know before it asks anybody, and the record of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg2.extensions import connection as Connection

from everheard.database.connect import check_schema, translate_errors
from everheard.database.statements import execute, render, send
from everheard.ledger import flows
from everheard.ledger.operations.sign_ins import KnownSignIn, to_known_sign_in


class Warnings(NamedTuple):
    """What a run's summary speaks of beside its own work; of all listeners of the ledger."""

    #: When each listener's sign-in ends, and how many days old it is.
    sign_in_ends: tuple[tuple[datetime, int], ...] = ()
    #: Of the longest silent other runner that should come by itself; None where none is.
    hours_of_silence: float | None = None
    #: Open gaps that others noticed since this runner was last here.
    gap_count: int = 0


class Operations(NamedTuple):
    """What a run knows before it asks Spotify anything."""

    sign_ins: dict[str, KnownSignIn]
    blocked_until: dict[str, datetime]
    since_success: timedelta | None
    #: Another runner had that success.
    is_success_of_other: bool = False
    warnings: Warnings = Warnings()

    def find_block(self, *buckets: str) -> datetime | None:
        """Return until when the longest of these buckets is blocked; None where none is."""
        blocks = [self.blocked_until[bucket] for bucket in buckets if bucket in self.blocked_until]
        return max(blocks, default=None)


#: What is known where nobody was asked.
NO_OPERATIONS = Operations(sign_ins={}, blocked_until={}, since_success=None)


def read_operations(
    connection: Connection, *, job: str, client_id: str, fingerprints: list[str], runner: str = ""
) -> Operations:
    """Read what a run must know in one round trip; raise SchemaMismatch where tables do not fit."""
    parameters = {
        "job": job,
        "client_id": client_id,
        "fingerprints": fingerprints,
        "runner": runner,
    }
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.OPERATIONS, parameters))
        row = cursor.fetchone() or (None,) * 6
    version, oldest_code, sign_ins, blocked, success, warnings = row
    check_schema(version, oldest_code)
    return Operations(
        sign_ins={entry["fingerprint"]: to_known_sign_in(entry) for entry in sign_ins or ()},
        blocked_until={
            bucket: datetime.fromisoformat(until) for bucket, until in (blocked or {}).items()
        },
        since_success=timedelta(seconds=success["seconds"]) if success else None,
        is_success_of_other=bool(success and success["is_other"]),
        warnings=_to_warnings(warnings),
    )


def _to_warnings(read: dict[str, Any]) -> Warnings:
    ends = [
        (datetime.fromisoformat(entry["ends_at"]), int(entry["days_old"]))
        for entry in read["sign_ins"] or ()
    ]
    return Warnings(tuple(sorted(ends)), read["hours_of_silence"], read["gap_count"])


class RunRecord(NamedTuple):
    """One finished run, as etl_run keeps it; counts only, no names."""

    job: str
    runner: str
    trigger: str
    seconds: float
    outcome: str
    exit_code: int
    fetched_count: int = 0
    new_count: int = 0
    known_count: int = 0
    gap_count: int = 0
    summary: str = ""
    #: The listeners whose answer from Spotify has been stored.
    polled_keys: Sequence[int] = ()


def insert_run(connection: Connection, record: RunRecord) -> None:
    """Record a finished run; its times come from the database's clock."""
    polled_keys = list(record.polled_keys)
    execute(connection, flows.RUN, {**record._asdict(), "polled_keys": polled_keys})


def note_runner(connection: Connection, *, runner: str, trigger: str) -> None:
    """Note that a runner came and found nothing to do: a sign of life."""
    execute(connection, flows.RUNNER, {"runner": runner, "trigger": trigger})
