"""What was listened to is in the ledger; what Spotify no longer showed is on record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import simulator
from simulator.clock import DAY_MS, to_iso
from tests.long_form import lengthen
from tests.lossless.evidence import lie_in, reveal
from tests.lossless.faults import Plight
from tests.lossless.months import LISTENERS, poll_rarely, poll_through_faults
from tests.lossless.trial import Trial


@pytest.fixture
def trial(database_url: str, tmp_path: Path) -> Iterator[Trial]:
    """Lend three kinds of listener, an empty ledger and two runners."""
    with simulator.running(seed=11, listeners=list(LISTENERS)) as server:
        opened = Trial(server, database_url, tmp_path)
        yield opened
        opened.close()


def test_ledger_is_what_was_heard_whatever_goes_wrong(trial: Trial) -> None:
    faults = poll_through_faults(trial, days=lengthen(1), seed=7)

    assert {name: trial.read_ledger(name) for name in trial.world.listeners} == {
        name: trial.read_heard(name) for name in trial.world.listeners
    }
    assert {name: trial.read_gaps(name) for name in trial.world.listeners} == {
        name: [] for name in trial.world.listeners
    }
    assert trial.count_spooled() == 0
    assert len(faults.counts) > 12  # the weather was bad indeed


def test_page_spooled_before_a_new_sign_in_comes_in_after_it(trial: Trial) -> None:
    start_ms = trial.world.clock.now_ms
    trial.poll("pi")
    trial.wait_until(start_ms + DAY_MS)
    trial.poll("pi", Plight(database="away"))
    for name in trial.world.listeners:
        trial.world.accounts.sign_in(name, trial.world.clock.now_ms)
    trial.sign_in()
    trial.wait_until(start_ms + 2 * DAY_MS)

    trial.poll("pi")
    trial.poll("pi")

    assert trial.count_spooled() == 0


def test_losses_that_a_full_page_reveals_lie_in_recorded_gaps(trial: Trial) -> None:
    pages = poll_rarely(trial, days=lengthen(8))

    for name in trial.world.listeners:
        revealed = reveal(pages[name])
        kept = set(trial.read_ledger(name))
        gaps = trial.read_gaps(name)
        lost = [row.played_at for row in trial.read_heard(name) if row not in kept]

        assert {row.played_at for row in kept} == {to_iso(moment) for moment in revealed.shown}
        assert gaps == revealed.gaps
        assert lie_in(lost, revealed.stretches) == lie_in(lost, gaps)
