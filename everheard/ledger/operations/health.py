"""What the ledger knows of its own state: read once, judged by doctor and issues."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from psycopg2.extensions import connection as Connection

from everheard.database.connect import translate_errors
from everheard.database.statements import render, send
from everheard.ledger import flows


class SignInHealth(NamedTuple):
    """One listener's latest sign-in; ``is_exact`` False: it may be older than it looks."""

    name: str | None
    timezone: str
    ends_at: datetime
    days_old: int
    days_left: int
    has_ended: bool
    is_exact: bool
    scopes: tuple[str, ...]


class ListenerHealth(NamedTuple):
    """One listener's time zone, whether the database knows it, and by what tokens they poll."""

    name: str | None
    timezone: str
    is_timezone_known: bool
    fingerprints: tuple[str, ...]


class RunnerHealth(NamedTuple):
    """One machine, and how long ago it was last heard from."""

    name: str
    trigger: str
    hours: float


class ReaderHealth(NamedTuple):
    """A role that reads the views, and what else the database lets it do."""

    name: str
    may_make_temporary: bool
    may_make_tables: bool
    may_make_large_objects: bool
    may_lock: bool
    may_take_for_ever: bool


class LedgerHealth(NamedTuple):
    """The state of the ledger; hours by the database's clock, None where it never happened."""

    server_version: str
    is_read_only: bool
    can_write: bool
    version: int
    oldest_code: int
    size_bytes: int
    largest: list[tuple[str, int]]
    sign_ins: list[SignInHealth]
    runners: list[RunnerHealth]
    hours_since_success: float | None
    open_gap_count: int
    new_gap_count: int
    blocked: dict[str, datetime]
    #: Calls to Spotify's catalogue that all jobs made in the last 24 hours.
    call_count: int
    #: What the jobs found out about the app; what they have not tried is left out.
    capabilities: dict[str, bool]
    imported_at: datetime | None
    has_been_scheduled: bool
    hours_on_actions: float | None
    listeners: tuple[ListenerHealth, ...] = ()
    #: What polls told that cannot have been played then, and is kept aside.
    skipped_poll_count: int = 0
    readers: tuple[ReaderHealth, ...] = ()


class YearSum(NamedTuple):
    """What all listeners together heard in one year, and the gaps that reach into it."""

    year: int
    play_count: int
    ms_listened: int
    is_exact: bool
    open_gap_count: int


def read_health(connection: Connection, *, client_id: str) -> LedgerHealth:
    """Read the state of the ledger in one round trip; raise SchemaMismatch without tables."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.HEALTH, {"client_id": client_id}))
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 (etl_schema holds one row always)
    return _to_health(row[0])


def read_year(connection: Connection, year: int) -> YearSum | None:
    """Read what all listeners together heard in a year; None where they heard nothing."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.YEAR, {"year": year}))
        row = cursor.fetchone()
    return YearSum(*row) if row else None


def _to_health(read: dict[str, Any]) -> LedgerHealth:
    return LedgerHealth(
        server_version=read["server_version"],
        is_read_only=read["is_read_only"],
        can_write=read["can_write"],
        version=read["version"],
        oldest_code=read["oldest_code"],
        size_bytes=read["size_bytes"],
        largest=[(entry["name"], entry["size_bytes"]) for entry in read["largest"] or ()],
        sign_ins=[_to_sign_in(entry) for entry in read["sign_ins"] or ()],
        runners=[_to_runner(entry) for entry in read["runners"] or ()],
        hours_since_success=read["hours_since_success"],
        open_gap_count=read["open_gap_count"],
        new_gap_count=read["new_gap_count"],
        blocked={
            bucket: datetime.fromisoformat(until)
            for bucket, until in (read["blocked"] or {}).items()
        },
        call_count=int(read["call_count"]),
        capabilities=read["capabilities"] or {},
        imported_at=datetime.fromisoformat(read["imported_at"]) if read["imported_at"] else None,
        has_been_scheduled=read["scheduled_at"] is not None,
        hours_on_actions=read["hours_on_actions"],
        listeners=tuple(
            ListenerHealth(**{**entry, "fingerprints": tuple(entry["fingerprints"] or ())})
            for entry in read["listeners"] or ()
        ),
        skipped_poll_count=read["skipped_poll_count"],
        readers=tuple(ReaderHealth(**entry) for entry in read["readers"] or ()),
    )


def _to_sign_in(entry: dict[str, Any]) -> SignInHealth:
    return SignInHealth(
        name=entry["name"],
        timezone=entry["timezone"],
        ends_at=datetime.fromisoformat(entry["ends_at"]),
        days_old=int(entry["days_old"]),
        days_left=int(entry["days_left"]),
        has_ended=entry["has_ended"],
        is_exact=entry["is_exact"],
        scopes=tuple(entry["scopes"].split()),
    )


def _to_runner(entry: dict[str, Any]) -> RunnerHealth:
    return RunnerHealth(
        name=entry["name"],
        trigger=entry["trigger"],
        hours=float(entry["hours"]),
    )
