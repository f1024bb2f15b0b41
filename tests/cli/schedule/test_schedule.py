"""Switching a machine on and off, with a crontab of the test's own, and one tick for real."""

import sys
from collections.abc import Callable
from pathlib import Path

import psycopg2.extensions
import pytest

import simulator
from cli.schedule import change_schedule, read_desk_line
from cli.schedule.schedulers import Cron, NoScheduler, find_scheduler
from cli.tick import tick
from everheard.config import Settings, read_settings
from runner.schedule import read_place

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

    (line,) = read_place("computer")
    assert f"cron looks every {line.every // 60} minutes" in said
    assert f"no other runner has for {line.if_stale}" in said
    theirs, ours = crontab.read_text().splitlines()
    assert theirs == "17 3 * * * backup"
    assert str(sys.executable) in ours
    assert ours.startswith(f"{line.at // 60}-59/{line.every // 60} * * * * ")
    assert "it has not run yet" in change_schedule("status", settings)

    change_schedule("off", settings)
    change_schedule("off", settings)
    assert crontab.read_text() == "17 3 * * * backup\n"


def test_desk_machine_has_one_line_that_every_scheduler_can_be_told() -> None:
    (line,) = read_place("computer")
    assert line == read_desk_line()
    assert 60 * 60 % line.every == 0, "cron and systemd count within the hour"
    assert line.every % 60 == 0 == line.at % 60
    assert line.if_stale


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
def tick_settings(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Settings]:
    def make(**changes: str) -> Settings:
        values = {"DATABASE_URL": database_url, "EVERHEARD_HOME": str(tmp_path), **changes}
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return read_settings(needs_spotify=False)

    return make


def test_tick_runs_the_job_once_and_then_finds_nothing_to_do(
    tick_settings: Callable[..., Settings],
    connection: psycopg2.extensions.connection,
    tmp_path: Path,
) -> None:
    with simulator.running() as server:
        settings = tick_settings(**server.environ())
        assert tick(settings) == 0
        assert tick(settings) == 0
    first, second = (tmp_path / "schedule.log").read_text(encoding="utf-8").splitlines()
    assert "fetched 50, new 50" in first
    assert "nothing to do, this runner succeeded 0 minutes ago" in second
    cursor = connection.cursor()
    cursor.execute("select trigger from warehouse.etl_run")
    assert cursor.fetchall() == [("timer",)]


def test_log_stays_bounded(tick_settings: Callable[..., Settings], tmp_path: Path) -> None:
    (tmp_path / "schedule.log").write_text("earlier\n" * 2000)
    assert tick(tick_settings()) == 78
    assert len((tmp_path / "schedule.log").read_text(encoding="utf-8").splitlines()) == 500
