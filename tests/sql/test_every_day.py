"""What depends on the length of months and years is right on each day of two years and more.

The database's clock is set: a function ``now()`` of the test's own is found before PostgreSQL's.
It is half past eleven at night in UTC, when it is tomorrow in Berlin.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from psycopg2.extensions import connection as Connection

from everheard.ledger.operations.health import read_health
from tests.long_form import is_long
from tests.sql.ledger import add_imported, read

BERLIN = ZoneInfo("Europe/Berlin")
#: The short form ends with 29 February.
DAY_COUNT = 2 * 365 + 32 if is_long() else 365 + 60
DAYS = [date(2027, 1, 1) + timedelta(days=number) for number in range(DAY_COUNT)]
AGES = (0, 1, 150, 175, 180, 181, 182, 183, 184, 185)
SET_CLOCK = """
create schema false_clock;
create function false_clock.now() returns timestamptz stable language sql
return pg_catalog.current_setting('false_clock.now')::timestamptz;
set search_path = pg_catalog;
"""
#: The view once more, with the false clock in the place of the real one.
REPEAT_VIEW = """
do $$ begin
    perform set_config('search_path', 'false_clock, pg_catalog', false);
    execute 'create view false_clock.{0} as ' || {1};
end $$
"""


@pytest.fixture
def clock(ledger: Connection) -> Connection:
    """Lend the ledger with a clock that ``set_clock`` sets, for statements and for two views."""
    with ledger.cursor() as cursor:
        cursor.execute("set false_clock.now = '2026-01-01'")
        cursor.execute(SET_CLOCK)
        for name in ("sign_in", "period"):
            cursor.execute("select quote_literal(pg_get_viewdef(%s::regclass))", (f"bi.{name}",))
            (definition,) = cursor.fetchone() or ("",)
            cursor.execute(REPEAT_VIEW.format(name, definition))
            cursor.execute("set search_path = pg_catalog")
        cursor.execute("set search_path = false_clock, pg_catalog")
    return ledger


def each_night(ledger: Connection) -> Iterator[datetime]:
    """Set the clock to each night in turn."""
    for day in DAYS:
        now = datetime.combine(day, time(23, 30), UTC)
        with ledger.cursor() as cursor:
            cursor.execute("select set_config('false_clock.now', %s, false)", (now.isoformat(),))
        yield now


def find_end(given: datetime) -> datetime:
    """Return the same day six months on, or the last one of that month."""
    year, month = given.year + (given.month > 6), (given.month + 5) % 12 + 1
    return given.replace(year=year, month=month, day=min(given.day, monthrange(year, month)[1]))


def test_sign_in_ends_six_calendar_months_after_it_was_given(clock: Connection) -> None:
    with clock.cursor() as cursor:
        cursor.execute("delete from warehouse.dim_listener where listener_key > 0")
        cursor.execute(
            "insert into warehouse.dim_listener (listener_key, account_id, timezone)"
            " select 10 + age, age, 'Europe/Berlin' from unnest(%s) as age",
            (list(AGES),),
        )
        cursor.execute(
            "insert into warehouse.etl_sign_in (fingerprint, listener_key, encrypted_token,"
            " authorised_at, is_authorised_at_exact)"
            " select age, 10 + age, '', now(), true from unnest(%s) as age",
            (list(AGES),),
        )
    for now in each_night(clock):
        with clock.cursor() as cursor:
            cursor.execute(
                "update warehouse.etl_sign_in"
                " set authorised_at = now() - (listener_key - 10) * interval '1 day'"
            )
        ends = [find_end(now - timedelta(days=age)) for age in AGES]
        told = read_health(clock, client_id="").sign_ins
        assert [(one.days_old, one.ends_at, one.days_left, one.has_ended) for one in told] == [
            (age, end, (end - now).days, end <= now) for age, end in zip(AGES, ends, strict=True)
        ]
        local = [end.astimezone(BERLIN).date() for end in ends]
        shown = read(clock, "select expires_date, days_left from sign_in order by listener_key")
        assert shown == [(end, (end - now.astimezone(BERLIN).date()).days) for end in local]


def test_running_periods_are_beside_as_many_days_before_and_the_year_beside_the_last(
    clock: Connection,
) -> None:
    add_imported(clock, "2020-01-01T12:00:00Z")
    for now in each_night(clock):
        today = now.astimezone(BERLIN).date()
        last_year = today.year - 1
        same_day = today.replace(
            year=last_year, day=min(today.day, monthrange(last_year, today.month)[1])
        )
        week, month = today - timedelta(days=7), today - timedelta(days=30)
        assert read(
            clock,
            "select first_date, last_date, previous_first_date, previous_last_date"
            " from period where listener_key = 1"
            f" and period in ('7 days', '30 days', '{today.year}') order by first_date, period",
        ) == sorted(
            [
                (date(today.year, 1, 1), today, date(last_year, 1, 1), same_day),
                (month + timedelta(days=1), today, month - timedelta(days=29), month),
                (week + timedelta(days=1), today, week - timedelta(days=6), week),
            ]
        )
