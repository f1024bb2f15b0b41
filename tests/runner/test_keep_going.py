"""The loop, as a process against the simulator."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

import simulator
from runner import keep_going
from simulator.server import SimulatedServer
from tests.repository.project import PROJECT_DIR

pytestmark = pytest.mark.posix

PROGRAM = [sys.executable, "-m", "runner", "--schedule"]
Start = Callable[[str], "subprocess.Popen[str]"]


def test_job_that_hangs_is_cut_off_when_the_grace_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_going, "GRACE_S", 0.1)
    stopping = threading.Event()
    stopping.set()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as child:
        assert keep_going.Runner([], tmp_path, stopping)._wait_for(child) == -signal.SIGKILL


@pytest.fixture
def spotify() -> Iterator[SimulatedServer]:
    with simulator.running(seed=5, tracks=500, history_days=2, listeners=["steady"]) as server:
        yield server


@pytest.fixture
def start(spotify: SimulatedServer, database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Start the runner with a schedule; what it says is in tmp_path/said."""
    started = []

    def run(schedule: str, **changes: str) -> "subprocess.Popen[str]":
        (tmp_path / "schedule").write_text(schedule)
        with (tmp_path / "said").open("w") as said:
            process = subprocess.Popen(
                [*PROGRAM, tmp_path / "schedule", tmp_path / "notes"],
                cwd=PROJECT_DIR,
                env={
                    **os.environ,
                    **spotify.environ(),
                    "DATABASE_URL": database_url,
                    "EVERHEARD_HOME": str(tmp_path),
                    **changes,
                },
                stdout=said,
                stderr=said,
                text=True,
            )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


def to_schedule(**every: str) -> str:
    return "".join(f'[{job}]\ncontainer = {{ every = "{word}" }}\n' for job, word in every.items())


def wait_until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def count_runs(url: str, job: str) -> int:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from warehouse.etl_run"
            " where job = %s and trigger = 'timer' and outcome = 'done'",
            (job,),
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def check(tmp_path: Path) -> int:
    command = [*PROGRAM, tmp_path / "schedule", "--check", tmp_path / "notes"]
    return subprocess.run(command, cwd=PROJECT_DIR, check=False).returncode


def test_jobs_run_again_and_again_and_a_stop_waits_for_the_one_under_way(
    start: Start, spotify: SimulatedServer, database_url: str, tmp_path: Path
) -> None:
    # On a busy machine a poll takes longer than its stretch, and is due again: it comes last here.
    process = start(to_schedule(rank_albums="24h", get_last_50="1s"))
    wait_until(lambda: count_runs(database_url, "rank_albums"))
    wait_until(lambda: count_runs(database_url, "get_last_50") >= 2)
    spotify.world.add_mood("slow", "recently_played", delay_seconds=1.0)
    asked = spotify.world.calls.count("recently_played")
    wait_until(lambda: spotify.world.calls.count("recently_played") > asked)

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=60) == 0
    said = (tmp_path / "said").read_text().splitlines()
    assert said[-1] == "runner: stopped"
    assert said[-2].startswith("get_last_50: fetched 50, new 0, known 50"), "it came to its end"
    assert count_runs(database_url, "rank_albums") == 1, "once a day"


def test_what_was_done_is_remembered_and_what_failed_is_not_done(
    start: Start, tmp_path: Path, database_url: str
) -> None:
    schedule = to_schedule(get_last_50="1h", rank_albums="24h")
    first = start(schedule, SPOTIFY_REFRESH_TOKEN="")
    wait_until(lambda: (tmp_path / "notes/rank_albums").exists())
    first.send_signal(signal.SIGINT)
    assert first.wait(timeout=60) == 0
    assert "python start.py authorize" in (tmp_path / "said").read_text()
    assert check(tmp_path) == 1

    second = start(schedule)
    wait_until(lambda: (tmp_path / "notes/get_last_50").exists())
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=60) == 0
    assert check(tmp_path) == 0
    assert count_runs(database_url, "rank_albums") == 1


@pytest.mark.posix
def test_done_is_noted_through_no_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "get_last_50").symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic link"):
        keep_going.note_done(tmp_path / "get_last_50", 1.0)
    assert not elsewhere.exists()
    keep_going.note_done(tmp_path / "rank_albums", 1.0)
    assert keep_going.read_done_at(tmp_path, "rank_albums") == 1.0
    assert (tmp_path / "rank_albums").stat().st_mode & 0o077 == 0
