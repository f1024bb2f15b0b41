"""The watcher as it runs: looks at once, keeps, loads, ends when told to; two do not both watch."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from psycopg2.extensions import connection as Connection

from everheard.config import PROJECT_DIR
from everheard.encryption import fingerprint
from everheard.ledger.told import claim_watch
from everheard.watcher.playbacks import Listening
from everheard.watcher.samples import to_sample
from everheard.watcher.store import find_alive, open_store
from jobs import get_last_50, now_playing
from simulator.server import SimulatedServer
from tests.everheard.ledger.ledger import add_listener
from tests.everheard.pages import make_track
from tests.migrate.databases import read_rows

Start = Callable[..., SimulatedServer]
PLAYS = "select ms_source, ms_played from warehouse.fact_play order by played_at"


def start_playing(spotify: SimulatedServer) -> str:
    """Have the listener in the middle of a track; return its name."""
    world = spotify.world
    track = world.catalogue.tracks[0]
    world.hear(track, world.clock.now_ms + 60_000)
    return track.name


def keep_playback(home: Path, spotify: SimulatedServer, listened_s: int = 95) -> None:
    """Have this machine's watcher keep one playback."""
    environ = spotify.environ()
    owner = fingerprint(environ["SPOTIFY_CLIENT_SECRET"], environ["SPOTIFY_REFRESH_TOKEN"])
    start, listening = datetime.now(UTC) - timedelta(hours=1), Listening()
    with open_store(home) as store:
        for seconds, progress, name in (
            (0, 0, "Heard"),
            (listened_s, listened_s, "Heard"),
            (110, 5, "Next"),
        ):
            answer = {
                "item": make_track(name),
                "progress_ms": progress * 1000,
                "is_playing": True,
            }
            sample = to_sample(answer, start + timedelta(seconds=seconds))
            store.keep(owner, listening, listening.take(sample))


def test_what_plays_is_seen_and_kept(
    start_spotify: Start,
    run_job: Callable[..., str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spotify = start_spotify()
    start_playing(spotify)
    said = run_job(now_playing, spotify, "--for", "2")
    assert said.startswith("now_playing: calls 1, playbacks 0")
    environ = spotify.environ()
    owner = fingerprint(environ["SPOTIFY_CLIENT_SECRET"], environ["SPOTIFY_REFRESH_TOKEN"])
    with open_store(tmp_path) as store:
        listening = store.read_listening(owner)
    assert listening.current is not None
    assert listening.current.last.is_playing


def test_playbacks_are_loaded_at_the_start(
    start_spotify: Start, run_job: Callable[..., str], database_url: str, tmp_path: Path
) -> None:
    spotify = start_spotify()
    keep_playback(tmp_path, spotify)
    said = run_job(now_playing, spotify, "--for", "2")
    assert said.endswith("new 2")  # what was heard last has ended, for nothing plays any more
    plays = read_rows(database_url, PLAYS)
    assert plays[0] == (2, 105_000)
    assert len(plays) == 2
    assert run_job(now_playing, spotify, "--for", "1").endswith("new 0")
    assert read_rows(database_url, PLAYS) == plays


def test_hourly_poll_brings_them_in_too(
    start_spotify: Start, run_job: Callable[..., str], database_url: str, tmp_path: Path
) -> None:
    spotify = start_spotify()
    keep_playback(tmp_path, spotify)
    run_job(get_last_50, spotify)
    assert (2, 105_000) in read_rows(database_url, PLAYS)


@pytest.mark.posix
def test_told_to_stop_it_ends_well(start_spotify: Start, database_url: str, tmp_path: Path) -> None:
    spotify = start_spotify()
    start_playing(spotify)
    settings = {"DATABASE_URL": database_url, "EVERHEARD_HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "jobs.now_playing"],
        cwd=PROJECT_DIR,
        env={**os.environ, **spotify.environ(), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        first = process.stdout.readline()
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(timeout=20) == 0, rest
    assert ": " in first
    assert "now_playing: calls 1" in rest
    ((outcome,),) = read_rows(
        database_url, "select outcome from warehouse.etl_run where job = 'now_playing'"
    )
    assert outcome == "done"


def test_second_watcher_steps_back(
    start_spotify: Start,
    run_job: Callable[..., str],
    database_url: str,
    tmp_path: Path,
) -> None:
    spotify = start_spotify()
    assert run_job(now_playing, spotify, "--for", "2").startswith("now_playing: calls 1")
    said = run_job(now_playing, spotify, "--for", "2", EVERHEARD_HOME=str(tmp_path / "other"))
    assert said.startswith("now_playing: calls 0")
    assert run_job(now_playing, spotify, "--for", "2").startswith("now_playing: calls 1")
    assert read_rows(
        database_url, "select count(*) from warehouse.etl_watermark where job = 'now_playing'"
    ) == [(1,)]


def test_of_two_claims_one_holds_until_it_is_silent(connection: Connection) -> None:
    key = add_listener(connection).listener_key
    mine = claim_watch(connection, listener_key=key, claimed_at=None)
    assert mine
    assert claim_watch(connection, listener_key=key, claimed_at=None) is None
    renewed = claim_watch(connection, listener_key=key, claimed_at=mine)
    assert renewed
    assert renewed > mine
    assert claim_watch(connection, listener_key=key, claimed_at=mine) is None
    with connection.cursor() as cursor:
        cursor.execute("update warehouse.etl_watermark set polled_at = now() - interval '3 hours'")
    assert claim_watch(connection, listener_key=key, claimed_at=None)


def test_it_watches_where_the_database_is_away(
    start_spotify: Start, run_job: Callable[..., str], tmp_path: Path
) -> None:
    spotify = start_spotify()
    start_playing(spotify)
    said = run_job(
        now_playing, spotify, "--for", "9", DATABASE_URL="postgresql://a:b@127.0.0.1:1/x"
    )
    assert said.startswith("now_playing: calls 1")


@pytest.mark.posix
def test_what_plays_is_streamed_where_that_is_wanted(
    start_spotify: Start, database_url: str, tmp_path: Path
) -> None:
    spotify = start_spotify()
    name = start_playing(spotify)
    settings = {"DATABASE_URL": database_url, "EVERHEARD_HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "jobs.now_playing", "--port", "0"],
        cwd=PROJECT_DIR,
        env={**os.environ, **spotify.environ(), **settings, "NOW_PLAYING": "public"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        said = process.stdout.readline()
        address = said.split()[-1]
        assert process.stdout.readline()  # the first poll has been told
        (state,) = requests.get(address, timeout=10).json()["states"]
        stream = requests.get(f"{address}/stream", stream=True, timeout=10)
        lines = iter(stream.iter_lines(decode_unicode=True))
        told = next(line for line in lines if line.startswith("data:") and "listener" in line)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert state["item"]["name"] == name
    assert state["is_playing"]
    assert json.loads(told.partition(":")[2]) == state


def test_port_that_is_taken_is_told(start_spotify: Start, run_job: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = run_job(now_playing, start_spotify(), "--port", port, code=78, NOW_PLAYING="public")
    assert port in said


def test_it_can_be_asked_whether_it_lives(
    start_spotify: Start, run_job: Callable[..., str], tmp_path: Path
) -> None:
    spotify = start_spotify()
    assert "nobody watches" in run_job(now_playing, spotify, "--check", code=75)
    run_job(now_playing, spotify, "--for", "1")
    assert run_job(now_playing, spotify, "--check") == "now_playing: watching"
    os.utime(find_alive(tmp_path), (1, 1))
    assert "nobody watches" in run_job(now_playing, spotify, "--check", code=75)


def test_github_is_no_place_for_it(start_spotify: Start, run_job: Callable[..., str]) -> None:
    said = run_job(now_playing, start_spotify(), code=78, GITHUB_ACTIONS="true")
    assert "run it on a Pi or a computer at home" in said
