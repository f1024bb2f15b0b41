"""What sums of one's own are made by: seen days, gaps by day, one album, one name a listener."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from psycopg2.extensions import connection as Connection

from tests.sql.ledger import add_imported, add_play, read, see

DAY = "select seen, all_time_seen from bi.seen_day where listener_key = {} and play_date = '{}'"


def test_days_are_told_from_the_year_of_anybodys_first_play(ledger: Connection) -> None:
    add_imported(ledger, "2019-05-02T10:00Z")
    add_play(ledger, "2024-03-01T10:00Z", listener_key=2)
    see(ledger, "2019-05-02T10:00Z", "2019-12-31T23:30Z")

    first = "select listener_key, min(play_date) from bi.seen_day group by 1 order by 1"
    assert [str(day) for _, day in read(ledger, first)] == ["2019-01-01", "2019-01-01"]
    assert read(ledger, DAY.format(2, "2019-05-02")) == [("none", None)]
    assert read(ledger, DAY.format(2, "2024-03-01")) == [("none", "none")]


def test_all_time_asks_for_the_rest_of_its_first_day_alone(ledger: Connection) -> None:
    add_imported(ledger, "2019-05-02T10:00Z")
    see(ledger, "2019-05-02T10:00Z", "2019-12-31T22:30Z")

    assert read(ledger, DAY.format(1, "2019-05-01")) == [("none", None)]
    assert read(ledger, DAY.format(1, "2019-05-02")) == [("part", "whole")]
    assert read(ledger, DAY.format(1, "2019-05-03")) == [("whole", "whole")]
    assert read(ledger, DAY.format(1, "2019-12-31")) == [("part", "part")]


def test_no_day_is_told_that_is_still_to_come(ledger: Connection) -> None:
    add_play(ledger, str(datetime.now(UTC) + timedelta(days=3)))

    ahead = (
        "select count(*) from bi.seen_day as day join bi.listener using (listener_key)"
        " where play_date > (now() at time zone timezone)::date"
    )
    assert read(ledger, ahead) == [(0,)]


def test_gap_has_every_day_that_it_reaches_into(ledger: Connection) -> None:
    """On the listener's clock; one that ends at midnight does not reach into that day."""
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_gap (listener_key, gap_start, gap_end) values"
            " (1, '2026-01-30T23:30Z', '2026-02-01T23:00Z'), (2, '2026-03-01', '2026-03-01T01:00Z')"
        )
    days = "select listener_key, date_key from bi.gap_day order by 1, 2"

    assert read(ledger, days) == [(1, 20260131), (1, 20260201), (2, 20260301)]


def test_track_is_on_the_album_that_its_own_turned_out_to_be(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_album (album_key, name, folded_name, folded_artist_name,"
            " metadata_level, same_as_album_key) values (2, 'ALBUM', 'album', 'main', 1, 1);"
            "update warehouse.dim_track set album_key = 2 where track_key = 2"
        )
    keys = "select track_key, same_album_key from bi.track where track_key in (1, 2, 3) order by 1"

    assert read(ledger, keys) == [(1, 1), (2, 1), (3, 0)]


def test_skip_is_told_by_the_flag_else_by_the_reason(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_play_detail (play_detail_key, is_skipped, reason_end) values"
            " (1, true, 'trackdone'), (2, null, 'fwdbtn'), (3, null, 'trackdone'),"
            " (4, null, 'unknown')"
        )
    for key in range(5):
        add_play(ledger, f"2026-01-01T1{key}:00Z", play_detail_key=key)

    assert [skip for (skip,) in read(ledger, "select is_skip from bi.play order by 1")] == [
        False, True, True, None, None,
    ]  # fmt: skip


def test_listeners_of_one_name_are_told_apart(ledger: Connection) -> None:
    names = "select listener_name from bi.listener order by listener_key"
    assert read(ledger, names) == [("Listener 1",), ("Listener 2",)]

    with ledger.cursor() as cursor:
        cursor.execute(
            "update warehouse.dim_listener set display_name = case listener_key when 1 then 'Ana'"
            " else 'ANA' end"
        )
    assert read(ledger, names) == [("Ana (1)",), ("ANA (2)",)]
