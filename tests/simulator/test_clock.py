from __future__ import annotations

import time

import pytest

from simulator.clock import Clock, from_iso, to_iso

NOON = from_iso("2026-03-01T12:00:00Z")


def test_moments_are_written_as_spotify_writes_them() -> None:
    assert to_iso(1772050520497) == "2026-02-25T20:15:20.497Z"
    assert from_iso("2026-02-25T20:15:20.497Z") == 1772050520497
    assert from_iso("2026-02-25T21:15:20.497+01:00") == 1772050520497


def test_clock_stands_still_until_it_is_moved() -> None:
    clock = Clock(NOON)
    time.sleep(0.01)
    assert clock.now_ms == NOON
    clock.advance(90, hours=1, days=1)
    assert to_iso(clock.now_ms) == "2026-03-02T13:01:30.000Z"
    clock.move_to("2026-04-01T00:00:00Z")
    assert clock.now.isoformat() == "2026-04-01T00:00:00+00:00"


def test_clock_never_goes_back() -> None:
    clock = Clock(NOON)
    with pytest.raises(ValueError, match="only moves forward"):
        clock.advance(-1)
    assert clock.now_ms == NOON


def test_clock_runs_by_itself_at_a_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    clock = Clock(NOON, speed=60)
    monkeypatch.setattr(time, "monotonic", lambda: 102.0)
    assert clock.now_ms == NOON + 120_000
    clock.run_at(0)
    monkeypatch.setattr(time, "monotonic", lambda: 200.0)
    assert clock.now_ms == NOON + 120_000
    with pytest.raises(ValueError, match="0 or more"):
        clock.run_at(-1)
