"""How many of something, with the noun that goes with the number. Standard library only."""

from __future__ import annotations


def say_counted(number: int, one: str, many: str | None = None) -> str:
    """Say how many of something in digits: "0 rows", "1 row", "1,234 rows"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
