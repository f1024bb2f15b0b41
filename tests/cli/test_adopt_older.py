"""Ledgers of other programs: what they hold comes in once, at the right moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pymongo
import pytest
from psycopg2.extensions import connection as Connection

from cli import adopt
from everheard.failure import Failure
from everheard.ledger.polls import load_polls
from everheard.sources.spotify.rows.plays import read_items, to_page, to_poll_rows
from tests.jobs.export.test_mongodb import serve
from tests.migrate.databases import read_rows

IDS = ("4uLU6hMCjMI75M1A2tKUQC", "7GhIk7Il098yCjg4BQjzvb")
Do = Callable[..., str]


@pytest.fixture
def run(
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Do:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("EVERHEARD_HOME", str(tmp_path / "home"))

    def start(*words: str, code: int = 0) -> str:
        if code:
            with pytest.raises(Failure) as failed:
                adopt.main([*words])
            assert int(failed.value.exit_code) == code, str(failed.value)
            return str(failed.value)
        assert adopt.main([*words]) == 0
        return capsys.readouterr().out

    return start


@pytest.fixture
def flat(postgres_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Lend a flat table as programs of this trade keep it, local times and misspelling included."""
    with postgres_server.lend_database() as url:
        with closing(psycopg2.connect(url)) as opened, opened.cursor() as cursor:
            cursor.execute(
                "create table main_streaming_data (played_at timestamp, track_id text,"
                " track_name text, artist_name text, aritst_id text, duration_ms integer);"
                "create table artist_table (artist_id text, artist_name text);"
                "create table track_table (track_id text, track_name text);"
                f"insert into main_streaming_data values"
                f" ('2023-07-01 20:00:00', '{IDS[0]}', 'Song', 'Main', '{'a' * 22}', 200000),"
                f" ('2023-07-01 20:04:00', '{IDS[1]}', 'Other', 'Main', '{'a' * 22}', 180000),"
                " (null, 'x', 'No moment', 'Main', null, null),"
                " ('1999-01-01', 'x', 'Too early', 'Main', null, 1000)"
            )
            opened.commit()
        monkeypatch.setenv("OLD_DATABASE_URL", url)
        yield url


def read_plays(url: str) -> list[tuple[Any, ...]]:
    return read_rows(
        url,
        "select play.played_at_utc::text, track.track_name, track.main_artist_name,"
        " play.ms_listened, play.source from bi.play as play join bi.track as track"
        " using (track_key) order by 1",
    )


def test_flat_table_comes_in_at_its_local_time(run: Do, flat: str, database_url: str) -> None:
    said = run("OLD_DATABASE_URL", "--timezone", "Europe/Berlin", "--yes")
    assert "public.main_streaming_data: 2 plays from 2023-07-01 18:00 to" in said
    assert "artists: artist_name" in said
    assert "1 row without a readable moment" in said
    assert "1 row before Spotify existed" in said
    assert "2 plays new, 0 known" in said
    assert read_plays(database_url) == [
        ("2023-07-01 18:00:00", "Song", "Main", 200_000, "scrobble"),
        ("2023-07-01 18:04:00", "Other", "Main", 180_000, "scrobble"),
    ]


def test_second_run_adds_nothing(run: Do, flat: str, database_url: str) -> None:
    run("OLD_DATABASE_URL", "--yes")
    first = read_plays(database_url)
    assert "0 plays new, 2 known" in run("OLD_DATABASE_URL", "--yes")
    assert read_plays(database_url) == first


def test_nothing_of_it_is_called_seen(run: Do, flat: str, database_url: str) -> None:
    run("OLD_DATABASE_URL", "--yes")
    assert read_rows(database_url, "select count(*) from part.seen_span") == [(0,)]


def test_play_that_a_poll_told_too_is_one(
    run: Do, flat: str, connection: Connection, database_url: str
) -> None:
    run("OLD_DATABASE_URL", "--yes")
    track = {"id": IDS[0], "name": "Song", "duration_ms": 200_000, "artists": [{"name": "Main"}]}
    answer = {"items": [{"played_at": "2023-07-01T20:00:00.250Z", "track": track}]}
    items, _ = read_items(answer)
    told = load_polls(
        connection,
        job="get_last_50",
        listener_key=1,
        pages=[to_page(answer)],
        to_rows=lambda known: to_poll_rows(one for one in items if one.moment not in known),
    )
    assert told.new_count == 1
    assert [(when, source) for when, *_, source in read_plays(database_url)] == [
        ("2023-07-01 20:00:00.25", "poll"),
        ("2023-07-01 20:04:00", "scrobble"),
    ]


def test_old_database_is_only_read(run: Do, flat: str) -> None:
    before = read_rows(flat, "select * from main_streaming_data")
    run("OLD_DATABASE_URL", "--yes")
    assert read_rows(flat, "select * from main_streaming_data") == before


def test_watcher_of_sqlite_with_five_artists_and_text_times(
    run: Do, database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "watcher.db"
    with closing(sqlite3.connect(path)) as file:
        artists = ", ".join(f"artist_{number} text" for number in range(1, 6))
        file.execute(f"create table plays (time text, track text, album text, {artists})")
        file.execute(
            "insert into plays values"
            " ('01/02/2022 20:00:00', 'Song', 'Album', 'A', 'B', '', '', '')"
        )
        file.commit()
    said = run(str(path), "--yes")
    assert "SQLite, plays: 1 play from 2022-02-01 20:00" in said
    assert read_plays(database_url)[0][:3] == ("2022-02-01 20:06:30", "Song", "A")
    counted = "select count(*) from bi.track_artist where track_key > 0"
    assert read_rows(database_url, counted) == [(2,)]
    assert "0 plays new, 1 known" in run(str(path), "--yes")


def test_collection_of_recently_played_items(
    run: Do, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mongo").mkdir()
    with serve(tmp_path / "mongo") as place, pymongo.MongoClient(f"mongodb://{place}") as client:
        track = {
            "id": IDS[0],
            "uri": f"spotify:track:{IDS[0]}",
            "name": "Song",
            "duration_ms": 200_000,
            "artists": [{"id": "a" * 22, "name": "Main"}],
            "album": {"id": "b" * 22, "name": "Album", "artists": []},
        }
        client.music.recently_played.insert_one(
            {"played_at": "2023-07-01T18:00:00.123Z", "track": track}
        )
        monkeypatch.setenv("OLD_MONGODB", f"mongodb://{place}/music")
        assert "1 play new" in run("OLD_MONGODB", "--yes")
        assert "0 plays new" in run("OLD_MONGODB", "--yes")
    assert read_plays(database_url)[0][:3] == ("2023-07-01 18:00:00.123", "Song", "Main")


def test_address_in_a_command_is_refused_and_not_repeated(run: Do) -> None:
    said = run("postgresql://me:opensesame@db.example.org/x", "--yes", code=65)
    assert ".env" in said
    assert "opensesame" not in said


def test_what_holds_no_plays_is_named(run: Do, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as file:
        file.execute("create table diary (day text, words text)")
    assert "found: diary" in run(str(path), "--yes", code=65)
    path.write_text("no database")
    assert "cannot be read as SQLite" in run(str(path), "--yes", code=65)
    assert "no setting" in run("NOWHERE_URL", "--yes", code=65)


def test_zone_that_nobody_knows_is_told(run: Do, flat: str) -> None:
    assert "Mars/Base" in run("OLD_DATABASE_URL", "--timezone", "Mars/Base", "--yes", code=78)


def test_nobody_there_to_be_asked_adds_nothing(run: Do, flat: str, database_url: str) -> None:
    assert "--yes" in run("OLD_DATABASE_URL", code=78)
    assert read_plays(database_url) == []


def test_old_database_that_is_away_is_told(run: Do, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLD_DATABASE_URL", "postgresql://me:pass-word-1@127.0.0.1:1/x")
    said = run("OLD_DATABASE_URL", "--yes", code=65)
    assert "cannot be opened" in said
    assert "pass-word-1" not in said
