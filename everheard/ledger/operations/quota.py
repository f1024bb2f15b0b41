"""The day's calls, kept in the ledger: reserved before they are made, put right afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from psycopg2.extensions import connection as Connection

from everheard.database.connect import translate_errors
from everheard.database.statements import execute, render, send
from everheard.ledger import flows


class Budget(NamedTuple):
    """Whose calls are counted, for which job, and how many a day there are in all.

    ``kept_count`` calls of them are kept for ``kept_job`` while that job is in use.
    """

    client_id: str
    job: str
    calls_per_day: int
    kept_job: str = ""
    kept_count: int = 0


class Reserved(NamedTuple):
    """Calls granted for one bucket; ``left_count`` is what the day's budget had left in all."""

    bucket: str
    call_count: int
    quota_call_key: int
    left_count: int


class Capabilities(NamedTuple):
    """What is known of an app: what it may do (absent: not tried), and what Spotify has closed."""

    available: dict[str, bool]
    blocked_until: dict[str, datetime]


def reserve_calls(
    connection: Connection, budget: Budget, wanted: Mapping[str, tuple[int, int]]
) -> dict[str, Reserved]:
    """Reserve calls, by bucket: (calls wanted, the bucket's ceiling a day), earlier ones first.

    One round trip. Runners at once wait for one another and never overspend.
    """
    parameters = {
        **budget._asdict(),
        "budget": budget.calls_per_day,
        "bucket": list(wanted),
        "wanted_count": [count for count, _ in wanted.values()],
        "ceiling": [ceiling for _, ceiling in wanted.values()],
    }
    with translate_errors(), connection.cursor() as cursor:
        # Sent together they are one transaction: the lock holds until the last is done.
        send(cursor, render(cursor, flows.CALLS, parameters))
        return {row[0]: Reserved(*row) for row in cursor.fetchall()}


def settle_calls(connection: Connection, called: Mapping[int, int]) -> None:
    """Put reservations right, by their key: the calls that were really made."""
    if not called:
        return
    parameters = {"quota_call_key": list(called), "call_count": list(called.values())}
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.SETTLED_CALLS, parameters))


def read_capabilities(connection: Connection, client_id: str) -> Capabilities:
    """Read what an app is known to be able to do; what was found out long ago is left out."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.CAPABILITIES, {"client_id": client_id}))
        available, blocked = cursor.fetchone() or (None, None)
    return Capabilities(
        available=available or {},
        blocked_until={
            bucket: datetime.fromisoformat(until) for bucket, until in (blocked or {}).items()
        },
    )


def insert_capability(
    connection: Connection, client_id: str, capability: str, *, is_available: bool, days: int = 30
) -> None:
    """Remember whether an app may do something, and for how many days that is believed."""
    parameters = {
        "client_id": client_id,
        "capability": capability,
        "is_available": is_available,
        "days": days,
    }
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.CAPABILITY, parameters))


def block_bucket(
    connection: Connection, *, client_id: str, bucket: str, blocked_until: datetime
) -> None:
    """Remember that Spotify wants no calls to a bucket before a moment."""
    parameters = {"client_id": client_id, "bucket": bucket, "blocked_until": blocked_until}
    execute(connection, flows.BLOCKED_BUCKET, parameters)
