"""Who stayed: a strip an artist, a stroke a month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from markupsafe import Markup

from dashboard.drawings.calendar import find_steps, name_step
from dashboard.drawings.rows import draw_rows, mark, name_place
from everheard.report.data import ArtistMonths
from everheard.report.words import say_time

#: The part of a month's room that parts it from the next: narrow strokes need more of it.
_GAP, _NARROW_GAP, _MANY = 0.04, 0.12, 48


def draw_strips(artists: Sequence[ArtistMonths], first: date, last: date, *, label: str) -> Markup:
    """Draw the artists' months from ``first`` to ``last`` (first days of months)."""
    count = _count_months(first, last) + 1
    limits = find_steps([ms for artist in artists for ms in artist.ms_by_month.values()])
    rows = [(one.name, _draw_months(one, first, count, limits)) for one in artists]
    return draw_rows([("", _name_times(first, last)), *rows], label=label, css="strips")


def _draw_months(
    artist: ArtistMonths, first: date, count: int, limits: Sequence[int]
) -> Iterator[str]:
    stroke = 1 - (_NARROW_GAP if count > _MANY else _GAP)
    for month, ms in sorted(artist.ms_by_month.items()):
        place = _count_months(first, month)
        said = f"{month:%b %Y}: {say_time(ms)}"
        yield mark(place / count, (place + stroke) / count, name_step(ms, limits), said)


def _name_times(first: date, last: date) -> Iterator[str]:
    """Yield months, or years once there are two; a phone has room for every other one."""
    count = _count_months(first, last) + 1
    if count < 25:
        for number in range(0, count, 2):
            month = date(2000, (first.month - 1 + number) % 12 + 1, 1)
            yield name_place(number / count, f"{month:%b}", "odd" if number % 4 else "")
        return
    for year in range(first.year, last.year + 1):
        start = max(date(year, 1, 1), first)
        if start.month < 10:
            odd = "odd" if (last.year - year) % 2 else ""
            yield name_place(_count_months(first, start) / count, str(year), odd)


def _count_months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
