"""Who stayed: a strip an artist, a stroke a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from dashboard.drawings.calendar import find_steps, name_step
from dashboard.drawings.svg import WIDTH, draw, line, rect, text
from everheard.report.book import ArtistMonths
from everheard.report.words import say_time

_LEFT, _TOP, _ROW = 200, 26, 27


def draw_strips(artists: Sequence[ArtistMonths], first: date, last: date, *, label: str) -> Markup:
    """Draw the artists' months from ``first`` to ``last`` (first days of months)."""
    month_count = _count_months(first, last) + 1
    pitch = (WIDTH - _LEFT) / month_count
    limits = find_steps([ms for artist in artists for ms in artist.ms_by_month.values()])
    marks = _draw_years(first, last, pitch)
    for row, artist in enumerate(artists):
        y = _TOP + row * _ROW
        marks.append(text(0, y + 16, _shorten(artist.name), "n"))
        marks.append(line(_LEFT, y + _ROW - 3.5, WIDTH, y + _ROW - 3.5, "grid"))
        for month, ms in sorted(artist.ms_by_month.items()):
            x = _LEFT + _count_months(first, month) * pitch
            said = f"{month:%b %Y}: {say_time(ms)}"
            width = pitch - min(1.2, pitch / 4)
            marks.append(rect(x, y + 1, width, 20, name_step(ms, limits), said))
    return draw(WIDTH, _TOP + len(artists) * _ROW, marks, label=label, css="strips wide")


def _draw_years(first: date, last: date, pitch: float) -> list[str]:
    marks = []
    if _count_months(first, last) < 24:
        for number in range(0, _count_months(first, last) + 1, 2):
            month = (first.month - 1 + number) % 12 + 1
            marks.append(text(_LEFT + number * pitch, 12, f"{date(2000, month, 1):%b}"))
        return marks
    for year in range(first.year, last.year + 1):
        start = max(date(year, 1, 1), first)
        if start.month < 10:
            marks.append(text(_LEFT + _count_months(first, start) * pitch, 12, str(year)))
    return marks


def _count_months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _shorten(name: str, most: int = 24) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"
