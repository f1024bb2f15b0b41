"""Ratings from files and forms, and ranks kept as stretches of days."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from psycopg2.extensions import connection as Connection

from everheard.warehouse.ranks import RankSettings, load_ranks
from jobs import rank_albums

DAY = dt.date(2026, 3, 1)
ALBUMS = """
insert into warehouse.dim_listener (listener_key, account_id) values (1, 'ana');
insert into warehouse.dim_album
(album_key, album_id, name, folded_name, folded_artist_name, metadata_level, total_track_count)
values
(1, 'album1', 'Blue', 'blue', 'joni mitchell', 3, 2),
(2, 'album2', 'Greatest Hits', 'greatest hits', 'queen', 3, 4),
(3, 'album3', 'Greatest Hits', 'greatest hits', 'abba', 3, 4);
insert into warehouse.dim_track
(track_key, track_id, track_uri, name, folded_name, folded_artist_name, album_key, duration_ms,
 match_key, metadata_level)
values
(1, 't1', 'spotify:track:t1', 'One', 'one', 'joni mitchell', 1, 200000, 1, 3),
(2, 't2', 'spotify:track:t2', 'Two', 'two', 'queen', 2, 200000, 2, 3);
select setval(pg_get_serial_sequence('warehouse.dim_listener', 'listener_key'), 10),
    setval(pg_get_serial_sequence('warehouse.dim_album', 'album_key'), 10),
    setval(pg_get_serial_sequence('warehouse.dim_track', 'track_key'), 10);
"""
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def ledger(connection: Connection) -> Connection:
    """Lend a ledger with three albums and no play."""
    with connection.cursor() as cursor:
        cursor.execute(ALBUMS)
    return connection


@pytest.fixture
def run(
    ledger: Connection,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run the job; return its exit code and what it printed."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr(rank_albums, "RATINGS_FILE", tmp_path / "ratings.csv")

    def start(*arguments: object) -> tuple[int, str]:
        code = rank_albums.main([str(argument) for argument in arguments])
        return code, capsys.readouterr().out

    return start


def read(ledger: Connection, query: str) -> list[tuple[Any, ...]]:
    with ledger.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def write(folder: Path, text: str, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


RATINGS = "select album_key, rating::float from bi.album_rating order by album_rating_key"


def test_file_is_read_once_however_often_it_is_given(
    run: Run, ledger: Connection, tmp_path: Path
) -> None:
    path = write(
        tmp_path,
        "Album,Artist,Rating,Date\nblue,,95,2026-01-05\nGreatest Hits,Queen,80,\nNew,Nobody,70,\n",
    )
    code, said = run("--ratings", path)
    assert code == 0
    assert "ratings read 3, new 3, known by name only 1" in said
    assert [row[1] for row in read(ledger, RATINGS)] == [95, 80, 70]
    code, said = run("--ratings", path)
    assert "new 0" in said
    assert "ranks moved 0" in said
    assert len(read(ledger, RATINGS)) == 3


def test_changed_row_of_a_file_is_a_new_rating(
    run: Run, ledger: Connection, tmp_path: Path
) -> None:
    for rating in (90, 80, 80, 90):
        run("--ratings", write(tmp_path, f"album,rating\nBlue,{rating}\n"))
    assert read(ledger, RATINGS) == [(1, 90), (1, 80), (1, 90)]


def test_ratings_csv_in_the_project_is_read_by_itself(
    run: Run, ledger: Connection, tmp_path: Path
) -> None:
    write(tmp_path, "album;rating\nBlue;87,5\n", "ratings.csv")
    assert run()[0] == 0
    assert read(ledger, RATINGS) == [(1, 87.5)]


def test_excel_file_is_read(run: Run, ledger: Connection, tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    frame = pd.DataFrame(
        {"album": ["Blue"], "artist": [None], "rating": [95], "date": [pd.Timestamp("2026-01-05")]}
    )
    frame.to_excel(path, index=False)
    assert run("--ratings", path)[0] == 0
    assert read(ledger, "select rating::float, rated_date from bi.album_rating") == [
        (95, dt.date(2026, 1, 5))
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Blue,,ninety,", "is no number from 0 to 100"),
        ("Blue,,101,", "is not from 0 to 100"),
        ("Blue,,-1,", "is not from 0 to 100"),
        ("Blue,,NaN,", "is not from 0 to 100"),
        ("Blue,,,", "is no number from 0 to 100"),
        ("Blue,,9.999,", "has more than two decimals"),
        (",,95,", "names no album"),
        (f"{'x' * 10_000},,95,", "is longer than"),
        ("Blue,,95,yesterday", "is not like 2026-05-17"),
        ("Greatest Hits,,95,", "name the artist (Queen, ABBA)"),
    ],
)
def test_bad_row_is_named_with_its_reason_and_the_others_are_taken(
    run: Run, ledger: Connection, tmp_path: Path, row: str, reason: str
) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            """
            insert into warehouse.dim_artist
            (artist_key, artist_id, name, folded_name, metadata_level)
            values (12, 'q', 'Queen', 'queen', 3), (13, 'a', 'ABBA', 'abba', 3);
            insert into warehouse.bridge_album_artist
            values (2, 12, 0, 'main'), (3, 13, 0, 'main');
            """
        )
    path = write(tmp_path, f"album,artist,rating,date\n{row}\nBlue,,50,\n")
    code, said = run("--ratings", path)
    assert code == 65
    assert "mine.csv, row 2: " in said
    assert reason in said or "(ABBA, Queen)" in said
    assert read(ledger, RATINGS) == [(1, 50)]
    assert "albums ranked 1" in said


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("none.csv", None, "There is no file"),
        ("bare.csv", b"title,stars\nBlue,5\n", "lacks the column rating and album"),
        ("empty.csv", b"", "is no CSV or Excel file"),
        ("fake.xlsx", b"no zip", "is no CSV or Excel file"),
    ],
)
def test_unreadable_file_is_named_and_ranks_are_written_all_the_same(
    run: Run, tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    code, said = run("--ratings", tmp_path / name)
    assert code == 65
    assert reason in said
    assert "ranks moved" in said


def test_form_gives_one_rating_or_none(run: Run, ledger: Connection) -> None:
    assert run("--form", json.dumps({"album": "Blue", "rating": "95", "artist": ""}))[0] == 0
    assert run("--form", json.dumps({"album": "", "rating": "", "artist": None}))[0] == 0
    assert run("--form", "not json")[0] == 65
    assert run("--form", json.dumps({"album": "Blue", "rating": "much"}))[0] == 65
    assert read(ledger, RATINGS) == [(1, 95)]


def test_dry_run_writes_nothing(run: Run, ledger: Connection, tmp_path: Path) -> None:
    path = write(tmp_path, "album,rating\nNew,95\n")
    assert run("--dry-run", "--ratings", path)[0] == 0
    assert read(ledger, RATINGS) == []
    assert read(ledger, "select count(*) from warehouse.dim_album") == [(4,)]


def test_name_becomes_the_album_once_it_is_known(
    run: Run, ledger: Connection, tmp_path: Path
) -> None:
    run("--ratings", write(tmp_path, "album,artist,rating\nHounds of Love,Kate Bush,99\n"))
    with ledger.cursor() as cursor:
        cursor.execute(
            """
            insert into warehouse.dim_album
            (album_key, album_id, name, folded_name, folded_artist_name, metadata_level)
            values (50, 'hounds', 'Hounds of Love', 'hounds of love', 'kate bush', 3)
            """
        )
    run()
    assert read(ledger, RATINGS) == [(50, 99)]
    (named,) = read(ledger, "select album_key from warehouse.fact_album_rating")
    assert named != (50,)


def test_settings_of_the_methods_are_kept(run: Run, ledger: Connection) -> None:
    run("--prior-weight", "5", "--prior-mean", "70", "--rating-weight", "0.25")
    run()
    numbers = "select prior_weight, prior_mean, rating_weight from warehouse.dim_rank_method"
    assert read(ledger, f"{numbers} where rank_method > 1 order by rank_method") == [
        (5, 70, None),
        (None, None, None),
        (None, None, 0.25),
    ]
    run("--prior-mean", "auto")
    assert read(ledger, f"{numbers} where rank_method = 2") == [(5, None, None)]
    with pytest.raises(SystemExit):
        run("--rating-weight", "2")


def play(ledger: Connection, track_key: int, ms: int, at: str = "2026-01-01T12:00:00Z") -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            """
            insert into warehouse.fact_play
            (listener_key, played_at, track_key, ms_played, ms_source) values (1, %s, %s, %s, 1)
            """,
            (at, track_key, ms),
        )


def test_recording_counts_for_every_album_it_is_on(run: Run, ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            """
            insert into warehouse.dim_recording (recording_key, name) values (7, 'One');
            insert into warehouse.dim_track
            (track_key, track_id, track_uri, name, folded_name, folded_artist_name, album_key,
             match_key, metadata_level)
            values (3, 't3', 'spotify:track:t3', 'One', 'one', 'abba', 3, 3, 3);
            update warehouse.dim_track set recording_key = 7 where track_key in (1, 3);
            """
        )
    play(ledger, 1, 200_000)
    run()
    assert read(
        ledger,
        "select album_key, ms_listened, track_count from warehouse.fact_album_listening"
        " order by album_key",
    ) == [(1, 200_000, 2), (3, 200_000, 4)]


def test_excluded_plays_do_not_rank(run: Run, ledger: Connection) -> None:
    play(ledger, 1, 200_000)
    play(ledger, 2, 100_000, "2026-01-02T12:00:00Z")
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_exclusion (listener_key, rule, album_key)"
            " values (1, 'album', 1)"
        )
    run()
    assert read(ledger, "select album_key from bi.album_ranking where method = 'plays'") == [(2,)]


RATE = """
insert into warehouse.fact_album_rating
(listener_key, album_key, rating, is_dated, rating_source) values (1, %s, %s, false, 'api')
"""
HELD = """
select album_key, rank, valid_from, valid_to from warehouse.fact_album_rank
where rank_method = 1 order by album_key, valid_from
"""


def rate(ledger: Connection, album_key: int, rating: int) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(RATE, (album_key, rating))


def test_stretch_ends_the_day_before_the_rank_moves(ledger: Connection) -> None:
    rate(ledger, 1, 90)
    for day in range(3):
        load_ranks(ledger, ranked_on=DAY + dt.timedelta(days=day))
    rate(ledger, 2, 95)
    fourth = DAY + dt.timedelta(days=3)
    load_ranks(ledger, ranked_on=fourth)
    assert read(ledger, HELD) == [
        (1, 1, DAY, DAY + dt.timedelta(days=2)),
        (1, 2, fourth, None),
        (2, 1, fourth, None),
    ]


def test_what_moves_and_comes_back_on_one_day_has_not_moved(ledger: Connection) -> None:
    rate(ledger, 1, 90)
    load_ranks(ledger, ranked_on=DAY)
    before = read(ledger, HELD)
    tomorrow = DAY + dt.timedelta(days=1)
    rate(ledger, 2, 95)
    load_ranks(ledger, ranked_on=tomorrow)
    with ledger.cursor() as cursor:
        cursor.execute("delete from warehouse.fact_album_rating where album_key = 2")
    load_ranks(ledger, ranked_on=tomorrow)
    assert read(ledger, HELD) == before


def test_day_is_never_before_the_newest_stretch(ledger: Connection) -> None:
    rate(ledger, 1, 90)
    load_ranks(ledger, ranked_on=DAY)
    rate(ledger, 2, 95)
    load_ranks(ledger, ranked_on=DAY - dt.timedelta(days=5))
    assert {row[2] for row in read(ledger, HELD)} == {DAY}


def test_history_is_what_a_row_a_day_would_hold(ledger: Connection) -> None:
    rng = random.Random(6)
    with ledger.cursor() as cursor:
        cursor.execute(
            """
            insert into warehouse.dim_album
            (album_key, album_id, name, folded_name, folded_artist_name, metadata_level)
            select n, 'x' || n, 'x' || n, 'x' || n, '', 3 from generate_series(20, 40) as n
            """
        )
    expected: set[tuple[Any, ...]] = set()
    for number in range(30):
        day = DAY + dt.timedelta(days=number)
        for _ in range(rng.choice((0, 0, 1, 3))):
            rate(ledger, rng.randrange(20, 40), rng.randrange(101))
        if rng.random() < 0.2:
            with ledger.cursor() as cursor:
                cursor.execute(
                    "delete from warehouse.fact_album_rating where album_key = %s",
                    (rng.randrange(20, 40),),
                )
        for _ in range(rng.choice((1, 2))):
            load_ranks(ledger, ranked_on=day)
        now = read(ledger, "select method, album_key, rank from bi.album_ranking")
        expected |= {(day, *row) for row in now}
    last = DAY + dt.timedelta(days=29)
    history = read(
        ledger,
        "select rank_date, method, album_key, rank from bi.album_ranking_history"
        f" where rank_date <= '{last}'",
    )
    assert len(history) == len(set(history))
    assert set(history) == expected


def test_movement_is_told_since_yesterday_last_week_and_last_month(ledger: Connection) -> None:
    (today,) = read(ledger, "select (now() at time zone 'UTC')::date")[0]
    rate(ledger, 1, 50)
    rate(ledger, 2, 90)
    load_ranks(ledger, ranked_on=today - dt.timedelta(days=40))
    rate(ledger, 3, 70)
    load_ranks(ledger, ranked_on=today - dt.timedelta(days=5))
    rate(ledger, 1, 95)
    assert read(
        ledger,
        """
        select
            album_key,
            places_up_since_yesterday,
            places_up_since_last_week,
            places_up_since_last_month
        from bi.album_ranking where method = 'average' order by rank
        """,
    ) == [(1, 2, 1, 1), (2, -1, -1, -1), (3, -1, None, None)]


def test_all_listeners_together_are_ranked_where_there_are_several(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            """
            insert into warehouse.dim_listener (listener_key, account_id) values (2, 'bob');
            insert into warehouse.fact_album_rating
            (listener_key, album_key, rating, is_dated, rating_source)
            values (1, 1, 90, false, 'api'), (2, 1, 60, false, 'api'), (2, 2, 80, false, 'api');
            """
        )
    load_ranks(ledger, settings=RankSettings(), ranked_on=DAY)
    assert read(
        ledger,
        "select listener_key, album_key, average_rating::float, rating_count from bi.album_ranking"
        " where method = 'average' order by listener_key, rank",
    ) == [(0, 2, 80, 1), (0, 1, 75, 2), (1, 1, 90, 1), (2, 2, 80, 1), (2, 1, 60, 1)]
