"""How numbers, times and their certainty are said; the same words on every page."""

from __future__ import annotations

from datetime import date, datetime

from everheard.report.data import Year
from everheard.report.totals import SeenDays, Total

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
#: The words of the views -> the rule under a number, and whether red ink says "not seen".
RULES = {
    "exact": "double",
    "about": "single",
    "at least": "broken",
    "not fully seen": "broken",
    "not seen": "unseen",
}
_RED = {"broken", "unseen"}
#: What stands where there is no number.
NO_NUMBER = "–"
_EXPORT = "An export from Spotify would"
_UNKNOWN_LENGTH = "Of some the length is not known, and they count no time."
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def say_time(ms: int) -> str:
    """Say a time as hours and minutes: "117 h 15", "42 min"."""
    minutes = round(ms / MINUTE_MS)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60:,} h {minutes % 60:02}"


def say_hours(ms: int | None) -> tuple[str, str]:
    """Return a large number and its unit: hours from 100 on, else hours and minutes."""
    if ms is None:
        return NO_NUMBER, ""
    if ms >= 100 * HOUR_MS:
        return f"{ms // HOUR_MS:,}", "h"
    if ms >= HOUR_MS:
        minutes = ms // MINUTE_MS
        return f"{minutes // 60} h {minutes % 60:02}", ""
    return f"{ms // MINUTE_MS}", "min"


def say_count(number: int, one: str, many: str | None = None) -> str:
    """Say how many of something: "no plays", "one play", "12 plays"."""
    return f"{_say_small(number)} {one if number == 1 else many or one + 's'}"


def _say_small(number: int) -> str:
    return _SMALL[number] if number < len(_SMALL) else f"{number:,}"


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


def is_red(certainty: str) -> bool:
    """Tell whether red ink marks what this word stands beside: a part, or all, was not seen."""
    return RULES[certainty] in _RED


def is_hollow(certainty: str) -> bool:
    """Tell whether a day of this word is drawn hollow: some of its time is estimated."""
    return certainty in {"about", "not fully seen"}


def say_word(certainty: str) -> str:
    """Return the word that stands before a number: "At least."."""
    return f"{certainty.capitalize()}."


def say_certainty(total: Total, seen: SeenDays) -> tuple[str, str]:
    """Return how sure a total is: the word before the number, and the reason in a sentence."""
    return say_word(total.certainty), _say_reason(total, say_seen_days(seen))


def say_day_certainty(total: Total) -> tuple[str, str]:
    """Do as ``say_certainty`` does for one day."""
    return say_word(total.certainty), _say_reason(total, "A part of the day was not seen.")


def say_silence(total: Total) -> str:
    """Say a day without a known play."""
    return {
        "exact": "No plays.",
        "at least": "At least: no play is known, and a part of the day was not seen.",
        "not seen": "Not seen. Nobody looked, and no play is known.",
    }[total.certainty]


def _say_reason(total: Total, missing: str) -> str:
    estimated = total.ms_known_estimated
    part = f"{say_time(estimated)} of the time is estimated"
    how = f"{part} from the length of tracks." if estimated else _UNKNOWN_LENGTH
    return {
        "exact": "All of it was measured, and nothing is missing.",
        "about": f"Every play was seen. {how}",
        "at least": f"{missing} {_EXPORT} close this.",
        "not fully seen": f"{missing} {f'{part}.' if estimated else _UNKNOWN_LENGTH}"
        " An export would settle both.",
        "not seen": f"Nobody looked, and nothing is known. {_EXPORT} tell.",
    }[total.certainty]


def say_seen_days(seen: SeenDays) -> str:
    """Say which days were not seen: "Three days were not seen, one in part."."""
    unseen = say_count(seen.unseen, "day was", "days were").capitalize()
    if not seen.partly:
        return f"{unseen} not seen." if seen.unseen else "A part of it was not seen."
    if not seen.unseen:
        return f"{say_count(seen.partly, 'day was', 'days were').capitalize()} seen in part only."
    return f"{unseen} not seen, {_say_small(seen.partly)} in part only."


def say_year(year: Year) -> tuple[str, str]:
    """Return what a statement is, and what it rests on: "Open.", "The year is not over."."""
    if year.status == "open":
        return "Open.", "The year is not over."
    if year.status == "closed":
        return "Closed.", "Reconciled with Spotify's export."
    return say_certainty(year.total, year.seen_days)


def say_so_far(year: Year) -> tuple[str, str] | None:
    """Say how sure an open year is so far; of any other its stamp says that."""
    return say_certainty(year.total, year.seen_days) if year.status == "open" else None


def say_plays(total: Total) -> str:
    """Say a count with its word: "1,204", "at least 12"; a dash where there is none."""
    if total.play_count is None:
        return NO_NUMBER
    return say_with_word(f"{total.play_count:,}", total.count_certainty)


def say_number(count: int | None) -> str:
    """Say a count whose word stands elsewhere; a dash where there is none."""
    return NO_NUMBER if count is None else f"{count:,}"


def say_head(name: str, certainty: str) -> str:
    """Return a figure's head with its word: "Plays, at least"."""
    return name if RULES[certainty] == "double" else f"{name}, {certainty}"


def say_with_word(number: str, certainty: str) -> str:
    """Return a number with its word before it, unless it is exact."""
    return number if RULES[certainty] == "double" else f"{certainty} {number}"


def say_known_time(total: Total) -> str:
    """Say a total's time with its word: "about 42 min", "not seen"."""
    if total.ms_listened is None:
        return total.certainty
    return say_with_word(say_time(total.ms_listened), total.certainty)


def say_average(said: str, day_count: int) -> str:
    """Say an average, and over how many days: "42 min a day, over 25 wholly seen days"."""
    return f"{said} a day, over {day_count:,} wholly seen days"


def say_contact(contact_at: datetime | None, by: str, newest_play_at: datetime | None) -> str:
    """Say when Spotify was last asked for plays, and by whom; and what is the newest of them."""
    newest = f" The newest play ended {say_moment(newest_play_at)}." if newest_play_at else ""
    if not contact_at:
        return f"Spotify was not asked for plays yet.{newest}"
    return f"Last heard from {say_moment(contact_at)}{f', by {by}' if by else ''}.{newest}"


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
