"""How far the page can be trusted: a bar a year, filled, hollow, red."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
    rows = ((str(year), _draw_year(year, days)) for year in years)
    return draw_rows(rows, label=label, css="coverage")


def _draw_year(year: int, days: Sequence[Day]) -> Iterator[str]:
    here = [day for day in days if day.play_date.year == year]
    for choose in (_choose_ink, _choose_red):
        for first, last, state in find_runs(here, choose):
            said = f"{first} to {last}: {_SAID[state]}"
            yield mark(_place(first, year), _place(last + timedelta(days=1), year), state, said)


def _choose_ink(day: Day) -> str:
    if day.total.ms_listened is None:
        return ""
    return "e" if is_hollow(day.total.certainty) else "m"


def _choose_red(day: Day) -> str:
    return "g" if is_red(day.total.certainty) else ""


def find_runs(
    days: Sequence[Day], choose: Callable[[Day], str]
) -> Iterator[tuple[date, date, str]]:
    """Yield stretches of days alike as (first, last, sign); days without a sign are left out."""
    for state, run in groupby(days, choose):
        if state:
            alike = list(run)
            yield alike[0].play_date, alike[-1].play_date, state


def _place(day: date, year: int) -> float:
    return (day - date(year, 1, 1)).days / 366
