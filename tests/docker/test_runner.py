"""The runner of the container: its schedule, and the loop as a process against the simulator."""

import importlib.util
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
from simulator.server import SimulatedServer
from tests.repository.project import PROJECT_DIR, find_jobs, read

pytestmark = pytest.mark.posix

PROGRAM = PROJECT_DIR / "docker/runner.py"
SPEC = importlib.util.spec_from_file_location("container_runner", PROGRAM)
assert SPEC is not None
assert SPEC.loader is not None
runner = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(runner)

HOUR = 3600
Start = Callable[[str], "subprocess.Popen[str]"]


def read_when() -> dict[str, str]:
    """Return job -> when it runs, as the README's table says."""
    rows = [line.split("|") for line in read("README.md").splitlines() if line.startswith("| `")]
    return {row[1].strip(" `"): row[2].strip() for row in rows if row[1].strip(" `") in find_jobs()}


def test_schedule_names_every_job_that_is_not_only_by_hand() -> None:
    lines = runner.read_schedule(PROJECT_DIR / "docker/schedule")
    when = read_when()
    assert set(when) == set(find_jobs())
    assert {line.job for line in lines} == {job for job in when if when[job] != "by hand"}
    every = {line.job: line.every for line in lines}
    assert 15 * 60 <= every.pop("get_last_50") <= 20 * 60, "as the table says"
    assert every.pop("artists_and_tracks") == 3 * HOUR
    assert set(every.values()) == {24 * HOUR}


def test_polling_comes_first_and_nothing_on_round_minutes() -> None:
    lines = runner.read_schedule(PROJECT_DIR / "docker/schedule")
    assert lines[0].job == "get_last_50"
    assert [line.job for line in lines if not line.past // 60 % 5] == []


def test_stretch_wants_one_run_and_a_clock_that_was_ahead_does_no_harm() -> None:
    line = runner.Line(24 * HOUR, 4 * HOUR, "rank_albums", ())
    midnight = 20_000 * 24 * HOUR
    before, after = midnight + 3 * HOUR, midnight + 5 * HOUR
    assert line.is_due(0, before), "what was missed is done at once"
    assert not line.is_due(before - 60, before)
    assert line.is_due(before, after)
    assert not line.is_due(midnight + 4 * HOUR, after)
    assert line.is_due(after + 300 * HOUR, after), "a moment to come is none"


@pytest.mark.parametrize(
    ("word", "seconds"),
    [("15m", 900), ("4h11m", 4 * HOUR + 660), ("90s", 90), ("0s", 0), ("", None), ("7", None)],
)
def test_durations_are_read(word: str, seconds: int | None) -> None:
    assert runner.read_seconds(word) == seconds


@pytest.mark.parametrize(
    "text", ["0m 0m get_last_50", "15m get_last_50", "now then rank_albums", ""]
)
def test_schedule_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "schedule").write_text(text)
    with pytest.raises(SystemExit, match="schedule"):
        runner.read_schedule(tmp_path / "schedule")


def test_job_that_hangs_is_cut_off_when_the_grace_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "GRACE_S", 0.1)
    stopping = threading.Event()
    stopping.set()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as child:
        assert runner.Runner([], tmp_path, stopping)._wait_for(child) == -signal.SIGKILL


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
                [sys.executable, PROGRAM, tmp_path / "schedule", tmp_path / "notes"],
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
    command = [sys.executable, PROGRAM, "--check", tmp_path / "schedule", tmp_path / "notes"]
    return subprocess.run(command, check=False).returncode


def test_jobs_run_again_and_again_and_a_stop_waits_for_the_one_under_way(
    start: Start, spotify: SimulatedServer, database_url: str, tmp_path: Path
) -> None:
    process = start("1s 0s get_last_50 # often\n24h 0s rank_albums\n")
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
    schedule = "1h 0s get_last_50\n24h 0s rank_albums\n"
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
