"""Several runners at once, and runners that are killed, leave one ledger."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.jobs.get_last_50.polling import Runner


def await_true(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


@pytest.mark.parametrize("is_pooled", [False, True])
def test_two_copies_at_once_leave_one_ledger(
    runner: Runner, pooled_url: str, is_pooled: bool
) -> None:
    url = pooled_url if is_pooled else runner.database_url
    copies = [runner.start(DATABASE_URL=url) for _ in range(2)]
    said = [copy.communicate(timeout=60) for copy in copies]
    assert [copy.returncode for copy in copies] == [0, 0], said
    assert sorted(out.split(", ")[1] for out, _ in said) == ["new 0", "new 50"]
    assert runner.plays() == runner.window()
    assert len(runner.read("select 1 from warehouse.dim_listener")) == 1
    assert len(runner.read("select 1 from warehouse.etl_run")) == 2


def test_warm_runs_work_through_the_pooler(runner: Runner, pooled_url: str) -> None:
    runner.run(DATABASE_URL=pooled_url)
    first = runner.window()
    runner.advance(days=3)
    assert "new 50, known 0, gaps 1" in runner.run(DATABASE_URL=pooled_url).last_line
    assert runner.plays() == first | runner.window()


CALLS = ["token", "recently_played", "me"]
TABLES = [
    "dim_listener",
    "dim_track",
    "source_poll_play",
    "fact_play",
    "etl_watermark",
    "etl_run",
]
SLEEPERS = "select pid from pg_stat_activity where wait_event = 'PgSleep'"


@pytest.mark.product
@pytest.mark.parametrize("moment", [*CALLS, *TABLES])
def test_next_run_completes_what_a_killed_one_began(runner: Runner, moment: str) -> None:
    moods = runner.spotify.world.moods
    if moment in CALLS:
        runner.add_mood("hung", moment, times=1)
        process = runner.start()
        await_true(lambda: not moods.describe())
    else:
        runner.act_on(moment, "perform pg_sleep(60)")
        process = runner.start()
        await_true(lambda: runner.read(SLEEPERS))
    process.kill()
    process.communicate(timeout=30)
    if moment in TABLES:
        # The server notices a dead client late; a listener would wait, a test need not.
        runner.read(f"select pg_terminate_backend(pid, 5000) from ({SLEEPERS}) as sleeper")
        runner.relent()
    spotless = runner.run()
    assert spotless.code == 0
    assert "known 50" in runner.run().last_line
    assert runner.plays() == runner.window()
    assert len(runner.read("select 1 from warehouse.source_poll_play")) == 50
    assert runner.read("select 1 from warehouse.etl_gap") == []
