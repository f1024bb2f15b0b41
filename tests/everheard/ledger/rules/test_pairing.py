from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everheard.ledger.rules.pairing import REACH, pair_plays
from tests.everheard.pages import at

Pairs = list[tuple[int, int]]


def pair(polls: Sequence[float], history: Sequence[float]) -> Pairs:
    return pair_plays([at(second) for second in polls], [at(second) for second in history])


def score(pairs: Pairs, polls: Sequence[datetime], history: Sequence[datetime]) -> object:
    """Return what is compared: most pairs, least distance, then the earliest indexes."""
    distance = sum((abs(polls[i] - history[j]) for i, j in pairs), timedelta())
    return -len(pairs), distance, pairs


def list_choices(polls: Sequence[datetime], history: Sequence[datetime]) -> list[Pairs]:
    """Return every choice of pairs in the order of time and within reach."""
    return [
        list(zip(some_polls, some_rows, strict=True))
        for count in range(min(len(polls), len(history)) + 1)
        for some_polls in combinations(range(len(polls)), count)
        for some_rows in combinations(range(len(history)), count)
        if all(
            abs(polls[i] - history[j]) <= REACH for i, j in zip(some_polls, some_rows, strict=True)
        )
    ]


MOMENTS = st.lists(st.integers(0, 400).map(at), max_size=5).map(sorted)


@given(MOMENTS, MOMENTS)
def test_no_other_choice_of_pairs_is_better(polls: list[datetime], history: list[datetime]) -> None:
    choices = list_choices(polls, history)
    best = min(choices, key=lambda pairs: score(pairs, polls, history))
    assert pair_plays(polls, history) == best


@given(st.lists(st.integers(0, 100_000).map(at), max_size=60).map(sorted), st.integers(-90, 90))
def test_shifted_copy_of_all_plays_is_paired_completely(polls: list[datetime], shift: int) -> None:
    history = [poll + timedelta(seconds=shift) for poll in polls]
    assert pair_plays(polls, history) == [(i, i) for i in range(len(polls))]


def test_one_play_told_twice_is_one_pair() -> None:
    assert pair([100.4], [100]) == [(0, 0)]


@pytest.mark.parametrize(("distance", "pairs"), [(90, [(0, 0)]), (90.001, []), (-90, [(0, 0)])])
def test_reach_is_ninety_seconds_both_ways(distance: float, pairs: Pairs) -> None:
    assert pair([100], [100 + distance]) == pairs


def test_track_of_forty_seconds_on_repeat_is_paired_play_by_play() -> None:
    ends = [40.0 * number for number in range(1, 9)]
    late = [end + 35 for end in ends]
    assert pair(ends, late) == [(i, i) for i in range(8)]


def test_restart_within_the_reach_leaves_the_history_row_over() -> None:
    # The listener restarted the song after 30 s: the history has both rows, the poll one.
    assert pair([231], [30, 230]) == [(0, 1)]


def test_nearest_first_would_leave_a_pair_out() -> None:
    assert pair([0, 80], [75, 160]) == [(0, 0), (1, 1)]


def test_poll_between_two_history_rows_takes_the_nearer() -> None:
    assert pair([50], [10, 70]) == [(0, 1)]
    assert pair([50], [30, 90]) == [(0, 0)]


def test_ties_go_to_the_earliest() -> None:
    assert pair([50], [20, 80]) == [(0, 0)]
    assert pair([20, 80], [50]) == [(0, 0)]


def test_nothing_pairs_with_nothing() -> None:
    assert pair([], [1, 2]) == pair([1, 2], []) == pair([], []) == []


def test_long_history_on_one_track_needs_no_square_of_memory() -> None:
    # Rows within reach of one poll stay few, so this is quick; a full table would be 10^9 cells.
    ends = [180.0 * number for number in range(30_000)]
    assert len(pair(ends, ends)) == len(ends)
