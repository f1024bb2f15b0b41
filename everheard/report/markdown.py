"""The daily report as Markdown: for a step summary, a terminal or a file."""

from __future__ import annotations

from everheard.report.data import RankedPlace
from everheard.report.day import DayReport, Report
from everheard.report.words import say_certainty, say_count, say_date, say_moment, say_time
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
    else:
        said.append("No gap is open.")
    if report.sign_in_days_left is not None:
        most = "" if report.is_sign_in_exact else "at most "
        said.append(
            f"The sign-in at Spotify holds for {most}{report.sign_in_days_left} more days"
            " (`python start.py authorize` renews it)."
        )
    return said


def _say_heard(report: Report, contact: str) -> str:
    if not report.last_contact_at:
        return "Not heard from yet: `python start.py job get_last_50` polls Spotify."
    by = f", by {to_line(contact)}" if contact else ""
    said = f"Last heard from {say_moment(report.last_contact_at)}{by}."
    if report.newest_play_at:
        said += f" The newest play then ended {say_moment(report.newest_play_at)}."
    return said


def say_day(day: DayReport) -> str:
    """Say a day in one line: time, plays, and how it compares."""
    if not day.total.play_count:
        return "No plays."
    word, _ = say_certainty(day.total, 1)
    plays = say_count(day.total.play_count, "play")
    said = (
        f"{word.rstrip('.')} {say_time(day.total.ms_listened)}, {plays}"
        f" of {say_count(day.song_count, 'song')} by {say_count(day.artist_count, 'artist')}."
    )
    if day.average_ms:
        compared = _compare(day.total.ms_listened, day.average_ms)
        said += (
            f" That is {compared} the average of the 30 days before, {say_time(day.average_ms)}."
        )
    return said


def _compare(ms: int, average_ms: int) -> str:
    pct = round(100 * ms / average_ms) - 100
    if pct >= 200:
        return f"{round(ms / average_ms):,} times"
    return f"{abs(pct)}% {'more' if pct > 0 else 'less'} than" if pct else "as much as"


def _write_day(day: DayReport, title: str, *, shows_names: bool) -> list[str]:
    lines = [f"### {title}", "", say_day(day), ""]
    if not day.total.play_count:
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
    greatest = max(place.total.ms_listened for place in places) or 1
    names = [
        to_line(f"{one.name} ({one.artist_name})" if one.artist_name else one.name)
        for one in places
    ]
    width = min(max(len(name) for name in names), 40)
    lines = []
    for name, place in zip(names, places, strict=True):
        time = say_time(place.total.ms_listened)
        lines.append(f"{name[:width]:<{width}}  {time:>8}  {_draw_bar(place, greatest)}")
    return lines


def _draw_bar(place: RankedPlace, greatest: int) -> str:
    """Draw measured time filled and estimated time hollow, as everywhere."""
    measured = round(_BAR_WIDTH * place.total.ms_measured / greatest)
    estimated = round(_BAR_WIDTH * place.total.ms_estimated / greatest)
    return "█" * measured + "░" * estimated
