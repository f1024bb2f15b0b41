"""The data as it is read from a real ledger."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from everheard.report.read import read_listener_data
from everheard.report.reader import hold_still
from tests.sql.ledger import LISTENERS, add_imported, sum_up

ANOTHER_ALBUM = """
insert into warehouse.dim_album
(album_key, album_id, name, folded_name, folded_artist_name, metadata_level)
values (2, 'b2', 'Dropped', 'dropped', 'main', 2);
update warehouse.dim_track set album_key = 2 where track_key = 2;
"""


@pytest.fixture
def ledger(connection: Connection) -> Connection:
    """Fill a ledger: one album heard in two years, another in the first of them only."""
    with connection.cursor() as cursor:
        cursor.execute(LISTENERS)
        cursor.execute(ANOTHER_ALBUM)
    add_imported(connection, "2024-03-01T12:00:00Z", 200_000)
    add_imported(connection, "2024-03-02T12:00:00Z", 20_000, track_key=2)
    add_imported(connection, "2025-03-01T12:00:00Z", 200_000)
    sum_up(connection)
    return connection


def test_album_of_a_year_knows_whether_it_was_heard_in_the_next(ledger: Connection) -> None:
    data = read_listener_data(ledger, 1, "Ana", "UTC")
    (year,) = (period for period in data.periods if period.name == "2024")
    heard = {album.name: album.is_heard_next_year for album in year.albums}
    assert heard == {"Album": True, "Dropped": False}


def test_song_leads_to_its_track_and_a_joined_one_to_one_of_its_tracks(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_recording (recording_key, name) values (7, 'Long')"
        )
        cursor.execute("update warehouse.dim_track set recording_key = 7 where track_key in (1, 3)")
    data = read_listener_data(ledger, 1, "Ana", "UTC")
    assert {song.name: song.url for song in data.tracks} == {
        "Long": "https://open.spotify.com/track/t1",
        "Short": "https://open.spotify.com/track/t2",
    }


def test_song_known_by_name_only_has_no_link(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute("update warehouse.dim_track set track_id = null")
    assert {song.url for song in read_listener_data(ledger, 1, "Ana", "UTC").tracks} == {None}


def test_reading_sees_one_moment(ledger: Connection, database_url: str) -> None:
    question = "select count(*) from warehouse.fact_play"
    other = psycopg2.connect(database_url)
    other.autocommit = True
    with hold_still(ledger), ledger.cursor() as cursor:
        cursor.execute(question)
        before = cursor.fetchone()
        add_imported(other, "2025-04-01T12:00:00Z")
        cursor.execute(question)
        assert cursor.fetchone() == before
    other.close()
    with ledger.cursor() as cursor:
        cursor.execute(question)
        assert cursor.fetchone() != before


def test_failed_reading_leaves_the_connection_as_it_was(ledger: Connection) -> None:
    with (
        pytest.raises(psycopg2.errors.DivisionByZero),
        hold_still(ledger),
        ledger.cursor() as cursor,
    ):
        cursor.execute("select 1 / 0")
    with ledger.cursor() as cursor:
        cursor.execute("show work_mem")
        assert cursor.fetchone() == ("4MB",)
        cursor.execute("create table scratch ()")
