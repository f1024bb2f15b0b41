"""The long form of the tests that draw at random: ``--hypothesis-profile=long``, for `.ci/full`.

Otherwise what is drawn is the same in every run, and little enough for every change.
"""

from __future__ import annotations

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
