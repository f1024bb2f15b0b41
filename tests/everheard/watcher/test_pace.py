"""When Spotify is asked next: near what happens, seldom while nothing does, never too often."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from everheard.watcher.pace import DayBudget, Pace
from everheard.watcher.samples import PlayingKind, Sample

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOTHING = Sample(NOW, PlayingKind.NOTHING)


def play(left_s: float) -> Sample:
    return Sample(NOW, PlayingKind.TRACK, "a", True, 100_000, round(100_000 + left_s * 1000))


def test_silence_is_looked_at_less_and_less() -> None:
    pace = Pace()
    assert [pace.after(NOTHING) for _ in range(6)] == [30, 60, 120, 240, 300, 300]
    assert 15 <= pace.after(play(120)) <= 30
    assert pace.after(NOTHING) == 30


@pytest.mark.parametrize("left", [0, 1, 5, 14, 16, 17, 20, 29, 31, 33, 40, 46, 60, 240])
def test_waits_keep_their_bounds(left: float) -> None:
    assert 15 <= Pace().after(play(left)) <= 30


@pytest.mark.parametrize("left", [17.5, 20, 31])
def test_end_of_a_track_is_looked_at_shortly_before(left: float) -> None:
    assert Pace().after(play(left)) == pytest.approx(left - 2)


def test_trouble_backs_off_with_jitter_and_obeys_spotify() -> None:
    pace = Pace(rng=random.Random(1))
    waits = [pace.after_error(None, NOW) for _ in range(8)]
    assert 24 <= waits[0] <= 36
    assert waits[-1] > 600
    assert waits[1] != waits[0] * 2
    assert pace.after_error(NOW + timedelta(hours=5), NOW) == 5 * 3600
    pace.after(play(100))
    assert pace.after_error(None, NOW) <= 36


def test_budget_of_a_day_is_never_exceeded_and_lasts() -> None:
    budget, moment, calls = DayBudget(500), NOW.replace(hour=0), 0
    while moment < NOW.replace(hour=0) + timedelta(days=1):
        if budget.spend(moment):
            calls += 1
        moment += timedelta(seconds=budget.stretch(15, moment))
    assert 400 < calls <= 500


def test_new_day_has_calls_anew() -> None:
    budget = DayBudget(1)
    assert budget.spend(NOW)
    assert not budget.spend(NOW)
    wait = budget.stretch(15, NOW)
    assert budget.spend(NOW + timedelta(seconds=wait))
    assert wait <= 12 * 3600 + 5
