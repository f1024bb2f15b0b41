"""How far the page can be trusted: a bar a year, filled, hollow, red."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from markupsafe import Markup

from dashboard.drawings.rows import draw_rows, mark
from everheard.report.data import Day
from everheard.report.words import is_hollow, is_red

#: What a day's word is drawn as, and said; red comes on top where not all was seen.
_SAID = {"m": "measured", "e": "estimated", "g": "not seen, or not all of it"}


def draw_coverage(days: Sequence[Day], *, label: str) -> Markup:
    """Draw the years from the first day to the last; what was not wholly seen is red."""
    years = range(days[0].play_date.year, days[-1].play_date.year + 1)
    signs = (_choose_inks(days), _choose_reds(days))
    rows = ((str(year), _draw_year(year, days, signs)) for year in years)
    return draw_rows(rows, label=label, css="coverage")


def _draw_year(year: int, days: Sequence[Day], signs: Sequence[Sequence[str]]) -> Iterator[str]:
    here = [number for number, day in enumerate(days) if day.play_date.year == year]
    start, end = here[0], here[-1] + 1
    for one in signs:
        for first, last, state in find_runs(days[start:end], one[start:end]):
            said = f"{first} to {last}: {_SAID[state]}"
            yield mark(_place(first, year), _place(last + timedelta(days=1), year), state, said)


def _choose_inks(days: Sequence[Day]) -> list[str]:
    """Return a sign a day; a silent one goes with the one before, unseen ones have none."""
    inks: list[str] = []
    ink = "m"
    for day in days:
        if day.total.plays:
            ink = "e" if is_hollow(day.total.certainty) else "m"
        inks.append("" if day.total.ms_listened is None else ink)
    return inks


def _choose_reds(days: Sequence[Day]) -> list[str]:
    return ["g" if is_red(day.total.certainty) else "" for day in days]


def find_runs(days: Sequence[Day], signs: Sequence[str]) -> Iterator[tuple[date, date, str]]:
    """Yield stretches of days alike as (first, last, sign); days without a sign are left out."""
    for state, run in groupby(zip(days, signs, strict=True), lambda one: one[1]):
        if state:
            alike = [day.play_date for day, _ in run]
            yield alike[0], alike[-1], state


def _place(day: date, year: int) -> float:
    return (day - date(year, 1, 1)).days / 366
