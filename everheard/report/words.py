"""How numbers, times and their certainty are said; the same words on every page."""

from __future__ import annotations

from datetime import date, datetime

from everheard.report.data import Total

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
#: certainty -> the word that stands before a number, and the rule under it.
RULES = {
    "exact": "double",
    "about": "single",
    "at least": "broken",
    "not fully seen": "broken",
}
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def say_time(ms: int) -> str:
    """Say a time as hours and minutes: "117 h 15", "42 min"."""
    minutes = round(ms / MINUTE_MS)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60:,} h {minutes % 60:02}"


def say_hours(ms: int) -> tuple[str, str]:
    """Return a large number and its unit: hours from 100 on, else hours and minutes."""
    if ms >= 100 * HOUR_MS:
        return f"{ms // HOUR_MS:,}", "h"
    if ms >= HOUR_MS:
        minutes = ms // MINUTE_MS
        return f"{minutes // 60} h {minutes % 60:02}", ""
    return f"{ms // MINUTE_MS}", "min"


def say_count(number: int, one: str, many: str | None = None) -> str:
    """Say how many of something: "no plays", "one play", "12 plays"."""
    word = _SMALL[number] if number < len(_SMALL) else f"{number:,}"
    return f"{word} {one if number == 1 else many or one + 's'}"


def say_date(day: date, *, year: bool = True) -> str:
    """Say a date: "20 November 2026"."""
    return f"{day.day} {day:%B}" + (f" {day.year}" if year else "")


def say_moment(moment: datetime) -> str:
    """Say a moment: "20 November 2026, 18:04"."""
    return f"{say_date(moment.date())}, {moment:%H:%M}"


def say_days(first: date, last: date) -> str:
    """Say a stretch of days: "1 January to 20 November 2026"."""
    if first == last:
        return say_date(first)
    return f"{say_date(first, year=first.year != last.year)} to {say_date(last)}"


def say_certainty(total: Total, gap_count: int) -> tuple[str, str]:
    """Return how sure a total is: the word before the number, and the reason in a sentence."""
    estimated = round(100 * total.ms_estimated / total.ms_listened) if total.ms_listened else 0
    part = f"{max(estimated, 1)}% of the time is" if estimated < 100 else "The time is"
    missing = "Nobody looked for a part of it."  # days before the first poll, after an import
    if gap_count:
        missing = say_count(gap_count, "stretch was", "stretches were").capitalize() + " not seen."
    if total.certainty == "at least":
        return "At least.", f"{missing} An export from Spotify would close this."
    if total.certainty == "not fully seen":
        return "Not fully seen.", f"{missing} {part} estimated. An export would settle both."
    if total.certainty == "about":
        return "About.", f"Every play was seen. {part} estimated from the length of tracks."
    return "Exact.", "All of it was measured, and nothing is missing."


def say_place_change(place: int, previous: int | None, *, is_known: bool) -> str:
    """Say how a place moved: "up 2", "down 1", "same", "back", "new"."""
    if previous is None:
        return "back" if is_known else "new"
    if previous == place:
        return "same"
    return f"up {previous - place}" if previous > place else f"down {place - previous}"


def say_difference(now: int, before: int, what: str) -> str:
    """Say how two counts differ: "1,902 more than before"."""
    if now == before:
        return f"as many as {what}"
    return f"{abs(now - before):,} {'more' if now > before else 'fewer'} than {what}"
