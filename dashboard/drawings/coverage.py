"""How far the page can be trusted: a bar a year, filled, hollow, red."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from markupsafe import Markup

from dashboard.drawings.svg import WIDTH, draw, hollow, rect, text
from everheard.report.book import Day, Gap

_LEFT, _ROW = 52, 25


def draw_coverage(days: Sequence[Day], gaps: Sequence[Gap], *, label: str) -> Markup:
    """Draw the years from the first day to the last; open gaps are red."""
    first_year, last_year = days[0].play_date.year, days[-1].play_date.year
    marks = []
    for year in range(first_year, last_year + 1):
        y = (year - first_year) * _ROW
        marks.append(text(0, y + 14, str(year), "n"))
        here = [day for day in days if day.play_date.year == year]
        for first, last, state in find_runs(here):
            x = _place(first)
            width = _place(last + timedelta(days=1), year) - x
            said = f"{first} to {last}: {'measured' if state == 'm' else 'estimated'}"
            marks.append(
                rect(x, y + 3, width, 14, "m", said)
                if state == "m"
                else hollow(x, y + 3, width, 14, said)
            )
        for gap in gaps:
            marks += _draw_gap(gap, year, y)
    return draw(WIDTH, (last_year - first_year + 1) * _ROW, marks, label=label, css="coverage wide")


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


def _draw_gap(gap: Gap, year: int, y: float) -> list[str]:
    first, last = gap.start.date(), gap.end.date()
    if not first.year <= year <= last.year:
        return []
    x = _place(max(first, date(year, 1, 1)))
    end = _place(min(last, date(year, 12, 31)))
    return [rect(x, y, max(end - x, 3.5), 20, "g", f"Not seen: {first} to {last}")]


def _place(day: date, year: int | None = None) -> float:
    year = year or day.year
    return _LEFT + (WIDTH - _LEFT) * (day - date(year, 1, 1)).days / 366
