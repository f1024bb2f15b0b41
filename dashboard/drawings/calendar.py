"""The days of a stretch, week by week, and the months of all time."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import Markup

from dashboard.drawings.svg import WIDTH, draw, rect, text
from everheard.report.book import Day
from everheard.report.words import MINUTE_MS, say_time

STEPS = 5
_LEFT, _TOP = 32, 20
#: A year has at most 54 weeks: 864 of the 896 pixels.
PITCH = 16
_WEEKDAYS = {0: "Mon", 2: "Wed", 4: "Fri", 6: "Sun"}


def find_steps(values: Sequence[int]) -> list[int]:
    """Return the four limits between five steps: quantiles of what is not zero."""
    known = sorted(value for value in values if value > 0)
    if not known:
        return []
    return [known[min(len(known) * step // STEPS, len(known) - 1)] for step in range(1, STEPS)]


def name_step(value: int, limits: Sequence[int]) -> str:
    """Return the class of a step: ``k0`` for nothing, else ``k1`` to ``k5``."""
    return f"k{bisect_left(limits, value) + 1}" if value > 0 else "k0"


def draw_calendar(days: Sequence[Day], limits: Sequence[int], *, label: str) -> Markup:
    """Draw weeks as columns, Monday above; a red foot marks a day with a gap.

    A path a step, not a mark a day: ten years would weigh as much as all else. The minutes
    of every day go along, and book.js gives each day its name once the drawing is shown.
    """
    first = days[0].play_date - timedelta(days=days[0].play_date.weekday())
    marks = [text(0, _TOP + row * PITCH + 11, name) for row, name in _WEEKDAYS.items()]
    cells: dict[str, str] = defaultdict(str)
    for day in days:
        column, row = divmod((day.play_date - first).days, 7)
        x, y = _LEFT + column * PITCH, _TOP + row * PITCH
        step = name_step(day.total.ms_listened, limits)
        cells[step] += f"M{x}.5 {y}.5h13v13h-13z" if step == "k0" else f"M{x} {y}h14v14h-14z"
        if day.status != "complete":
            cells["g"] += f"M{x} {y + 11}h14v4h-14z"
        if day.play_date.day == 1 or (day is days[0] and day.play_date.day < 22):
            is_late = row > 0 and day is not days[0]
            marks.append(text(x + (PITCH if is_late else 0), 12, f"{day.play_date:%b}"))
    marks += [f'<path d="{cells[step]}" class="{step}"/>' for step in sorted(cells, key=_lay)]
    minutes = ",".join(
        f"{'+' if day.status == 'at least' else ''}{round(day.total.ms_listened / MINUTE_MS)}"
        for day in days
    )
    data = {"first": str(days[0].play_date), "minutes": minutes}
    height = _TOP + 7 * PITCH
    return draw(WIDTH, height, marks, label=label, css="calendar days wide", data=data)


def _lay(step: str) -> bool:
    """Put red over blue."""
    return step == "g"


def draw_months(days: Sequence[Day], *, label: str) -> Markup:
    """Draw years as rows and months as columns."""
    ms_by_month: dict[date, int] = {}
    open_months = set()
    for day in days:
        month = day.play_date.replace(day=1)
        ms_by_month[month] = ms_by_month.get(month, 0) + day.total.ms_listened
        if day.status != "complete":
            open_months.add(month)
    limits = find_steps(list(ms_by_month.values()))
    first_year, last_year = days[0].play_date.year, days[-1].play_date.year
    pitch, height = (WIDTH - 52) / 12, 24
    marks = [
        text(52 + (month - 1) * pitch, 12, f"{date(2000, month, 1):%b}") for month in range(1, 13)
    ]
    marks += [
        text(0, _TOP + (year - first_year) * height + 16, str(year))
        for year in range(first_year, last_year + 1)
    ]
    for month, ms in ms_by_month.items():
        x, y = 52 + (month.month - 1) * pitch, _TOP + (month.year - first_year) * height
        is_open = month in open_months
        said = f"{month:%B %Y}: {'at least ' if is_open else ''}{say_time(ms)}"
        marks.append(rect(x, y, pitch - 2.3, height - 2.3, name_step(ms, limits), said))
        if is_open:
            marks.append(rect(x, y + height - 5.3, pitch - 2.3, 4, "g"))
    return draw(
        WIDTH, _TOP + (last_year - first_year + 1) * height, marks, label=label, css="months wide"
    )
