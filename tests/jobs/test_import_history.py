"""The import as a person runs it: files in, one sentence out, every row accounted for."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

import jobs.get_last_50 as get_last_50
import jobs.import_history as import_history
from everheard.failure import DatabaseTrouble
from everheard.ledger.history import HistoryLoad
from simulator.history import write_history
from simulator.server import SimulatedServer
from tests.everheard.ledger.ledger import Ledger, read_tables
from tests.everheard.pages import at, make_item, make_track
from tests.everheard.sources.spotify_export.history_files import (
    NAME,
    make_episode_row,
    make_row,
    write_file,
    write_zip,
)

Import = Callable[..., str]


@pytest.fixture
def run_import(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Import:
    """Import without any sign-in; return all that was said."""

    def run(*arguments: object, code: int = 0) -> str:
        monkeypatch.setenv("DATABASE_URL", database_url)
        monkeypatch.setenv("EVERHEARD_HOME", str(tmp_path / "home"))
        ended = import_history.main([str(argument) for argument in arguments])
        said = capsys.readouterr().out
        assert ended == code, said
        return said

    return run


def read(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def read_plays(connection: Connection) -> list[tuple[Any, ...]]:
    return read(
        connection,
        """
        select play.played_at, track.name, play.ms_played
        from warehouse.fact_play as play
        join warehouse.dim_track as track using (track_key)
        order by play.played_at, track.name, play.ms_played
        """,
    )


def test_zip_becomes_plays_episodes_and_an_account(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    rows = [
        make_row(0),
        make_row(0),
        make_row(300, "Other", ms_played=0),
        make_row(600, None, None, ms_played=5_000),
        make_row(700, None, None, ms_played=0),
        make_episode_row(1000),
        make_row(1200, ts="yesterday"),
    ]
    path = write_zip(tmp_path / "my_spotify_data.zip", {NAME: rows, "ReadMeFirst.pdf": b"%PDF"})
    said = run_import(path)
    assert said.splitlines()[-1] == (
        "import_history: files 1, read 7, added 2, known 0, matched 0, episodes 1,"
        " unattributed 1, skipped 3, gaps closed 0"
    )
    assert read_plays(connection) == [
        (at(0), "Song", 180_000),
        (at(300), "Other", 0),
        (at(600), "(unknown track)", 5_000),
    ]
    assert read(
        connection,
        "select file_name, row_number, reason from warehouse.etl_import_skip order by row_number",
    ) == [
        (NAME, 2, "exact repeat"),
        (NAME, 5, "no name and no listening time"),
        (NAME, 7, "no readable date"),
    ]
    for line in ("exact repeat", "no readable date", "ReadMeFirst.pdf: a PDF", "hours listened"):
        assert line in said


def test_details_of_a_play_are_kept_and_private_fields_are_not(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    row = make_row(0, skipped=None, shuffle=True, username="secret-name", reason_end="new-word")
    run_import(write_file(tmp_path, [{**row, "ip_addr_decrypted": "192.0.2.78", "new_key": {}}]))
    assert read(
        connection,
        """
        select detail.reason_start, detail.reason_end, detail.country, detail.is_shuffle,
            detail.is_skipped, platform.name, play.ms_source
        from warehouse.fact_play as play
        join warehouse.dim_play_detail as detail using (play_detail_key)
        join warehouse.dim_platform as platform using (platform_key)
        """,
    ) == [("clickrow", "new-word", "DE", True, None, "android", 1)]
    everything = str(read_tables(connection))
    assert "secret-name" not in everything
    assert "192.0.2" not in everything


def test_second_import_adds_nothing(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    rows = [make_row(second * 200, f"Song {second % 7}") for second in range(60)]
    path = write_file(tmp_path, [*rows, *rows[:3], make_episode_row()])
    run_import(path)
    before = read_plays(connection)
    said = run_import(path)
    assert "read 64, added 0, known 61" in said
    assert read_plays(connection) == before
    assert read(connection, "select count(*) from warehouse.etl_import_skip") == [(3,)]


def test_any_order_of_files_gives_the_same_plays(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    longer = write_file(tmp_path / "a", [make_row(0, ms_played=9_000), make_row(0, "Other")])
    shorter = write_file(tmp_path / "b", [make_row(0, ms_played=8_000)])
    said = run_import(shorter) + run_import(longer) + run_import(shorter)
    assert read_plays(connection) == [(at(0), "Other", 180_000), (at(0), "Song", 9_000)]
    assert "less of the same in the same second" in said


def test_ties_are_decided_by_what_the_rows_say(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    least = write_file(tmp_path / "a", [make_row(0, reason_start="backbtn")])
    most = write_file(tmp_path / "b", [make_row(0, reason_start="trackdone")])
    query = """
        select detail.reason_start
        from warehouse.fact_play
        join warehouse.dim_play_detail as detail using (play_detail_key)
    """
    run_import(most)
    run_import(least)
    assert read(connection, query) == [("backbtn",)]
    run_import(most)
    assert read(connection, query) == [("backbtn",)]


def test_offline_play_ends_when_it_was_heard(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    started = int(at(-86_400).timestamp())
    rows = [
        make_row(0, "Seconds", offline=True, offline_timestamp=started),
        make_row(0, "Milliseconds", offline=True, offline_timestamp=started * 1000),
        make_row(0, "Zero", offline=True, offline_timestamp=0),
        make_row(0, "Blank", offline=True, offline_timestamp=""),
        make_row(0, "Far", offline=True, offline_timestamp=started - 61 * 86_400),
        make_row(0, "Online", offline=False, offline_timestamp=started),
        make_row(0, "Unknown", offline=None, offline_timestamp=started),
    ]
    path = write_file(tmp_path, rows)
    said = run_import(path)
    heard = at(-86_400 + 180)
    assert [(when, name) for when, name, _ in read_plays(connection)] == [
        (heard, "Milliseconds"),
        (heard, "Seconds"),
        *((at(0), name) for name in ("Blank", "Far", "Online", "Unknown", "Zero")),
    ]
    assert "offline plays set to when they were heard" in said
    assert "added 0, known 7" in run_import(path)


def test_dry_run_says_all_and_writes_nothing(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    before = read_tables(connection)
    files = {f"Streaming_History_Audio_2026_{n}.json": [make_row(n * 500)] for n in range(10)}
    said = run_import(write_zip(tmp_path / "x.zip", files), "--dry-run")
    assert "(dry run) files 10, read 10, added 10" in said
    assert read_tables(connection) == before


def test_report_lists_every_row_that_did_not_become_a_play(
    run_import: Import, tmp_path: Path
) -> None:
    path = write_file(tmp_path, [make_row(0), make_row(0), make_row(9, ts="2031-01-01T00:00:00Z")])
    run_import(path, "--report", tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["file_name", "row_number", "reason"],
            [NAME, "2", "exact repeat"],
            [NAME, "3", "date in the future"],
        ]


@pytest.mark.parametrize(
    ("place", "word"),
    [
        ("nowhere/report.csv", "has no folder to be in"),
        ("history", "cannot be written"),
        ("history/endsong_0.json", "is there and no report"),
    ],
)
def test_report_that_cannot_be_written_ends_before_anything_is_read(
    run_import: Import, connection: Connection, tmp_path: Path, place: str, word: str
) -> None:
    path = write_file(tmp_path / "history", [make_row(0)], "endsong_0.json")
    own = path.read_bytes()
    said = run_import(path, "--report", tmp_path / place, code=65)
    assert word in said
    assert path.read_bytes() == own
    assert read_plays(connection) == []


@pytest.mark.posix
def test_file_with_a_name_of_another_encoding_is_imported(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    named = write_file(tmp_path / "data", [make_row(0), make_row(0)], "endsong_\udce9.json")
    said = run_import(named.parent, "--report", tmp_path / "report.csv")
    assert "files 1, read 2, added 1" in said
    assert read(connection, "select file_name from warehouse.etl_import_file") == [
        ("endsong_\ufffd.json",)
    ]


def test_what_is_passed_over_is_named_and_the_list_ends(run_import: Import, tmp_path: Path) -> None:
    files = {f"picture_{number:02}.png": b"\x89PNG" for number in range(30)}
    said = run_import(write_zip(tmp_path / "x.zip", {NAME: [make_row(0)], **files}))
    assert "picture_19.png: a picture\n  and 10 more" in said
    assert "picture_20.png" not in said


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "is empty"),
        (b"{}", "is no list"),
        (b'[{"ts": "2026-01-01T00:00:00Z", "ms_pl', "is damaged at line 1, column"),
        ('[{"ts": "caf\xe9"}]'.encode("latin-1"), "is not UTF-8 (byte 13)"),
    ],
)
def test_bad_file_is_refused_by_name_and_costs_no_other(
    run_import: Import, connection: Connection, tmp_path: Path, content: bytes, word: str
) -> None:
    bad = "Streaming_History_Audio_2025_1.json"
    path = write_zip(tmp_path / "x.zip", {NAME: [make_row(0)], bad: content})
    said = run_import(path, code=65)
    assert f"{bad} {word}" in said
    assert read_plays(connection) == [(at(0), "Song", 180_000)]


@pytest.mark.parametrize(
    "damaged",
    ["5", '{"ts": "2026-03-01T12:00:00Z", "ms_played": }', "null", '{"ts": ["x"]}'],
)
def test_damaged_row_costs_one_row(
    run_import: Import, connection: Connection, tmp_path: Path, damaged: str
) -> None:
    rows = [json.dumps(make_row(second * 200, f"Song {second}")) for second in range(50)]
    rows[20] = damaged
    path = write_file(tmp_path, "[" + ",\n".join(rows) + "]")
    own = path.read_bytes()
    said = run_import(path)
    assert "read 50, added 49" in said
    assert path.read_bytes() == own, "the listener's own file was written to"
    assert read(connection, "select row_number from warehouse.etl_import_skip") == [(21,)]


def test_odd_text_is_cleaned_and_not_refused(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    title = "master_metadata_track_name"
    odd = [
        make_row(0, "A\x00B"),
        make_row(300, **{title: "C\ud800D"}),
        make_row(600, "long " * 999),
    ]
    text = json.dumps(odd).replace('"skipped": null', '"skipped": null, "skipped": null', 1)
    assert "read 3, added 3" in run_import(write_file(tmp_path, text))
    assert [name[:3] for _, name, _ in read_plays(connection)] == ["AB", "C\ufffdD", "lon"]


def test_account_data_is_refused_with_the_right_history_to_ask_for(
    run_import: Import, tmp_path: Path
) -> None:
    short = [{"endTime": "2026-01-01 10:00", "trackName": "Song", "msPlayed": 1}]
    path = write_zip(tmp_path / "a.zip", {"StreamingHistory_music_0.json": short}, "Account Data")
    said = run_import(path, code=65)
    assert "a.zip holds the short form" in said
    assert "extended streaming history" in said


def test_zip_without_history_says_which_history_to_ask_for(
    run_import: Import, tmp_path: Path
) -> None:
    said = run_import(write_zip(tmp_path / "b.zip", {"Read_Me_First.pdf": b"%PDF"}), code=65)
    assert "b.zip holds no listening history: ask Spotify" in said


@pytest.mark.parametrize("name", ["../Streaming_History_Audio_1.json", "/Streaming_History.json"])
def test_zip_with_names_that_lead_outside_is_refused(
    run_import: Import, tmp_path: Path, name: str
) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr(name, json.dumps([make_row(0)]))
    assert "names that lead out of its folder" in run_import(tmp_path / "evil.zip", code=65)


def test_truncated_zip_is_refused(run_import: Import, tmp_path: Path) -> None:
    whole = write_zip(tmp_path / "x.zip", {NAME: [make_row(0)]}).read_bytes()
    cut = write_file(tmp_path, whole[:-40], "cut.zip")
    assert "cut.zip is not a whole zip" in run_import(cut, code=65)


def test_file_that_is_no_zip_is_refused(run_import: Import, tmp_path: Path) -> None:
    path = write_file(tmp_path, b"no zip at all", "other.zip")
    assert "other.zip is not a whole zip" in run_import(path, code=65)


def test_locked_zip_says_to_unpack_it(run_import: Import, tmp_path: Path) -> None:
    """Bit 0 of the flags says that a file is encrypted, in its own header and in the directory."""
    locked = bytearray(write_zip(tmp_path / "x.zip", {NAME: [make_row(0)]}).read_bytes())
    locked[6] |= 1
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    path = write_file(tmp_path, bytes(locked), "locked.zip")
    assert "locked.zip is locked with a password: unpack it yourself" in run_import(path, code=65)


def test_file_damaged_inside_its_zip_is_refused_by_name(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    damaged = bytearray(write_zip(tmp_path / "x.zip", {NAME: [make_row(0)]}).read_bytes())
    damaged[damaged.find(NAME.encode()) + len(NAME) + 10] ^= 0xFF
    path = write_file(tmp_path, bytes(damaged), "damaged.zip")
    assert f"{Path(NAME).name} is damaged inside its zip" in run_import(path, code=65)
    assert read(connection, "select count(*) from warehouse.fact_play") == [(0,)]


def test_bomb_needs_a_yes(
    run_import: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("everheard.sources.spotify_export.archive.LARGEST_UNASKED", 1000)
    path = write_zip(tmp_path / "x.zip", {NAME: [make_row(n * 300) for n in range(9)]})
    assert "add --yes" in run_import(path, code=65)
    assert "added 9" in run_import(path, "--yes")


def test_folders_patterns_and_old_names_are_found(run_import: Import, tmp_path: Path) -> None:
    write_file(tmp_path / "data", [make_row(0)], "endsong_0.json")
    write_file(tmp_path / "data" / "deep", [make_row(300)], "endvideo.json")
    write_file(tmp_path, [make_row(600)], "renamed.json")
    assert "files 2, read 2" in run_import(tmp_path / "data")
    assert "files 1, read 1, added 1" in run_import(tmp_path / "ren*.json")
    assert "nothing.zip is not there" in run_import(tmp_path / "nothing.zip", code=65)


def test_import_closes_what_it_covers_of_gaps(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    read_gaps = "select gap_start, gap_end, closed_by from warehouse.etl_gap order by gap_start"
    with connection.cursor() as cursor:
        cursor.execute("insert into warehouse.dim_listener (account_id) values ('me')")
        cursor.execute(
            "insert into warehouse.etl_gap (listener_key, gap_start, gap_end)"
            " select listener_key, %s, %s from warehouse.dim_listener",
            (at(0), at(10_000)),
        )
    rows = [make_row(4_000), make_row(6_000, "Other")]
    said = run_import(write_zip(tmp_path / "x.zip", {NAME: rows}))
    assert "gaps closed 1" in said
    assert read(connection, read_gaps) == [
        (at(0), at(4_000), None),
        (at(4_000), at(6_000), "x.zip"),
        (at(6_000), at(10_000), None),
    ]


def test_gap_noticed_after_the_import_is_closed_at_once(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    rows = [make_row(-100_000), make_row(100_000, "Other")]
    run_import(write_file(tmp_path, rows))
    ((listener_key,),) = read(connection, "select listener_key from warehouse.dim_listener")
    ledger = Ledger(connection, listener_key)
    ledger.poll(make_item(-50_000))
    items = [make_item(n * 240, make_track(f"Song {n}")) for n in range(50)]
    assert ledger.poll(*reversed(items)).gap_count == 0
    assert read(connection, "select closed_by from warehouse.etl_gap") == [(NAME,)]


def test_first_sign_in_takes_over_the_imported_history(
    run_import: Import,
    connection: Connection,
    tmp_path: Path,
    start_spotify: Callable[..., SimulatedServer],
    run_job: Callable[..., str],
) -> None:
    run_import(write_file(tmp_path, [make_row(0)]))
    spotify = start_spotify()
    spotify.world.hear(spotify.world.catalogue.tracks[0])
    run_job(get_last_50, spotify)
    assert len(read_plays(connection)) == 2
    assert len(read(connection, "select account_id from warehouse.dim_listener")) == 1


def test_several_listeners_have_to_be_named(
    run_import: Import, connection: Connection, tmp_path: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (account_id, display_name)"
            " values ('a', 'Ada'), ('b', 'Ben')"
        )
    path = write_file(tmp_path, [make_row(0)])
    assert "Add --listener with one of: Ada, Ben" in run_import(path, code=78)
    run_import(path, "--listener", "Ben")
    assert read(
        connection,
        "select display_name from warehouse.fact_play join warehouse.dim_listener"
        " using (listener_key)",
    ) == [("Ben",)]


def test_import_that_was_cut_off_leaves_nothing_and_can_be_made_again(
    run_import: Import,
    connection: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(20):
        rows = [make_row(number * 1000 + n * 100, f"Song {n}") for n in range(5)]
        write_file(tmp_path / "data", rows, f"Streaming_History_Audio_2026_{number}.json")
    before = read_kept(connection)
    whole = HistoryLoad.add
    calls = []

    def fail_at_third(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise DatabaseTrouble("The power went.")
        return whole(*arguments)

    monkeypatch.setattr(HistoryLoad, "add", fail_at_third)
    assert "import_history: The power went." in run_import(tmp_path / "data", code=73)
    assert read_kept(connection) == before
    assert "read 100, added 100, known 0" in run_import(tmp_path / "data")
    assert len(read_plays(connection)) == 100


def read_kept(connection: Connection) -> dict[str, Any]:
    """Return all tables but those that tell of runs."""
    tables = read_tables(connection)
    return {name: rows for name, rows in tables.items() if name not in {"etl_run", "etl_runner"}}


class GivenUp(psycopg2.errors.DeadlockDetected):
    pgcode = "40P01"


def test_import_that_postgres_gives_up_begins_again(
    run_import: Import,
    connection: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(20):
        rows = [make_row(number * 1000 + n * 100, f"Song {n}") for n in range(5)]
        write_file(tmp_path / "data", rows, f"Streaming_History_Audio_2026_{number}.json")
    whole = HistoryLoad.add
    calls = []

    def fail_twice(history: HistoryLoad, tables: Any) -> Any:
        calls.append(1)
        result = whole(history, tables)
        if len(calls) in (2, 5):
            raise GivenUp("deadlock detected")
        return result

    monkeypatch.setattr(HistoryLoad, "add", fail_twice)
    assert "files 20, read 100, added 100, known 0" in run_import(tmp_path / "data")
    assert len(read_plays(connection)) == 100
    assert read(connection, "select added_count from warehouse.etl_import") == [(100,)]


def test_polls_and_history_of_one_listener_give_what_was_heard(
    run_import: Import,
    connection: Connection,
    tmp_path: Path,
    start_spotify: Callable[..., SimulatedServer],
    run_job: Callable[..., str],
) -> None:
    spotify = start_spotify(listeners=["steady"], history_days=20)
    world = spotify.world
    for _ in range(6):
        world.clock.advance(hours=9)
        run_job(get_last_50, spotify)
    write_history(world.listener(), tmp_path / "my_spotify_data.zip", world.clock.now_ms)
    said = run_import(tmp_path / "my_spotify_data.zip")
    heard = world.heard()
    plays = read_plays(connection)
    assert len(heard) > 300
    # Of an offline play the history tells start and sound only: pauses are lost with it.
    missing = [
        play
        for play in heard
        if play.uploaded_ms == play.played_at_ms
        and not any(
            abs(when.timestamp() * 1000 - play.played_at_ms) < 90_000
            and name in (play.track_name, "(unknown track)")
            for when, name, _ in plays
        )
    ]
    assert missing == []
    assert read(
        connection,
        "select count(*) from warehouse.etl_gap where closed_at is null"
        f" and gap_end < '{plays[-1][0] - timedelta(days=2)}'",
    ) == [(0,)]
    assert "matched 0" not in said
