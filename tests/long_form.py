"""The long form of tests that draw or combine: ``--hypothesis-profile=long``, for `.ci/full`.

Otherwise what is drawn is the same in every run, and little enough for every change; and of
several parameters each value is taken, but not each with every other, and of one every third.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import settings

#: Drawn anew in every run; an example that fails is printed in a form that repeats it.
LONG = settings(max_examples=2000, deadline=None, database=None, print_blob=True)
SHORT = settings(LONG, max_examples=100, derandomize=True)


def register_profiles() -> None:
    """Make SHORT what tests use, and both known to the option of the command line."""
    settings.register_profile("long", LONG)
    settings.register_profile("short", SHORT)
    settings.load_profile("short")


def is_long() -> bool:
    """Say whether this is the long form."""
    return settings.get_current_profile_name() == "long"


def lengthen(count: int) -> int:
    """Return how many examples, days or rounds to draw, where the short form draws ``count``."""
    return count * 10 if is_long() else count


def is_left_to_it(item: pytest.Item) -> bool:
    """Say whether a test is one of a ``product`` that the short form does without.

    Along the longest list of parameters each value is taken once, the others' in turn; of one
    list alone every third.
    """
    if is_long() or item.get_closest_marker("product") is None:
        return False
    given = item.callspec.params  # type: ignore[attr-defined]
    places = [_find_place(mark, given) for mark in item.iter_markers("parametrize")]
    if len(places) == 1:
        return places[0][0] % 3 > 0
    longest, _ = max(places, key=lambda one: one[1])
    return any(place != longest % length for place, length in places)


def _find_place(mark: pytest.Mark, given: Mapping[str, object]) -> tuple[int, int]:
    """Return which of a list of parameters a test was given, and how many there are."""
    names, values = mark.args[0], list(mark.args[1])
    value = given[names] if isinstance(names, str) else tuple(given[name] for name in names)
    return values.index(value), len(values)
