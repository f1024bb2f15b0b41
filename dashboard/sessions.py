"""How long at a stretch: sessions by their length."""

from __future__ import annotations

from typing import Any

from dashboard.drawings.bars import draw_count_bar
from everheard.report.data import ListenerData, Period
from everheard.report.words import say_time

#: Fewer sessions than this are not told.
_FEWEST = 7
_BINS = (
    (15, "under 15 min"),
    (30, "15 to 30 min"),
    (60, "30 to 60 min"),
    (120, "1 to 2 h"),
    (240, "2 to 4 h"),
)


def count_sessions(data: ListenerData, period: Period) -> tuple[list[dict[str, Any]], str]:
    """Return a line a length, and the longest in words; nothing for a few sessions."""
    here = [
        one for one in data.sessions if period.first_date <= one.session_date <= period.last_date
    ]
    if len(here) < _FEWEST:
        return [], ""
    counts = dict.fromkeys([*(name for _, name in _BINS), "over 4 h"], 0)
    for one in here:
        minutes = one.ms_listened / 60_000
        counts[next((name for limit, name in _BINS if minutes < limit), "over 4 h")] += 1
    greatest = max(counts.values())
    longest = max(here, key=lambda one: one.ms_listened)
    rows = [
        {"name": name, "count": count, "bar": draw_count_bar(count, greatest)}
        for name, count in counts.items()
    ]
    day = longest.session_date
    return rows, f"{say_time(longest.ms_listened)}, on {day.day} {day:%B %Y}"
