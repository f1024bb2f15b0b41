"""Sums with the words of the views beside them: nothing here works out how sure one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Total:
    """A sum over plays, in milliseconds; None where nothing was seen and nothing is known.

    How sure it is stands beside it in the words of the views; nothing here works it out.
    """

    play_count: int | None
    ms_listened: int | None
    ms_estimated: int | None
    certainty: str
    count_certainty: str

    @property
    def plays(self) -> int:
        """The plays that are known, for what is drawn."""
        return self.play_count or 0

    @property
    def ms(self) -> int:
        """The time that is known, for what is drawn."""
        return self.ms_listened or 0

    @property
    def ms_known_estimated(self) -> int:
        """The part of it that nobody measured."""
        return self.ms_estimated or 0

    @property
    def ms_measured(self) -> int:
        """The part of it that somebody measured."""
        return self.ms - self.ms_known_estimated


@dataclass(frozen=True)
class SeenDays:
    """How many days of a stretch were seen wholly, in part, and not at all."""

    wholly: int = 0
    partly: int = 0
    unseen: int = 0


def to_total(row: Any) -> Total:
    """Return the sum of a row, with its words."""
    return Total(
        row.play_count, row.ms_listened, row.ms_estimated, row.certainty, row.count_certainty
    )


def to_seen_days(row: Any) -> SeenDays:
    """Return the days of a row's stretch by how much of them was seen."""
    return SeenDays(row.seen_day_count, row.partly_seen_day_count, row.unseen_day_count)
