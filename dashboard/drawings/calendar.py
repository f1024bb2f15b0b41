"""The days of a stretch, week by week, and the months of all time."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from markupsafe import Markup

from dashboard.drawings.rows import draw_rows, mark, name_place
from dashboard.drawings.svg import WIDTH, draw, text
from everheard.report.data import Day, PeriodStep
from everheard.report.totals import Total
from everheard.report.words import MINUTE_MS, is_red, say_known_time, say_time

STEPS = 5
_LEFT, _TOP = 32, 20
#: A year has at most 54 weeks: 864 of the 896 pixels.
PITCH = 16
#: The upright drawing, in the pixels of a small phone: type stays above 11.
_UPRIGHT_ROOM, _UPRIGHT_LEFT, _UPRIGHT_WIDTH, _UPRIGHT_HEIGHT = 320, 44, 28, 12
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


def draw_calendar(
    days: Sequence[Day],
    months: Sequence[PeriodStep],
    limits: Sequence[int],
    *,
    name: str,
    label: str,
) -> Markup:
    """Draw weeks as columns, and once more downwards for phones; a red foot marks a gap.

    A path a step, not a mark a day: ten years would weigh as much as all else. The upright
    drawing borrows those paths, so ``name`` must be the only one of its page. The minutes
    of every day go along, and pages.js gives each day its name once the drawing is shown.
    """
    cells: dict[str, str] = defaultdict(str)
    for day, (week, weekday) in _place(days):
        x, y = _LEFT + week * PITCH, _TOP + weekday * PITCH
        if day.total.ms_listened is None:
            continue
        step = name_step(day.total.ms, limits)
        cells[step] += f"M{x}.5 {y}.5h13v13h-13z" if step == "k0" else f"M{x} {y}h14v14h-14z"
    steps = "".join(f'<path d="{cells[step]}" class="{step}"/>' for step in cells)
    return _draw_lying(days, f'<g id="{name}">{steps}</g>', label) + _draw_upright(
        days, months, name, label
    )


def _place(days: Sequence[Day]) -> Iterator[tuple[Day, tuple[int, int]]]:
    """Yield each day with its week and weekday, from 0."""
    first = days[0].play_date - timedelta(days=days[0].play_date.weekday())
    for day in days:
        yield day, divmod((day.play_date - first).days, 7)


def _draw_lying(days: Sequence[Day], steps: str, label: str) -> Markup:
    marks = [text(0, _TOP + row * PITCH + 11, name) for row, name in _WEEKDAYS.items()]
    feet = ""
    for day, (week, weekday) in _place(days):
        x, y = _LEFT + week * PITCH, _TOP + weekday * PITCH
        if is_red(day.total.certainty):
            feet += f"M{x} {y + 11}h14v4h-14z"
        if day.play_date.day == 1 or (day is days[0] and day.play_date.day < 22):
            is_late = weekday > 0 and day is not days[0]
            marks.append(text(x + (PITCH if is_late else 0), 12, f"{day.play_date:%b}"))
    minutes = ",".join(_note_day(day) for day in days)
    data = {"first": str(days[0].play_date), "minutes": minutes}
    marks += [steps, *_draw_feet(feet)]
    return draw(WIDTH, _TOP + 7 * PITCH, marks, label=label, css="calendar days wide", data=data)


def _note_day(day: Day) -> str:
    """Return a day for pages.js: minutes, a plus before what is at least, a question mark."""
    if day.total.ms_listened is None:
        return "?"
    return f"{'+' if is_red(day.total.certainty) else ''}{round(day.total.ms / MINUTE_MS)}"


def _draw_upright(
    days: Sequence[Day], steps: Sequence[PeriodStep], name: str, label: str
) -> Markup:
    """Draw weeks as rows, with the time of each month beside them."""
    across, down = _UPRIGHT_WIDTH / PITCH, _UPRIGHT_HEIGHT / PITCH
    shift = f"{_UPRIGHT_LEFT - _TOP * across:g} {_TOP - _LEFT * down:g}"
    marks = [
        text(_UPRIGHT_LEFT + (row + 0.4) * _UPRIGHT_WIDTH, 12, letter, anchor="middle")
        for row, letter in enumerate("MTWTFSS")
    ]
    marks.append(f'<use href="#{name}" transform="matrix(0 {down:g} {across:g} 0 {shift})"/>')
    feet, week = "", 0
    totals = {step.first_date.replace(day=1): step.total for step in steps}
    named: set[date] = set()
    for day, (week, weekday) in _place(days):
        x, y = _UPRIGHT_LEFT + weekday * _UPRIGHT_WIDTH, _TOP + week * _UPRIGHT_HEIGHT
        month = day.play_date.replace(day=1)
        if is_red(day.total.certainty):
            feet += f"M{x} {y + 7}h24.5v3.5h-24.5z"
        # A month stands beside its first whole week; a first one of a few days has no room.
        if month not in named and (day is not days[0] or day.play_date.day < 15):
            marks += _name_month(month, totals[month], y + _UPRIGHT_HEIGHT * (weekday > 0))
        named.add(month)
    marks += _draw_feet(feet)
    height = _TOP + (week + 1) * _UPRIGHT_HEIGHT
    return draw(_UPRIGHT_ROOM, height, marks, label=label, css="calendar days upright")


def _name_month(month: date, total: Total, y: float) -> list[str]:
    marks = [text(0, y + 10, f"{month:%b}", "n")]
    if total.ms_listened is not None:
        marks.append(text(_UPRIGHT_ROOM, y + 10, say_time(total.ms), anchor="end"))
    if is_red(total.certainty):
        marks.append(text(_UPRIGHT_ROOM, y + 25, total.certainty, anchor="end"))
    return marks


def _draw_feet(way: str) -> list[str]:
    """Return the red over the blue."""
    return [f'<path d="{way}" class="g"/>'] if way else []


def draw_months(months: Sequence[PeriodStep], *, label: str) -> Markup:
    """Draw years as rows and months as columns."""
    limits = find_steps([step.total.ms for step in months])
    names = [
        name_place(month / 12, f"{date(2000, month + 1, 1):%b}", "odd" if month % 2 else "")
        for month in range(12)
    ]
    rows: dict[str, list[str]] = {"": names}
    for step in months:
        month = step.first_date.replace(day=1)
        start, end = (month.month - 1) / 12, (month.month - 1 + 0.96) / 12
        said = f"{month:%B %Y}: {say_known_time(step.total)}"
        row = rows.setdefault(str(month.year), [])
        if step.total.ms_listened is not None:
            row.append(mark(start, end, name_step(step.total.ms, limits), said))
        if is_red(step.total.certainty):
            row.append(mark(start, end, "g", said))
    return draw_rows(rows.items(), label=label, css="months")
