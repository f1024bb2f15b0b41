"""How times, counts and certainty are said."""

from __future__ import annotations

import pytest

from everheard.report.totals import SeenDays, Total
from everheard.report.words import (
    RULES,
    say_certainty,
    say_count,
    say_difference,
    say_hours,
    say_place_change,
    say_time,
)

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("ms", "said"),
    [(0, "0 min"), (59_999, "1 min"), (HOUR, "1 h 00"), (117.25 * HOUR, "117 h 15"),
     (3_599_999, "1 h 00"), (1204 * HOUR, "1,204 h 00")],
)  # fmt: skip
def test_time_is_hours_and_minutes_never_a_fraction(ms: int, said: str) -> None:
    assert say_time(ms) == said


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (42 * 60_000, ("42", "min")),
        (int(14.5 * HOUR), ("14 h 30", "")),
        (1204 * HOUR, ("1,204", "h")),
    ],
)
def test_large_number_has_the_unit_that_suits_it(ms: int, said: tuple[str, str]) -> None:
    assert say_hours(ms) == said


@pytest.mark.parametrize(
    ("certainty", "unseen", "partly", "reason"),
    [
        ("exact", 0, 0, "measured, and nothing is missing"),
        ("about", 0, 0, "1 h 00 of the time is estimated"),
        ("at least", 2, 0, "Two days were not seen. An export"),
        ("at least", 0, 1, "One day was seen in part only."),
        ("not fully seen", 1, 3, "One day was not seen, three in part only. 1 h 00 of the time is"),
        ("at least", 0, 0, "A part of it was not seen."),
    ],
)
def test_certainty_is_a_word_and_a_reason(
    certainty: str, unseen: int, partly: int, reason: str
) -> None:
    total = Total(1, 2 * HOUR, HOUR, certainty, "exact")
    said = say_certainty(total, SeenDays(10, partly, unseen))
    assert said[0] == f"{certainty.capitalize()}."
    assert reason in said[1]


@pytest.mark.parametrize("certainty", ["about", "not fully seen"])
def test_unknown_length_is_no_estimate_of_nothing(certainty: str) -> None:
    reason = say_certainty(Total(3, 0, 0, certainty, "exact"), SeenDays(10, 1))[1]
    assert "Of some the length is not known, and they count no time." in reason
    assert "0 min" not in reason


def test_what_nobody_saw_has_no_number() -> None:
    total = Total(None, None, None, "not seen", "not seen")
    assert say_certainty(total, SeenDays(0, 0, 7))[0] == "Not seen."
    assert say_hours(total.ms_listened) == ("–", "")


def test_every_word_of_the_views_has_its_rule() -> None:
    assert RULES == {
        "exact": "double", "about": "single", "at least": "broken", "not fully seen": "broken",
        "not seen": "unseen",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("place", "previous", "known", "said"),
    [(1, 3, True, "up 2"), (4, 3, True, "down 1"), (2, 2, True, "same"), (5, None, True, "back"),
     (5, None, False, "new")],
)  # fmt: skip
def test_change_of_place_is_a_word(
    place: int, previous: int | None, known: bool, said: str
) -> None:
    assert say_place_change(place, previous, is_known=known) == said


def test_counts_are_words_up_to_ten() -> None:
    assert [say_count(number, "play") for number in (0, 1, 10, 1234)] == [
        "no plays", "one play", "ten plays", "1,234 plays",
    ]  # fmt: skip


def test_difference_says_which_way() -> None:
    assert say_difference(5, 3, "2025") == "2 more than 2025"
    assert say_difference(3, 5, "2025") == "2 fewer than 2025"
    assert say_difference(5, 5, "2025") == "as many as 2025"
