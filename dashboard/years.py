"""A year as a statement of account: the long page under the picture."""

from __future__ import annotations

from datetime import date
from typing import Any

from dashboard.panels import make_rows
from everheard.report.data import ListenerData, Period, RankedPlace, Year
from everheard.report.words import (
    RULES,
    is_red,
    say_date,
    say_hours,
    say_so_far,
    say_time,
    say_with_word,
    say_year,
)


def make_year_page(data: ListenerData, year: Year, period: Period) -> dict[str, Any]:
    """Return what the page of a year shows beside its picture."""
    number, unit = say_hours(year.total.ms_listened)
    word, reason = say_year(year)
    sure = _say_so_far(year)
    return {
        "year": year,
        "years": list(reversed(data.years)),
        "rule": RULES[year.total.certainty],
        "stamp": {
            "word": word,
            "reason": reason,
            "is_red": is_red(year.total.certainty) and not sure,
        },
        "sure": sure,
        "number": number,
        "unit": unit,
        "artists": make_rows(period, period.artists),
        "months": [
            {
                "name": f"{month.month:%B}",
                "artist": {"name": month.artist_name, "url": month.url},
                "time": say_time(month.ms_listened),
                "found": {"name": month.first_heard, "url": month.first_heard_url},
            }
            for month in year.months
        ],
        "marks": _list_marks(data, year),
    }


def _say_so_far(year: Year) -> dict[str, Any] | None:
    said = say_so_far(year)
    return said and {"word": said[0], "reason": said[1], "is_red": is_red(year.total.certainty)}


def _list_marks(data: ListenerData, year: Year) -> list[tuple[str, str]]:
    days = say_with_word(f"{year.active_day_count:,}", year.total.count_certainty)
    marks = [("Days with music", days)]
    if year.longest_day:
        day = say_date(year.longest_day, year=False)
        marks.append(("The longest day", f"{day}, {say_time(year.longest_day_ms)}"))
    if year.longest_session_date:
        day = say_date(year.longest_session_date, year=False)
        marks.append(("The longest stretch", f"{day}, {say_time(year.longest_session_ms)}"))
    if year.longest_streak_days > 1:
        streak = say_with_word(f"{year.longest_streak_days:,} days", year.longest_streak_certainty)
        marks.append(("The longest streak", streak))
    if year.top_track_name:
        marks.append(("The song", year.top_track_name))
    if year.top_album_name:
        marks.append(("The record", year.top_album_name))
    back = [one for one in data.comebacks if one.returned.year == year.year]
    if back:
        best = max(back, key=lambda one: one.ms_since)
        marks.append(("The comeback", f"{best.artist_name}, after {best.away_day_count:,} days"))
    dropped = find_dropped(data, year)
    if dropped:
        time = f"{say_time(dropped.total.ms)} in {year.year - 1}, none in {year.year}"
        marks.append(("The record that was dropped", f"{_say_record(dropped)}: {time}"))
    return marks


def find_dropped(data: ListenerData, year: Year) -> RankedPlace | None:
    """Return the record with the most time in the year before that was not heard once in this.

    Of the lists' first places only; and not of a year that has hardly begun.
    """
    periods = {period.name: period for period in data.periods}
    before = periods.get(str(year.year - 1))
    if before is None or periods[str(year.year)].last_date < date(year.year, 7, 1):
        return None
    return next((album for album in before.albums if not album.is_heard_next_year), None)


def _say_record(album: RankedPlace) -> str:
    return f"{album.name} by {album.artist_name}" if album.artist_name else album.name
