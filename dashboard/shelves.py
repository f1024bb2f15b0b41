"""What the pages show beside the periods: strips, shares, lists, coverage, jobs."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from dashboard.drawings.coverage import draw_coverage
from dashboard.drawings.lines import draw_new_share
from dashboard.drawings.ratings import draw_ratings, find_outliers
from dashboard.drawings.strips import draw_strips
from dashboard.names import sort_by_time
from everheard.report.data import Comeback, ListenerData, Period, RatedAlbum
from everheard.report.words import (
    is_red,
    say_certainty,
    say_count,
    say_date,
    say_known_time,
    say_moment,
    say_place_change,
    say_plays,
    say_seen_days,
    say_time,
    say_with_word,
)

_FEWEST_MONTHS = 7
_MOST_ROWS = 12
#: Ratings are shown from this many on.
_FEWEST_RATINGS = 10


def show_strips(data: ListenerData) -> Markup:
    """Draw who stayed, once there are months enough."""
    months = {month for artist in data.artist_months for month in artist.ms_by_month}
    if len(months) < _FEWEST_MONTHS:
        return Markup("")
    first, last = min(months), data.days[-1].play_date.replace(day=1)
    return draw_strips(data.artist_months, first, last, label="Artists by month")


def show_new_share(data: ListenerData) -> Markup:
    """Draw the share of new artists; the first year is left out, when everyone is new."""
    first = data.days[0].play_date
    known = [
        share
        for share in data.new_shares
        if (share.month.year - first.year) * 12 + share.month.month - first.month >= 12
    ]
    if len(known) < _FEWEST_MONTHS:
        return Markup("")
    return draw_new_share(known, label="Share of time with new artists, by month")


def show_coverage(data: ListenerData) -> tuple[Markup, dict[str, Any]]:
    """Draw the years, and say in a sentence how far they can be trusted."""
    drawing = draw_coverage(data.days, label="Coverage by year")
    ever = data.periods[-1]
    word, reason = say_certainty(ever.total, ever.seen_days)
    seen = f"{ever.seen_days.wholly:,} of {say_count(ever.day_count, 'day')} were wholly seen."
    is_red_word = is_red(ever.total.certainty)
    return drawing, {"word": word, "reason": f"{reason} {seen}", "is_red": is_red_word}


def say_missing(data: ListenerData) -> str:
    """Say what was not seen of all time; nothing where all of it was."""
    if not data.periods or not is_red(data.periods[-1].total.certainty):
        return ""
    return say_seen_days(data.periods[-1].seen_days)


def show_early_days(data: ListenerData) -> list[dict[str, str]]:
    """Return the first week, day by day."""
    return [
        {
            "name": f"{day.play_date:%A}, {say_date(day.play_date, year=False)}",
            "plays": say_plays(day.total),
            "time": say_known_time(day.total),
        }
        for day in data.days
    ]


def find_first_heard(data: ListenerData, period: Period) -> list[dict[str, str | None]]:
    """Return the artists first heard in a period; nothing where all of them were."""
    if period.first_date <= data.days[0].play_date:
        return []
    found = [one for one in data.artists if period.first_date <= one.first_date <= period.last_date]
    return [
        {
            "name": one.name,
            "url": one.url,
            "first": say_date(one.first_date),
            "plays": f"{one.total.plays:,}",
            "time": say_time(one.total.ms),
        }
        for one in sort_by_time(found)[:_MOST_ROWS]
    ]


def list_comebacks(data: ListenerData) -> list[dict[str, str | None]]:
    """Return the newest returns."""
    newest = sorted(data.comebacks, key=lambda one: one.returned, reverse=True)
    return [
        {
            "name": one.artist_name,
            "url": one.url,
            "away": _say_away(one),
            "back": say_date(one.returned),
            "time": say_time(one.ms_since),
        }
        for one in newest[:_MOST_ROWS]
    ]


def _say_away(one: Comeback) -> str:
    years, months = one.away_day_count // 365, one.away_day_count % 365 // 30
    said = say_count(years, "year") + (f", {say_count(months, 'month')}" if months else "")
    return f"{said}; {one.certainty}" if is_red(one.certainty) else said


def list_ratings(data: ListenerData) -> list[dict[str, str | None]]:
    """Return the best rated albums, once there are enough to rank."""
    if len(data.ratings) < _FEWEST_RATINGS:
        return []
    return [
        {
            "place": str(one.place),
            "name": one.album_name,
            "artist": one.artist_name,
            "url": one.url,
            "move": say_place_change(one.place, one.place + one.places_up, is_known=True)
            if one.places_up
            else "",
            "rating": f"{one.rating:.0f}",
            "time": say_time(one.ms_listened),
        }
        for one in data.ratings[:25]
    ]


def show_ratings(data: ListenerData) -> tuple[Markup, list[str]]:
    """Draw ratings against time heard, and say in words what stands out."""
    if len(data.ratings) < _FEWEST_RATINGS:
        return Markup(""), []
    outliers = find_outliers(data.ratings)
    drawing = draw_ratings(data.ratings, outliers, label="Albums by rating and time heard")
    unheard = sum(not one.ms_listened for one in data.ratings)
    missing = f"; {say_count(unheard, 'was', 'were')} never heard" if unheard else ""
    said = [f"{say_count(len(data.ratings), 'album').capitalize()} rated{missing}."]
    for what, found in (
        ("Praised and hardly heard", outliers.praised),
        ("Heard much and rated low", outliers.worn),
    ):
        if found:
            said.append(f"{what}: {'; '.join(map(_say_rating, found))}.")
    return drawing, said


def _say_rating(one: RatedAlbum) -> str:
    time = say_time(one.ms_listened) if one.ms_listened else "never"
    return f"{one.album_name} by {one.artist_name} ({one.rating:.0f}, {time})"


def list_releases(data: ListenerData) -> list[dict[str, str | None]]:
    """Return the newest releases."""
    return [
        {
            "name": one.album_name,
            "artist": one.artist_name,
            "url": one.url,
            "found": say_date(one.found_date),
        }
        for one in data.releases[:_MOST_ROWS]
    ]


def list_streaks(data: ListenerData) -> list[dict[str, str]]:
    """Return the five longest runs of days, once the longest is a week."""
    longest = sorted(data.streaks, key=lambda one: -one.length)[:5]
    if not longest or longest[0].length < _FEWEST_MONTHS:
        return []
    return [
        {
            "first": say_date(one.first),
            "last": say_date(one.last),
            "length": say_with_word(f"{one.length:,}", one.certainty),
        }
        for one in longest
    ]


def list_gaps(data: ListenerData) -> dict[str, list[dict[str, str]]]:
    """Return open gaps and closed ones, newest first."""
    rows: dict[str, list[dict[str, str]]] = {"open_gaps": [], "closed_gaps": []}
    for gap in sorted(data.gaps, key=lambda one: one.start, reverse=True):
        row = {
            "start": say_moment(gap.start),
            "end": say_moment(gap.end),
            "hours": f"{gap.hours:,.1f}",
            "by": gap.closed_by or "",
        }
        rows["open_gaps" if gap.is_open else "closed_gaps"].append(row)
    return rows


def list_jobs(data: ListenerData) -> dict[str, Any]:
    """Return how the jobs are doing, and how long the sign-in holds."""
    jobs = [
        {
            "name": job.name,
            "last": say_moment(job.last_run_at) if job.last_run_at else "",
            "outcome": job.last_outcome + (f" on {job.last_runner}" if job.last_runner else ""),
            "runs": f"{job.run_count:,}",
            "failed": f"{job.failed_count:,}",
            "between": _say_between(job.median_minutes, job.longest_minutes),
        }
        for job in data.jobs
    ]
    said = ""
    if data.sign_in_days_left is not None:
        most = "" if data.is_sign_in_exact else "at most "
        said = f"The sign-in at Spotify holds for {most}{data.sign_in_days_left} more days."
    return {"jobs": jobs, "sign_in_said": said}


def _say_between(median: float | None, longest: float | None) -> str:
    if median is None or longest is None:
        return ""
    return f"{say_time(int(median * 60_000))}, {say_time(int(longest * 60_000))}"
