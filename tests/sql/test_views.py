"""The star in schema bi, with rows worked out by hand."""

from __future__ import annotations

import psycopg2
from psycopg2.extensions import connection as Connection

from tests.sql.ledger import LISTENERS, add_play, read

LISTENED = "select ms_listened, is_estimated, is_listen from bi.play order by played_at_utc"


def test_measured_time_is_taken_as_it_is(ledger: Connection) -> None:
    add_play(ledger, "2026-05-01T12:00:00Z", ms_played=31_500, ms_source=1)

    assert read(ledger, LISTENED) == [(31_500, False, True)]


def test_unmeasured_time_is_the_track_or_the_time_since_the_play_before(ledger: Connection) -> None:
    add_play(ledger, "2026-05-01T12:00:00Z")
    add_play(ledger, "2026-05-01T12:01:30Z")
    add_play(ledger, "2026-05-01T13:00:00Z")

    assert read(ledger, LISTENED) == [
        (240_000, True, True),
        (90_000, True, True),
        (240_000, True, True),
    ]


def test_another_listeners_play_does_not_shorten_an_estimate(ledger: Connection) -> None:
    add_play(ledger, "2026-05-01T11:59:59Z", listener_key=2, ms_played=1, ms_source=1)
    add_play(ledger, "2026-05-01T12:00:00Z")

    assert read(ledger, LISTENED)[1] == (240_000, True, True)


def test_track_of_unknown_length_counts_no_time_it_cannot_know(ledger: Connection) -> None:
    add_play(ledger, "2026-05-01T12:00:00Z", track_key=3)

    assert read(ledger, LISTENED) == [(0, True, False)]


def test_short_track_heard_whole_is_a_listen(ledger: Connection) -> None:
    add_play(ledger, "2026-05-01T12:00:00Z", track_key=2, ms_played=20_000, ms_source=1)
    add_play(ledger, "2026-05-01T12:05:00Z", track_key=2, ms_played=19_999, ms_source=1)
    add_play(ledger, "2026-05-01T12:10:00Z", track_key=1, ms_played=29_999, ms_source=1)

    assert [listen for _, _, listen in read(ledger, LISTENED)] == [True, False, False]


def test_local_times_are_right_across_daylight_saving_changes(ledger: Connection) -> None:
    """Berlin 2026: 29 March has no 02:30, 25 October has it twice."""
    add_play(ledger, "2026-03-29T00:59:00Z")
    add_play(ledger, "2026-03-29T01:00:00Z")
    add_play(ledger, "2026-10-25T00:30:00Z")
    add_play(ledger, "2026-10-25T01:30:00Z")
    add_play(ledger, "2026-12-31T23:30:00Z")

    rows = read(
        ledger,
        "select played_at_local::text, date_key, hour_of_day from bi.play order by played_at_utc",
    )

    assert rows == [
        ("2026-03-29 01:59:00", 20260329, 1),
        ("2026-03-29 03:00:00", 20260329, 3),
        ("2026-10-25 02:30:00", 20261025, 2),
        ("2026-10-25 02:30:00", 20261025, 2),
        ("2027-01-01 00:30:00", 20270101, 0),
    ]


def test_calendar_is_contiguous_and_begins_with_the_year_of_the_first_play(
    ledger: Connection,
) -> None:
    add_play(ledger, "2019-07-04T12:00:00Z")

    first, last, count = read(
        ledger, "select min(calendar_date), max(calendar_date), count(*) from bi.calendar"
    )[0]

    assert first.isoformat() == "2019-01-01"
    assert (last.month, last.day) == (12, 31)
    assert count == (last - first).days + 1


def test_every_play_has_its_day_in_the_calendar(ledger: Connection) -> None:
    """Late on 31 December in UTC it is already January in Berlin, and the other way round."""
    add_play(ledger, "2019-12-31T23:30:00Z")
    add_play(ledger, "2020-01-01T00:10:00Z", listener_key=2)

    orphans = read(
        ledger,
        "select 1 from bi.play left join bi.calendar using (date_key)"
        " where calendar.date_key is null",
    )

    assert orphans == []


def test_track_names_its_main_artist_and_a_blanked_one_says_so(ledger: Connection) -> None:
    rows = read(
        ledger, "select track_key, track_name, main_artist_name from bi.track order by track_key"
    )

    assert rows == [
        (0, "(unknown track)", "(unknown artist)"),
        (1, "Long", "Main"),
        (2, "Short", "MAIN"),
        (3, "(no longer named by Spotify)", "(unknown artist)"),
    ]


def test_artist_known_by_name_counts_as_the_one_it_turned_out_to_be(ledger: Connection) -> None:
    rows = read(
        ledger,
        "select track_key, artist_key, artist_role from bi.track_artist order by 1, 2",
    )

    assert rows == [(1, 1, "main"), (1, 2, "featured"), (2, 1, "main")]


def test_gap_is_shown_on_the_listeners_clock_until_it_is_closed(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_gap (listener_key, gap_start, gap_end, closed_at, closed_by)"
            " values (1, '2026-06-01T10:00Z', '2026-06-01T12:30Z', null, null),"
            " (1, '2026-01-01T10:00Z', '2026-01-01T11:00Z', now(), 'an export')"
        )

    rows = read(
        ledger,
        "select gap_start_local::text, gap_hours::text, is_open, closed_by from bi.gap order by 1",
    )

    assert rows == [
        ("2026-01-01 11:00:00", "1.00", False, "an export"),
        ("2026-06-01 12:00:00", "2.50", True, None),
    ]


def test_readers_find_only_types_that_power_bi_takes(connection: Connection) -> None:
    """No uuid, json, array, enum, interval; no time zone left to convert."""
    types = {
        name
        for (name,) in read(
            connection,
            "select distinct data_type from information_schema.columns where table_schema = 'bi'",
        )
    }

    assert types <= {
        "integer", "smallint", "bigint", "numeric", "text", "boolean", "date",
        "timestamp without time zone",
    }  # fmt: skip


def test_every_column_of_every_view_is_explained(connection: Connection) -> None:
    unexplained = read(
        connection,
        "select c.relname, a.attname from pg_catalog.pg_class c"
        " join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
        " where c.relnamespace::regnamespace::text in ('bi', 'part') and c.relkind = 'v'"
        " and col_description(c.oid, a.attnum) is null",
    )

    assert unexplained == []


def test_view_reads_the_same_on_every_postgres(each_postgres_url: str) -> None:
    connection = psycopg2.connect(each_postgres_url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(LISTENERS)
        add_play(connection, "2026-05-01T12:00:00Z")
        rows = read(connection, LISTENED)
    finally:
        connection.close()

    assert rows == [(240_000, True, True)]
