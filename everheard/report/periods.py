"""Read every period of a listener: its sums, lists and drawings."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from everheard.report.data import Period, PeriodStep, RankedPlace, Skips, Stretch
from everheard.report.reader import ViewReader
from everheard.report.totals import Total, to_seen_days, to_total

#: Lines read of each list; the pages show fewer.
MOST_PLACES = 25
#: The lists of a period, as Period calls them.
_LISTS = ("artists", "featured", "tracks", "albums")


def read_periods(reader: ViewReader) -> tuple[Period, ...]:
    """Return days first, then years, then all time."""
    rows = reader.read("periods")
    places = _read_places(reader, {row.period: row.first_date for row in rows})
    clocks: dict[str, dict[tuple[int, int], int]] = defaultdict(dict)
    for row in reader.read("clock"):
        clocks[row.period][row.weekday, row.hour_of_day] = row.ms_listened
    steps = _read_steps(reader)
    skips: dict[str, list[Skips]] = defaultdict(list)
    for row in reader.read("skips"):
        skips[row.period].append(Skips(row.artist_name, row.judged_count, row.skip_count))
    periods = [
        _to_period(
            row,
            weeks=tuple(steps[row.period, "week"]),
            months=tuple(steps[row.period, "month"]),
            clock=clocks[row.period],
            skips=tuple(skips[row.period]),
            **{name: tuple(places[row.period, name]) for name in _LISTS},
        )
        for row in rows
    ]
    return tuple(sorted(periods, key=_order))


def _read_places(
    reader: ViewReader, first_dates: dict[str, Any]
) -> dict[tuple[str, str], list[RankedPlace]]:
    """Return the lists by period and name; who was heard before the period is known."""
    credited = reader.read("artists", most=MOST_PLACES)
    lists = {
        "artists": [row for row in credited if row.credit == "all"],
        "featured": [row for row in credited if row.credit == "featured"],
        "tracks": reader.read("tracks", most=MOST_PLACES),
        "albums": reader.read("albums", most=MOST_PLACES),
    }
    places: dict[tuple[str, str], list[RankedPlace]] = defaultdict(list)
    for name, rows in lists.items():
        for row in rows:
            first = row.first_heard_date
            is_known = first is not None and first < first_dates[row.period]
            places[row.period, name].append(_to_place(row, is_known=is_known))
    return places


def _read_steps(reader: ViewReader) -> dict[tuple[str, str], list[PeriodStep]]:
    """Return weeks and months by period and unit."""
    steps: dict[tuple[str, str], list[PeriodStep]] = defaultdict(list)
    for row in reader.read("steps"):
        step = PeriodStep(row.first_date, row.last_date, to_total(row))
        steps[row.period, row.unit].append(step)
    return steps


def _to_period(row: Any, **beside: Any) -> Period:
    average = row.average_play_count
    return Period(
        row.period,
        row.first_date,
        row.last_date,
        to_total(row),
        seen_days=to_seen_days(row),
        previous=_to_previous(row),
        is_comparable=row.is_comparable,
        average_ms=row.average_ms,
        average_play_count=None if average is None else float(average),
        longest_streak=_to_longest_streak(row),
        active_day_count=row.active_day_count,
        excluded_play_count=row.excluded_play_count,
        **beside,
    )


def _order(period: Period) -> tuple[int, int]:
    kind = 2 if period.name == "all time" else int(period.is_year)
    return kind, 0 if kind == 2 else int(period.name.split()[0])


def _to_previous(row: Any) -> Total | None:
    """Return the period before, where there is one."""
    if row.previous_certainty is None:
        return None
    return Total(
        row.previous_play_count,
        row.previous_ms_listened,
        row.previous_ms_estimated,
        row.previous_certainty,
        row.previous_count_certainty,
    )


def _to_longest_streak(row: Any) -> Stretch | None:
    if row.longest_streak_day_count is None:
        return None
    return Stretch(
        row.longest_streak_first_date,
        row.longest_streak_last_date,
        row.longest_streak_day_count,
        row.longest_streak_certainty,
    )


def _to_place(row: Any, *, is_known: bool) -> RankedPlace:
    return RankedPlace(
        row.place,
        row.name,
        to_total(row),
        previous_place=row.previous_place,
        artist_name=row.artist_name,
        url=row.url,
        ms_as_main=row.ms_as_main,
        ms_as_featured=row.ms_as_featured,
        is_known=is_known,
        is_heard_next_year=getattr(row, "is_heard_next_year", True),
    )
