"""The pipeline's own books: sign-ins, quota, runs. Small reads and writes around a job."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg2.extensions import connection as Connection

from everheard.seal import fingerprint, seal, unseal
from everheard.warehouse.connect import check_schema, translate_errors
from everheard.warehouse.statements import read_statement


class KnownSignIn(NamedTuple):
    """What the books hold on the listener behind a refresh token."""

    listener_key: int
    timezone: str
    authorised_at: datetime
    #: Of all tokens this listener ever had here: what was spooled goes by them.
    fingerprints: list[str]
    latest_fingerprint: str
    sealed_latest_token: bytes


class Outlook(NamedTuple):
    """What a run's summary speaks of beside its own work; of all listeners of the ledger."""

    #: When each listener's sign-in ends, and how many days old it is.
    sign_in_ends: tuple[tuple[datetime, int], ...] = ()
    #: Of the longest silent other runner that should come by itself; None where none is.
    hours_of_silence: float | None = None
    #: Open gaps that others noticed since this runner was last here.
    gap_count: int = 0


class Books(NamedTuple):
    """What a run knows before it asks Spotify anything."""

    sign_ins: dict[str, KnownSignIn]
    blocked_until: dict[str, datetime]
    since_success: timedelta | None
    #: Another runner had that success.
    is_success_of_other: bool = False
    outlook: Outlook = Outlook()

    def find_block(self, *buckets: str) -> datetime | None:
        """Return until when the longest of these buckets is blocked; None where none is."""
        blocks = [self.blocked_until[bucket] for bucket in buckets if bucket in self.blocked_until]
        return max(blocks, default=None)


def read_books(
    connection: Connection, *, job: str, client_id: str, fingerprints: list[str], runner: str = ""
) -> Books:
    """Read the books in one round trip; raise SchemaMismatch where the tables do not fit."""
    parameters = {
        "job": job,
        "client_id": client_id,
        "fingerprints": fingerprints,
        "runner": runner,
    }
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute(read_statement("read_books"), parameters)
        row = cursor.fetchone() or (None,) * 6
    version, oldest_code, sign_ins, blocked, success, outlook = row
    check_schema(version, oldest_code)
    return Books(
        sign_ins={entry["fingerprint"]: _to_known_sign_in(entry) for entry in sign_ins or ()},
        blocked_until={
            bucket: datetime.fromisoformat(until) for bucket, until in (blocked or {}).items()
        },
        since_success=timedelta(seconds=success["seconds"]) if success else None,
        is_success_of_other=bool(success and success["is_other"]),
        outlook=_to_outlook(outlook),
    )


def _to_outlook(read: dict[str, Any]) -> Outlook:
    ends = [
        (datetime.fromisoformat(entry["ends_at"]), int(entry["days_old"]))
        for entry in read["sign_ins"] or ()
    ]
    return Outlook(tuple(sorted(ends)), read["hours_of_silence"], read["gap_count"])


def _to_known_sign_in(entry: dict[str, Any]) -> KnownSignIn:
    return KnownSignIn(
        listener_key=entry["listener_key"],
        timezone=entry["timezone"],
        authorised_at=datetime.fromisoformat(entry["authorised_at"]),
        fingerprints=entry["fingerprints"],
        latest_fingerprint=entry["latest_fingerprint"],
        sealed_latest_token=base64.b64decode(entry["latest_token"]),
    )


class KnownListeners(NamedTuple):
    """Who is known: the account asked for (None: not yet), and the owner of each token."""

    now: datetime
    ends_at: datetime
    has_listeners: bool
    listener_key: int | None
    timezone: str | None
    owners: list[int | None]


def read_known_listeners(
    connection: Connection, *, account_id: str, fingerprints: list[str]
) -> KnownListeners:
    """Read whether an account is known here, and whose refresh tokens these are.

    ``ends_at`` is when a sign-in of now ends, by the database's clock.
    """
    parameters = {"account_id": account_id, "fingerprints": fingerprints}
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute(read_statement("read_known_listeners"), parameters)
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 (the statement returns one row always)
    return KnownListeners(*row)


def unseal_token(client_secret: str, sealed_token: bytes) -> str:
    """Return a refresh token from the books; raise SealBroken after a change of client secret."""
    return unseal(client_secret, "sign-in", sealed_token).decode()


def upsert_sign_in(
    connection: Connection,
    *,
    client_secret: str,
    refresh_token: str,
    account_id: str,
    display_name: str | None,
    timezone: str,
    authorised_at: datetime | None = None,
    scopes: str = "",
) -> int:
    """Keep a refresh token and its listener; return the listener's key.

    ``authorised_at`` None: the sign-in's date is unknown, first use counts ("at the latest").
    """
    parameters = {
        "fingerprint": fingerprint(client_secret, refresh_token),
        "sealed_token": seal(client_secret, "sign-in", refresh_token.encode()),
        "account_id": account_id,
        "display_name": display_name,
        "timezone": timezone,
        "authorised_at": authorised_at,
        "scopes": scopes,
    }
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute(read_statement("etl_sign_in"), parameters)
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 (the statement returns the listener always)
    return int(row[0])


def insert_rotated_token(
    connection: Connection, *, client_secret: str, old_fingerprint: str, refresh_token: str
) -> None:
    """Keep the token that Spotify put in another's place, committed before it is used."""
    parameters = {
        "fingerprint": fingerprint(client_secret, refresh_token),
        "old_fingerprint": old_fingerprint,
        "sealed_token": seal(client_secret, "sign-in", refresh_token.encode()),
    }
    _execute(connection, "etl_sign_in_rotated", parameters)


def update_timezone(connection: Connection, *, listener_key: int, timezone: str) -> None:
    """Follow the listener to another time zone."""
    _execute(
        connection, "dim_listener_timezone", {"listener_key": listener_key, "timezone": timezone}
    )


def block_bucket(
    connection: Connection, *, client_id: str, bucket: str, blocked_until: datetime
) -> None:
    """Remember that Spotify wants no calls to a bucket before a moment."""
    parameters = {"client_id": client_id, "bucket": bucket, "blocked_until": blocked_until}
    _execute(connection, "etl_quota", parameters)


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
    _execute(connection, "etl_run", {**record._asdict(), "polled_keys": polled_keys})


def note_runner(connection: Connection, *, runner: str, trigger: str) -> None:
    """Note that a runner looked and found nothing to do: a sign of life."""
    _execute(connection, "etl_runner", {"runner": runner, "trigger": trigger})


def _execute(connection: Connection, statement: str, parameters: dict[str, Any]) -> None:
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute(read_statement(statement), parameters)
