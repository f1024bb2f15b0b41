"""How far the page can be trusted: a bar a year, filled, hollow, red."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from markupsafe import Markup

from dashboard.drawings.rows import draw_rows, mark
from everheard.report.data import Day, LocalGap

#: A gap of minutes is seen too.
_NARROWEST = 0.004


def draw_coverage(days: Sequence[Day], gaps: Sequence[LocalGap], *, label: str) -> Markup:
    """Draw the years from the first day to the last; open gaps are red."""
    years = range(days[0].play_date.year, days[-1].play_date.year + 1)
    rows = ((str(year), _draw_year(year, days, gaps)) for year in years)
    return draw_rows(rows, label=label, css="coverage")


def _draw_year(year: int, days: Sequence[Day], gaps: Sequence[LocalGap]) -> Iterator[str]:
    here = [day for day in days if day.play_date.year == year]
    for first, last, state in find_runs(here):
        said = f"{first} to {last}: {'measured' if state == 'm' else 'estimated'}"
        yield mark(_place(first, year), _place(last + timedelta(days=1), year), state, said)
    for gap in gaps:
        first, last = gap.start.date(), gap.end.date()
        if first.year <= year <= last.year:
            start = _place(max(first, date(year, 1, 1)), year)
            end = _place(min(last, date(year, 12, 31)), year)
            yield mark(start, max(end, start + _NARROWEST), "g", f"Not seen: {first} to {last}")


def find_runs(days: Sequence[Day]) -> Iterator[tuple[date, date, str]]:
    """Yield stretches of days as (first, last, "m" or "e"); a silent day goes with the one before.

    A day counts as measured when most of its time was.
    """
    start: date | None = None
    last: date | None = None
    state = ""
    for day in days:
        here = state
        if day.total.ms_listened:
            here = "m" if day.total.ms_measured * 2 >= day.total.ms_listened else "e"
        if here != state and start is not None and last is not None and state:
            yield start, last, state
            start = day.play_date
        if start is None and here:
            start = day.play_date
        state, last = here, day.play_date
    if start is not None and last is not None and state:
        yield start, last, state


def _place(day: date, year: int) -> float:
    return (day - date(year, 1, 1)).days / 366
