"""A ledger with plays of yesterday and today, for the jobs that show it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from psycopg2.extensions import connection as Connection

from tests.sql.ledger import LISTENERS, add_imported, add_play, see, sum_up

MINUTE = 60_000
#: A zone in which it is about noon: no midnight falls into a test.
_HOURS = 12 - datetime.now(UTC).hour
ZONE_NAME = f"Etc/GMT{-_HOURS:+d}"
ZONE = ZoneInfo(ZONE_NAME)


def fill(ledger: Connection) -> None:
    """Give Ana three measured plays last year and yesterday, and one estimated just now."""
    with ledger.cursor() as cursor:
        cursor.execute(LISTENERS)
        cursor.execute("delete from warehouse.dim_listener where listener_key = 2")
        cursor.execute(
            "update warehouse.dim_listener set display_name = 'Ana', timezone = %s"
            " where listener_key = 1",
            (ZONE_NAME,),
        )
    now = datetime.now(UTC)
    noon = datetime.combine(find_yesterday(), time(12), ZONE)
    first_noon = datetime.combine(find_first_day(), time(12), ZONE)
    add_imported(ledger, str(first_noon), 4 * MINUTE)
    add_imported(ledger, str(noon), 3 * MINUTE)
    add_imported(ledger, str(noon + timedelta(minutes=30)), 1 * MINUTE, track_key=2)
    add_play(ledger, str(now))
    see(ledger, str(first_noon), str(noon + timedelta(hours=1)))
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.source_poll_play (listener_key, played_at, track_key,"
            " context_key) values (1, %s, 1, 0), (1, %s, 1, 0)",
            (noon, now),
        )
    sum_up(ledger)


def find_yesterday() -> date:
    return datetime.now(ZONE).date() - timedelta(days=1)


def find_first_day() -> date:
    """Return a day of an earlier year than yesterday's, which may end a leap year."""
    return find_yesterday() - timedelta(days=366)


def add_gap(ledger: Connection) -> None:
    """Open a gap in yesterday's evening."""
    start = datetime.combine(find_yesterday(), time(18), ZONE)
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_gap (listener_key, gap_start, gap_end) values (1, %s, %s)",
            (start, start + timedelta(hours=3)),
        )
    sum_up(ledger)
