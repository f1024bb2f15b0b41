"""Several runners at once, through a pooler, with wrong clocks: one ledger and no trouble."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import simulator
from tests.long_form import lengthen
from tests.lossless.crowd import Crowd
from tests.lossless.trial import Trial
from tests.postgres import Server

pytestmark = pytest.mark.posix  # many processes; what they do is the same anywhere


@pytest.fixture
def trial(database_url: str, tmp_path: Path) -> Iterator[Trial]:
    with simulator.running(seed=3, listeners=["heavy", "steady"], tracks=150) as server:
        opened = Trial(server, database_url, tmp_path)
        yield opened
        opened.close()


def test_runners_with_wrong_clocks_leave_one_ledger_and_no_trouble(
    trial: Trial, postgres_server: Server, pooled_url: str, tmp_path: Path
) -> None:
    deadlocks = postgres_server.read_log().count("deadlock detected")
    crowd = Crowd(trial, pooled_url, tmp_path, seed=65)

    crowd.meet(rounds=lengthen(5))

    assert [one for one in crowd.outcomes if not one.is_well] == []
    assert postgres_server.read_log().count("deadlock detected") == deadlocks
    for name in trial.world.listeners:
        assert trial.read_ledger(name) == trial.read_heard(name)
        assert trial.read_gaps(name) == []
    assert trial.count_spooled() == 0
    said = "\n".join(one.said for one in crowd.outcomes)
    assert "nothing to do, another runner succeeded 0 minutes ago" in said
    assert any(one.is_away for one in crowd.outcomes), "some pages came in late"
    assert min(crowd.minutes_wrong) < -3 < 3 < max(crowd.minutes_wrong)
