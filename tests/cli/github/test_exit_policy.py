"""When a run turns red: a real ledger, a spool folder, no waiting."""

import time
from collections.abc import Callable
from pathlib import Path

import psycopg2.extensions
import pytest

from cli.github.exit_policy import decide_exit
from everheard.config import read_settings

NOBODY_LISTENS = "postgresql://poller:pass-word@127.0.0.1:1/everheard"
RUN = """
    insert into warehouse.etl_run (
        job, runner, trigger, started_at, ended_at, outcome, exit_code
    )
    values ('get_last_50', 'pi', 'timer', now(), now() - interval '{} hours', 'done', 0)
"""


@pytest.fixture
def end(database_url: str, tmp_path: Path) -> Callable[..., int]:
    def run(exit_code: int, *, event: str = "schedule", database: str = database_url) -> int:
        environ = {
            "DATABASE_URL": database,
            "EVERHEARD_HOME": str(tmp_path),
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": event,
        }
        settings = read_settings(environ, env_file=tmp_path / "no", needs_spotify=False)
        return decide_exit(settings, "get_last_50", exit_code)

    return run


def let_it_fail_for(tmp_path: Path, hours: float) -> None:
    (tmp_path / "spool").mkdir()
    first_failure = tmp_path / "spool" / "failing-since-get_last_50"
    first_failure.write_text(str(time.time() - hours * 3600), encoding="ascii")


@pytest.mark.parametrize("exit_code", [69, 73, 75])
def test_first_retryable_end_stays_green(end: Callable[..., int], exit_code: int) -> None:
    assert end(exit_code) == 0


@pytest.mark.parametrize("exit_code", [1, 65, 77, 78])
def test_end_that_needs_somebody_is_red_at_once(end: Callable[..., int], exit_code: int) -> None:
    assert end(exit_code) == exit_code


def test_run_started_by_hand_shows_its_end(end: Callable[..., int]) -> None:
    assert end(75, event="workflow_dispatch") == 75


@pytest.mark.parametrize(("hours", "ended"), [(5.9, 0), (6.1, 73)])
def test_outage_turns_red_after_six_hours(
    end: Callable[..., int], tmp_path: Path, hours: float, ended: int
) -> None:
    let_it_fail_for(tmp_path, hours)
    assert end(73, database=NOBODY_LISTENS) == ended


def test_success_of_another_runner_keeps_it_green(
    end: Callable[..., int], tmp_path: Path, connection: psycopg2.extensions.connection
) -> None:
    let_it_fail_for(tmp_path, 20)
    connection.cursor().execute(RUN.format(7))
    assert end(75) == 75
    connection.cursor().execute(RUN.format(1))
    assert end(75) == 0


def test_success_ends_the_count(end: Callable[..., int], tmp_path: Path) -> None:
    let_it_fail_for(tmp_path, 20)
    assert end(0) == 0
    assert end(73, database=NOBODY_LISTENS) == 0
