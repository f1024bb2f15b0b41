"""Switching a machine on and off, with a crontab of the test's own, and one tick for real."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import psycopg2.extensions
import pytest

import simulator
from cli.doctor.check import Mark
from cli.doctor.schedule import check_schedule
from cli.schedule import change_schedule
from cli.schedule.kept import (
    CARRIED,
    SERVE,
    forget_service,
    is_due,
    keep_settings,
    note_run,
    read_kept_settings,
    read_runs,
)
from cli.schedule.schedulers import Cron, NoScheduler, find_scheduler
from cli.schedule.service import find_keeper
from cli.serve import read_own_settings
from cli.tick import tick
from everheard.config import PROJECT_DIR, Settings, read_settings
from everheard.failure import ConfigurationError
from everheard.lock import lock_file
from runner.schedule import Line, read_place
from tests.repository.project import find_jobs, read

pytestmark = pytest.mark.posix

CRONTAB = """#!/bin/sh
case "$1" in
  -l) cat "{table}" 2>/dev/null || {{ echo "no crontab for ada" >&2; exit 1; }} ;;
  -) cat > "{table}" ;;
esac
"""


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lend the file behind a machine's crontab; nothing else of a system is on PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    table = tmp_path / "table"
    (programs / "crontab").write_text(CRONTAB.format(table=table))
    (programs / "crontab").chmod(0o755)
    (programs / "cat").symlink_to("/bin/cat")
    monkeypatch.setenv("PATH", str(programs))
    return table


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environ = {"EVERHEARD_HOME": str(tmp_path)}
    return read_settings(environ, env_file=tmp_path / "no", needs_spotify=False)


def test_on_and_off_touch_our_line_only(crontab: Path, settings: Settings) -> None:
    crontab.write_text("17 3 * * * backup\n")
    assert "no runner" in change_schedule("status", settings)

    change_schedule("on", settings)
    said = change_schedule("on", settings)

    line = read_place("computer")[0]
    assert f"cron looks every {line.every // 60} minutes" in said
    assert f"no other runner has for {line.if_stale}, and 5 further jobs each in" in said
    theirs, ours = crontab.read_text().splitlines()
    assert theirs == "17 3 * * * backup"
    assert shlex.quote(sys.executable) in ours
    assert ours.startswith(f"{line.at // 60}-59/{line.every // 60} * * * * ")
    assert "it has not run yet" in change_schedule("status", settings)

    change_schedule("off", settings)
    change_schedule("off", settings)
    assert crontab.read_text() == "17 3 * * * backup\n"


def test_computer_runs_all_jobs_and_every_scheduler_can_be_told_its_pace() -> None:
    lines = read_place("computer")
    by_hand = {"backup", "export", "import_history", "now_playing"}
    assert {line.job for line in lines} == set(find_jobs()) - by_hand
    assert 60 * 60 % lines[0].every == 0, "cron and systemd count within the hour"
    assert lines[0].every % 60 == 0 == lines[0].at % 60
    assert lines[0].if_stale
    assert all(line.every % lines[0].every == 0 for line in lines)


def test_what_the_terminal_sets_is_kept_for_the_runs_and_forgotten_with_them(
    crontab: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REPORT_DIR", "/srv/reports")
    change_schedule("on", settings)
    assert str(tmp_path) in crontab.read_text()
    kept = read_kept_settings(tmp_path)
    assert kept["REPORT_DIR"] == "/srv/reports"
    assert kept["EVERHEARD_HOME"] == str(tmp_path)
    private = (tmp_path / "schedule-settings.json").stat().st_mode
    assert not private & 0o077, "an address of a database may be among them"
    change_schedule("off", settings)
    assert read_kept_settings(tmp_path) == {}


def test_every_setting_that_can_be_set_is_carried() -> None:
    """``EVERHEARD_TRIGGER`` is a run's own; on a computer exports and backups are made by hand."""
    left_out = {"EVERHEARD_TRIGGER", "MONGODB_URL", "BACKUP_PASSPHRASE"}
    page = read("docs/settings.md").partition("## Read, but never set by you")[0]
    rows = {row.split("`")[1] for row in page.splitlines() if row.startswith("| `")}
    assert set(CARRIED) == rows - left_out


def test_failed_run_is_seen_in_status_and_doctor(
    crontab: Path, settings: Settings, tmp_path: Path
) -> None:
    assert check_schedule(tmp_path) == []
    change_schedule("on", settings)
    (check,) = check_schedule(tmp_path)
    assert check.says == "on; the first run is still to come"
    note_run(tmp_path, "get_last_50", 1e9, 77, "get_last_50: sign in again")
    said = change_schedule("status", settings)
    assert "  get_last_50: 2001-09-0" in said
    assert "failed (77): sign in again" in said
    assert "  rank_albums: it has not run yet" in said
    failed, silent = check_schedule(tmp_path)
    assert (failed.mark, failed.cure) == (Mark.BAD, "sign in again")
    assert silent.mark is Mark.SOON
    note_run(tmp_path, "get_last_50", 1e9, 73, "get_last_50: the database is away")
    assert check_schedule(tmp_path, now=1e9)[0].mark is Mark.SOON
    note_run(tmp_path, "get_last_50", 1e9, 0, "get_last_50: fetched 50")
    (check,) = check_schedule(tmp_path, now=1e9)
    assert check.mark is Mark.GOOD


def test_job_has_its_turn_each_stretch_and_a_failed_one_waits_a_while(tmp_path: Path) -> None:
    line = Line("rank_albums", "computer", every=24 * 3600)
    now = 1.7e9
    assert is_due(line, None, now)
    note_run(tmp_path, "rank_albums", now, 0, "done")
    assert not is_due(line, read_runs(tmp_path)["rank_albums"], now)
    assert is_due(line, read_runs(tmp_path)["rank_albums"], now + 25 * 3600)
    note_run(tmp_path, "rank_albums", now + 25 * 3600, 73, "away")
    last = read_runs(tmp_path)["rank_albums"]
    assert last.done_at == now
    assert not is_due(line, last, now + 25 * 3600 + 60)
    assert is_due(line, last, now + 27 * 3600)


def test_first_line_of_an_empty_crontab(crontab: Path, settings: Settings) -> None:
    change_schedule("on", settings)
    assert Cron().is_on()
    assert len(crontab.read_text().splitlines()) == 1


def test_machine_without_a_scheduler_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoScheduler, match="apt install cron"):
        find_scheduler()


@pytest.fixture
def home(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lend the folder of a machine whose terminal named the database when it was set up."""
    given = {"DATABASE_URL": database_url, "EVERHEARD_HOME": "/nowhere"}
    for name in CARRIED:
        monkeypatch.delenv(name, raising=False)
    keep_settings(tmp_path, given)
    return tmp_path


POLLING = read_place("computer")[:1]


def test_turn_runs_what_is_due_once_and_then_finds_nothing_to_do(
    home: Path, database_url: str, connection: psycopg2.extensions.connection
) -> None:
    ranking = next(line for line in read_place("computer") if line.job == "rank_albums")
    with simulator.running() as server:
        keep_settings(home, {"DATABASE_URL": database_url, **server.environ()})
        assert tick(home, [*POLLING, ranking]) == 0
        assert tick(home, [*POLLING, ranking]) == 0
    first, ranked, second = (home / "schedule.log").read_text(encoding="utf-8").splitlines()
    assert "fetched 50, new 50" in first
    assert "rank_albums: " in ranked
    assert "nothing to do, this runner succeeded 0 minutes ago" in second
    cursor = connection.cursor()
    cursor.execute("select distinct trigger from warehouse.etl_run")
    assert cursor.fetchall() == [("timer",)]


def test_one_jobs_failure_costs_no_other_and_the_log_stays_bounded(home: Path) -> None:
    (home / "schedule.log").write_text("earlier\n" * 2000)
    ranking = next(line for line in read_place("computer") if line.job == "rank_albums")
    assert tick(home, [*POLLING, ranking]) == 78
    assert len((home / "schedule.log").read_text(encoding="utf-8").splitlines()) == 500
    runs = read_runs(home)
    assert (runs["get_last_50"].exit_code, runs["rank_albums"].exit_code) == (78, 0)


def test_turn_that_cannot_even_begin_is_kept_and_seen(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENER_TIMEZONE", "Nowhere/City")
    with pytest.raises(ConfigurationError):
        tick(home)
    assert "Nowhere/City" in (home / "schedule.log").read_text("utf-8")
    assert check_schedule(home)[0].mark is Mark.BAD


def test_second_turn_leaves_the_first_alone(home: Path) -> None:
    with lock_file(home / "schedule.lock", wait_seconds=0):
        assert tick(home) == 0
    assert not (home / "schedule.log").exists()


def test_turn_of_windows_has_no_streams_and_keeps_what_it_says(home: Path) -> None:
    """``pythonw`` has neither stdout nor stderr."""
    code = (
        "import sys; sys.stdout = sys.stderr = None\n"
        "from cli.__main__ import main; sys.exit(main(['tick', '--home', sys.argv[1]]))"
    )
    environ = {**os.environ, "LISTENER_TIMEZONE": "Nowhere/City"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)], cwd=PROJECT_DIR, env=environ, check=False
    )
    assert done.returncode == 78
    assert read_runs(home)["schedule"].exit_code == 78


def test_status_without_any_scheduler_is_a_sentence_and_no_fault(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for word in ("status", "off"):
        said = change_schedule(word, settings)
        assert "no runner, and has nothing to make it one" in said
        assert "apt install cron" in said
    with pytest.raises(NoScheduler):
        change_schedule("on", settings)


def test_timer_out_of_reach_is_named_and_not_called_off(
    settings: Settings, crontab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after ``su``: the units are in the home, and nobody answers."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    units = tmp_path / ".config/systemd/user"
    units.mkdir(parents=True)
    (units / "everheard.timer").write_text("Description=Everheard every 20 minutes")
    said = change_schedule("status", settings)
    assert "everheard.timer is there, but systemd for users cannot be reached" in said
    with pytest.raises(NoScheduler, match="sign in as this user"):
        change_schedule("off", settings)
    assert (units / "everheard.timer").exists()


def test_service_goes_on_with_what_the_terminal_had(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"DATABASE_URL": "postgresql://a@127.0.0.1/b", "API_RATE_LIMIT": "3 per second"}
    keep_settings(tmp_path, given, whose=SERVE)
    assert read_kept_settings(tmp_path) == {}, "the jobs' own are another matter"
    for name in CARRIED:
        monkeypatch.delenv(name, raising=False)
    kept = read_own_settings(tmp_path)
    assert (kept.database_url, kept.api_rate_limit) == (given["DATABASE_URL"], "3 per second")
    assert kept.home == tmp_path
    forget_service(tmp_path)
    assert read_kept_settings(tmp_path, whose=SERVE) == {}


def test_nothing_to_keep_a_service_going_is_told_what_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(NoScheduler, match=r"pi/install\.sh --web"):
        find_keeper()


def test_program_lent_for_one_command_is_scheduled_by_nobody(
    settings: Settings, crontab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uvx: its environment may be gone tomorrow."""
    monkeypatch.setattr("cli.schedule.IS_LENT", True)
    with pytest.raises(NoScheduler, match="uv tool install everheard"):
        change_schedule("on", settings)
    assert not crontab.exists()
