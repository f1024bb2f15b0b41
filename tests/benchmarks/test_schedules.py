"""The simulation of schedules, over fewer days: a Pi saves what GitHub's lateness loses."""

import itertools
import random

import pytest

from benchmarks import schedules
from simulator.world import World, WorldSettings

DAYS = 40


def test_pi_loses_nothing_where_github_alone_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert schedules.main(["--days", str(DAYS)]) == 0
    said = capsys.readouterr().out
    assert "lost beside a Pi: 0" in said
    late = next(line for line in said.splitlines() if "as late as measured" in line)
    _, lost, gaps = late.split("|")[4].split("/")
    assert int(lost) > 0
    assert int(gaps) > 0


def test_nobody_polling_loses_all_that_sank() -> None:
    world = World(WorldSettings(listeners=["heavy"], history_days=2))
    listener = world.listener()
    nobody = schedules.live(listener, world.clock.now_ms, DAYS, [])
    assert nobody.heard - nobody.lost <= 50
    assert nobody.gaps == 0


def test_late_runs_are_as_far_apart_as_measured() -> None:
    moments = schedules.draw_late_runs(30, random.Random(1))
    gaps = {(b - a) // 60_000 for a, b in itertools.pairwise(moments)}
    assert gaps == set(schedules.MEASURED_GAPS)


def test_database_that_is_awake_twice_at_once_is_paid_once() -> None:
    hour = 60 * 60_000
    assert schedules.count_compute_hours([0, 0]) == schedules.count_compute_hours([0])
    assert schedules.count_compute_hours([0, hour]) == 2 * schedules.count_compute_hours([0])
