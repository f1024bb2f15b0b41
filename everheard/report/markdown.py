"""The daily report as Markdown: for a step summary, a terminal or a file."""

from __future__ import annotations

from everheard.report.data import RankedPlace
from everheard.report.day import DayReport, Report
from everheard.report.totals import Total
from everheard.report.words import (
    is_red,
    say_average,
    say_contact,
    say_count,
    say_date,
    say_day_certainty,
    say_silence,
    say_time,
    say_with_word,
)
from everheard.rims.columns import fit, measure
from everheard.rims.counted import say_counted
from everheard.rims.markdown import escape, fence, say
from everheard.rims.plain import to_line

#: List of the view -> what stands above it.
HEADS = {
    "artist": "Artists",
    "guest": "As guests",
    "song": "Songs",
    "new artist": "First heard",
}
_STEPS = "▁▂▃▄▅▆▇█"
_BAR_WIDTH = 20


def write_markdown(report: Report, *, shows_names: bool) -> str:
    """Return the report; without names it holds counts and times only, for public places."""
    today, yesterday = report.days
    who = f" · {escape(report.listener_name)}" if shows_names else ""
    lines = [f"## Daily report, {say_date(today.play_date)}{who}", ""]
    lines += _write_day(today, f"Today so far, until {report.now:%H:%M}", shows_names=shows_names)
    lines += _write_day(
        yesterday, f"Yesterday, {say_date(yesterday.play_date)}", shows_names=shows_names
    )
    lines += ["### The data", ""]
    lines += [f"- {say(said)}" for said in say_state(report, shows_names=shows_names)]
    return "\n".join([*lines, ""])


def say_state(report: Report, *, shows_names: bool) -> list[str]:
    """Say what needs attention: when it was last heard from, and by whom; gaps, the sign-in.

    A machine's name is one, too: often it is its owner's.
    """
    said = [_say_heard(report, report.last_contact_by if shows_names else "")]
    gaps = report.open_gaps
    if gaps:
        hours = sum(gap.hours for gap in gaps)
        said.append(
            f"{say_count(len(gaps), 'gap').capitalize()} open, {hours:.0f} h in all:"
            " an export from Spotify closes them (`python start.py import`)."
        )
    if report.sign_in_days_left is not None:
        most = "" if report.is_sign_in_exact else "at most "
        said.append(
            f"The sign-in at Spotify holds for {most}"
            f"{say_counted(report.sign_in_days_left, 'more day')}"
            " (`python start.py authorize` renews it)."
        )
    return said


def _say_heard(report: Report, contact: str) -> str:
    said = say_contact(report.last_contact_at, to_line(contact), report.newest_play_at)
    if report.last_contact_at:
        return said
    return f"{said} `python start.py job get_last_50` asks."


def say_day(day: DayReport) -> str:
    """Say a day in one line: time, plays, and how it compares."""
    total = day.total
    if not total.plays:
        return say_silence(total)
    word, reason = say_day_certainty(total)
    plays = say_count(total.plays, "play")
    if total.count_certainty != total.certainty:
        plays = say_with_word(plays, total.count_certainty)
    said = (
        f"{word.rstrip('.')} {say_time(total.ms)}, {plays}"
        f" of {say_count(day.song_count, 'song')} by {say_count(day.artist_count, 'artist')}."
    )
    if is_red(total.certainty):
        said += f" {reason}"
    if day.average_ms is not None:
        average = say_average(say_time(day.average_ms), day.average_day_count)
        said += f" {_compare(total, day.average_ms)} the average of the 30 days before: {average}."
    return said


def _compare(total: Total, average_ms: int) -> str:
    """Begin the sentence that compares; what was not wholly seen is not called less."""
    if is_red(total.certainty) or not average_ms:
        return "Beside it stands"
    pct = round(100 * total.ms / average_ms) - 100
    if pct >= 200:
        return f"That is {round(total.ms / average_ms):,} times"
    return (
        f"That is {abs(pct)}% {'more' if pct > 0 else 'less'} than" if pct else "That is as much as"
    )


def _write_day(day: DayReport, title: str, *, shows_names: bool) -> list[str]:
    lines = [f"### {title}", "", say_day(day), ""]
    if not day.total.plays:
        return lines
    lines += [*fence(_draw_hours(day)), ""]
    if not shows_names:
        found = say_count(day.new_artist_count, "artist")
        return [*lines, f"{found.capitalize()} heard for the first time.", ""]
    for name, head in HEADS.items():
        if day.lists.get(name):
            lines += [f"**{head}**", "", *fence(_draw_list(day.lists[name])), ""]
    return lines


def _draw_hours(day: DayReport) -> list[str]:
    sums = [sum(day.hours.get(hour, (0, 0))) for hour in range(24)]
    greatest = max(sums) or 1
    strokes = "".join(_STEPS[round(7 * ms / greatest)] if ms else " " for ms in sums)
    return [strokes, "0     6     12    18    "]


def _draw_list(places: tuple[RankedPlace, ...]) -> list[str]:
    greatest = max(place.total.ms for place in places) or 1
    names = [
        to_line(f"{one.name} ({one.artist_name})" if one.artist_name else one.name)
        for one in places
    ]
    width = min(max(map(measure, names)), 40)
    lines = []
    for name, place in zip(names, places, strict=True):
        time = say_time(place.total.ms)
        lines.append(f"{fit(name, width)}  {time:>8}  {_draw_bar(place, greatest)}")
    return lines


def _draw_bar(place: RankedPlace, greatest: int) -> str:
    """Draw measured time filled and estimated time hollow, as everywhere."""
    measured = round(_BAR_WIDTH * place.total.ms_measured / greatest)
    estimated = round(_BAR_WIDTH * place.total.ms_known_estimated / greatest)
    return "█" * measured + "░" * estimated
