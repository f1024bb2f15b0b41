"""Ratings from files and forms, and the settings of the methods."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from psycopg2.extensions import connection as Connection

from jobs import rank_albums
from tests.rated_albums import ALBUMS, read

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
    assert "ratings read 3, matched 2, known by name only 1, new 3" in said
    assert "mine.csv, row 4: not met yet, kept by name." in said
    assert [row[1] for row in read(ledger, RATINGS)] == [95, 80, 70]
    code, said = run("--ratings", path)
    assert "ratings read 3, matched 3, new 0" in said
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


def add_second_listener(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "update warehouse.dim_listener set display_name = 'Ana' where listener_key = 1;"
            "insert into warehouse.dim_listener (listener_key, account_id, display_name)"
            " values (2, 'bob', 'Bob')"
        )


BY_LISTENER = "select listener_key, rating::float from bi.album_rating order by listener_key"


def test_file_of_a_household_says_whose_each_row_is(
    run: Run, ledger: Connection, tmp_path: Path
) -> None:
    """Names in any case, or numbers; a row that is nobody's costs the others nothing."""
    add_second_listener(ledger)
    rows = "Blue,95,ANA\nBlue,60,2\nBlue,10,Zed\nBlue,20,\nBlue,much,bob\n"
    write(tmp_path, f"album,rating,Listener\n{rows}", "ratings.csv")

    code, said = run()

    assert code == 65
    assert read(ledger, BY_LISTENER) == [(1, 95), (2, 60)]
    assert "ratings.csv, row 4: --listener: nobody is known as 'Zed' here" in said
    assert "row 5: Whose? Add --listener, or a column listener with one of: Ana, Bob." in said
    assert "row 6: rating 'much' is no number" in said
    assert "ratings read 5, matched 0, known by name only 2, refused 3, new 2" in said


def test_file_that_says_nobody_is_of_the_only_one_who_rates(
    run: Run, ledger: Connection, tmp_path: Path
) -> None:
    add_second_listener(ledger)
    path = write(tmp_path, "album,rating\nBlue,95\n")
    assert run("--ratings", path, "--listener", "bOB")[0] == 0
    write(tmp_path, "album,rating\nBlue,90\n", "ratings.csv")

    assert run()[0] == 0

    assert read(ledger, BY_LISTENER) == [(2, 95), (2, 90)]


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
    write(tmp_path, "album,rating\nBlue,50\n", "ratings.csv")
    code, said = run("--ratings", tmp_path / name)
    assert code == 65
    assert reason in said
    assert "albums ranked 1, ranks moved" in said


def test_form_gives_one_rating_or_none_and_no_log_shows_it(
    run: Run, ledger: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = tmp_path / "event.json"
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for inputs, expected in (
        ({"album": "Blue", "rating": "95", "artist": ""}, 0),
        ({"album": "", "rating": "", "artist": None}, 0),
        (None, 0),
        ({"album": "Blue", "rating": "much"}, 65),
        ({"album": "Blue", "rating": "1234567"}, 65),
        ({"album": "\ud800Blue", "rating": "95"}, 65),
        ("not a form", 65),
    ):
        event.write_text(json.dumps({"inputs": inputs}))
        code, said = run("--form")
        assert code == expected, said
        assert not any(word in said for word in ("Blue", "95", "much", "1234567")), said
    event.unlink()
    assert run("--form")[0] == 65
    monkeypatch.setenv("GITHUB_EVENT_PATH", "")
    assert "GITHUB_EVENT_PATH" in run("--form")[1]
    assert read(ledger, RATINGS) == [(1, 95)]


def test_form_says_whose_the_rating_is(
    run: Run, ledger: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_second_listener(ledger)
    event = tmp_path / "event.json"
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    inputs = {"album": "Blue", "rating": "95", "artist": "", "listener": ""}
    event.write_text(json.dumps({"inputs": inputs}))
    code, said = run("--form")
    assert code == 65
    assert "Fill in the field listener with one of: 1, 2." in said

    event.write_text(json.dumps({"inputs": {**inputs, "listener": "Bob"}}))
    assert run("--form")[0] == 0

    assert read(ledger, BY_LISTENER) == [(2, 95)]


def test_dry_run_writes_nothing(run: Run, ledger: Connection, tmp_path: Path) -> None:
    path = write(tmp_path, "album,rating\nNew,95\n")
    assert run("--dry-run", "--ratings", path)[0] == 0
    assert read(ledger, RATINGS) == []
    assert read(ledger, "select count(*) from warehouse.dim_album") == [(4,)]


def test_dry_run_in_an_empty_ledger_makes_nobody(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("truncate warehouse.dim_listener restart identity cascade")
    path = write(tmp_path, "album,rating\nNew,95\nOther,much\n")
    code, said = run("--dry-run", "--ratings", path)
    assert code == 65
    assert "row 3: rating 'much' is no number" in said
    assert read(connection, "select count(*) from warehouse.dim_listener") == [(0,)]


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
