"""Cut a period into days, weeks or months."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from dashboard.drawings.bars import Slot
from everheard.report.data import Day, ListenerData, Period
from everheard.report.totals import Total
from everheard.report.words import is_red, say_known_time

#: Longest period drawn by day; longest drawn by week.
BY_DAY, BY_WEEK = 92, 366


def cut(data: ListenerData, period: Period) -> tuple[str, list[Slot]]:
    """Return the unit ("day", "week", "month") and a slot for each of the period's."""
    if period.day_count <= BY_DAY:
        days = data.find_days(period.first_date, period.last_date)
        pairs = [(day.play_date, day.total) for day in days]
        return "day", _make_slots(pairs, _name_day, _label_days(period.day_count))
    if period.day_count > BY_WEEK:
        label = _label_years if period.day_count > 3 * BY_WEEK else _label_months
        months = [(step.first_date.replace(day=1), step.total) for step in period.months]
        return "month", _make_slots(months, _name_month, label)
    weeks = [(step.first_date, step.total) for step in period.weeks]
    slots = _make_slots(weeks, _name_week, _label_months)
    return "week", _add_year_before(slots, data, period)


def cut_counts(days: Sequence[Day], count: Callable[[Day], int], most: int = 26) -> list[int]:
    """Return sums over at most ``most`` equal stretches of days, for a spark."""
    length = -(-len(days) // most) or 1
    return [
        sum(count(day) for day in days[start : start + length])
        for start in range(0, len(days), length)
    ]


def _make_slots(
    totals: Sequence[tuple[date, Total]],
    name: Callable[[date], str],
    label: Callable[[date, date | None], str],
) -> list[Slot]:
    slots = []
    before: date | None = None
    for start, total in totals:
        title = f"{name(start)}: {say_known_time(total)}"
        measured, estimated = total.ms_measured, total.ms_known_estimated
        is_open = is_red(total.certainty)
        slots.append(Slot(title, measured, estimated, is_open, label(start, before)))
        before = start
    return slots


def _add_year_before(slots: list[Slot], data: ListenerData, period: Period) -> list[Slot]:
    first = _shift_year(period.first_date)
    if first < data.days[0].play_date:
        return slots
    by_week: dict[int, int] = {}
    for day in data.find_days(first, first + timedelta(days=365)):
        week = (day.play_date - first).days // 7
        by_week[week] = by_week.get(week, 0) + day.total.ms
    return [
        Slot(
            slot.title,
            slot.ms_measured,
            slot.ms_estimated,
            slot.is_open,
            slot.label,
            by_week.get(week, 0),
        )
        for week, slot in enumerate(slots)
    ]


def _shift_year(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _name_day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _name_week(day: date) -> str:
    return f"Week from {day.day} {day:%b %Y}"


def _name_month(day: date) -> str:
    return f"{day:%B %Y}"


def _label_days(day_count: int) -> Callable[[date, date | None], str]:
    def label(day: date, before: date | None) -> str:
        if day_count <= 14:
            return f"{day:%a} {day.day}"
        if before is None or (day.weekday() == 0 and day_count <= 31) or day.day == 1:
            return f"{day.day} {day:%b}"
        return ""

    return label


def _label_months(day: date, before: date | None) -> str:
    if before is None:
        return f"{day:%b}" if day.day < 15 else ""
    return f"{day:%b}" if day.month != before.month else ""


def _label_years(day: date, before: date | None) -> str:
    return str(day.year) if day.month == 1 or (before is None and day.month < 8) else ""
