"""Turn a data into what the templates print: words, numbers and drawings, period by period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from dashboard.drawings.bars import draw_bars, draw_inline_bar, draw_spark
from dashboard.drawings.calendar import draw_calendar, draw_months, find_steps
from dashboard.drawings.clock import draw_clock
from dashboard.drawings.lines import draw_skips
from dashboard.sessions import count_sessions
from dashboard.slots import BY_DAY, BY_WEEK, cut, cut_counts
from everheard.report.data import ListenerData, Period, RankedPlace
from everheard.report.words import (
    RULES,
    is_red,
    say_average,
    say_certainty,
    say_count,
    say_days,
    say_difference,
    say_head,
    say_hours,
    say_known_time,
    say_number,
    say_place_change,
    say_time,
)

#: Fewer marks than this are not drawn.
FEWEST_MARKS = 7
_LABELS = {
    "7 days": "7 days",
    "30 days": "30",
    "90 days": "90",
    "365 days": "365",
    "all time": "All",
}


@dataclass(frozen=True)
class Figure:
    """One figure under the large number."""

    name: str
    value: str
    note: str
    spark: Markup = field(default_factory=Markup)


@dataclass(frozen=True)
class Row:
    """One line of a list: a place, how it moved, a name and its time."""

    place: int
    move: str
    name: str
    under: str
    url: str | None
    plays: str
    time: str
    bar: Markup
    as_main: str = ""
    as_featured: str = ""


@dataclass(frozen=True)
class Panel:
    """Everything that changes with the period."""

    anchor: str
    label: str
    title: str
    days: str
    word: str
    reason: str
    rule: str
    is_red: bool
    number: str
    unit: str
    against: str
    spark: Markup
    excluded: str
    figures: Sequence[Figure]
    drawings: dict[str, Markup]
    unit_of_bars: str
    has_before: bool
    artists: Sequence[Row]
    featured: Sequence[Row]
    tracks: Sequence[Row]
    albums: Sequence[Row]
    change_against: str
    sessions: Sequence[dict[str, Any]]
    longest_session: str


def choose_periods(data: ListenerData) -> list[Period]:
    """Return the periods worth choosing: none that shows the same as a shorter ledger's all."""
    if not data.days:
        return []
    length = (data.days[-1].play_date - data.days[0].play_date).days + 1
    chosen = [
        period
        for period in data.periods
        if period.name == "all time"
        or (period.is_year and length > BY_DAY)
        or (not period.is_year and period.day_count < length)
    ]
    return [period for period in chosen if period.total.plays or period.name == "all time"]


def choose_first(periods: Sequence[Period], year: int) -> Period:
    """Return the period shown first: this year once it has a month, else all there is."""
    for period in periods:
        if period.name == str(year) and period.day_count >= 31:
            return period
    return periods[-1]


def make_panel(data: ListenerData, period: Period) -> Panel:
    """Assemble one period."""
    days = data.find_days(period.first_date, period.last_date)
    word, reason = say_certainty(period.total, period.seen_days)
    number, unit = say_hours(period.total.ms_listened)
    unit_of_bars, _ = slots = cut(data, period)
    sessions, longest = count_sessions(data, period)
    return Panel(
        anchor=_name_anchor(period),
        label=_LABELS.get(period.name, period.name),
        title=_name_period(period),
        days=say_days(period.first_date, period.last_date),
        word=word,
        reason=reason,
        rule=RULES[period.total.certainty],
        is_red=is_red(period.total.certainty),
        number=number,
        unit=unit,
        against=_say_against(period),
        spark=draw_spark(cut_counts(days, lambda day: day.total.ms)),
        excluded=_say_excluded(period),
        figures=_make_figures(data, period),
        drawings=_draw(data, period, slots),
        unit_of_bars=unit_of_bars,
        has_before=any(slot.ms_before for slot in slots[1]),
        artists=make_rows(period, period.artists),
        featured=make_rows(period, period.featured),
        tracks=make_rows(period, period.tracks),
        albums=make_rows(period, period.albums),
        change_against=_name_before(period) if period.previous else "",
        sessions=sessions,
        longest_session=longest,
    )


def _name_anchor(period: Period) -> str:
    return period.name.replace(" ", "-")


def _name_period(period: Period) -> str:
    if period.name == "all time":
        return "All time"
    return period.name if period.is_year else f"Last {period.name}"


def _name_before(period: Period) -> str:
    if period.is_year:
        return str(int(period.name) - 1)
    return f"the {period.name} before"


def _name_before_now(period: Period) -> str:
    """Name the period before, as far as it is compared: of the running year the same days."""
    is_running = period.is_year and (period.last_date.month, period.last_date.day) != (12, 31)
    return _name_before(period) + (" by this day" if is_running else "")


def _say_against(period: Period) -> str:
    """Say how the time compares with the period before, where both were wholly seen."""
    previous = period.previous
    if not previous or not previous.plays:
        if period.average_ms is None:
            return ""
        return say_average(say_time(period.average_ms), period.seen_days.wholly)
    if not period.is_comparable:
        return f"{say_known_time(previous)} in {_name_before_now(period)}"
    change = period.total.ms - previous.ms
    word = "more" if change > 0 else "less"
    return f"{say_time(abs(change))} {word} than {_name_before_now(period)}"


def _say_excluded(period: Period) -> str:
    if not period.excluded_play_count:
        return ""
    return f"{say_count(period.excluded_play_count, 'play')} left out by your rules.".capitalize()


def _make_figures(data: ListenerData, period: Period) -> list[Figure]:
    days = data.find_days(period.first_date, period.last_date)
    total, previous = period.total, period.previous
    plays = ""
    if previous and previous.plays and period.is_comparable:
        plays = say_difference(total.plays, previous.plays, _name_before_now(period))
    elif period.average_play_count is not None:
        plays = say_average(f"{period.average_play_count:.0f}", period.seen_days.wholly)
    found = [one for one in data.artists if period.first_date <= one.first_date <= period.last_date]
    known = sum(one.first_date < period.first_date for one in data.artists)
    found_days = {one.first_date: 0 for one in found}
    for one in found:
        found_days[one.first_date] += 1
    figures = [
        Figure(say_head("Plays", total.count_certainty), say_number(total.play_count), plays,
               draw_spark(cut_counts(days, lambda day: day.total.plays))),
        Figure(say_head("Days with music", total.count_certainty),
               say_number(period.active_day_count), f"of {period.day_count:,}",
               draw_spark(cut_counts(days, lambda day: int(day.total.plays > 0)))),
        Figure("Artists first heard", f"{len(found):,}",
               f"{known:,} known before" if known else "from the first day on",
               draw_spark(cut_counts(days, lambda day: found_days.get(day.play_date, 0)))),
    ]  # fmt: skip
    streak = period.longest_streak
    if streak:
        figures.append(
            Figure(
                say_head("Longest streak", streak.certainty),
                f"{streak.length} d",
                say_days(streak.first, streak.last),
                _draw_streak(days),
            )
        )
    return figures


def _draw_streak(days: Sequence[Any]) -> Markup:
    lengths, length = [], 0
    for day in days:
        length = length + 1 if day.total.plays else 0
        lengths.append(length)
    step = -(-len(lengths) // 60) or 1
    return draw_spark([max(lengths[at : at + step]) for at in range(0, len(lengths), step)])


def _draw(
    data: ListenerData, period: Period, slots: tuple[str, Sequence[Any]]
) -> dict[str, Markup]:
    """Draw what has enough marks; a missing name means a section left out."""
    days = data.find_days(period.first_date, period.last_date)
    title = _name_period(period)
    drawings: dict[str, Markup] = defaultdict(Markup)
    if BY_DAY < period.day_count <= BY_WEEK:
        limits = find_steps([day.total.ms for day in data.days])
        name = f"days-{_name_anchor(period)}"
        label = f"Time by day, {title}"
        drawings["calendar"] = draw_calendar(days, period.months, limits, name=name, label=label)
    elif period.day_count > BY_WEEK:
        drawings["months"] = draw_months(period.months, label=f"Time by month, {title}")
    unit, bars = slots
    if len(bars) >= FEWEST_MARKS and period.total.ms:
        room = 53 if period.is_year and unit == "week" else None
        drawings["bars"] = draw_bars(bars, label=f"Hours by {unit}, {title}", unit_count=room)
    if sum(ms > 0 for ms in period.clock.values()) >= FEWEST_MARKS:
        name = f"week-{_name_anchor(period)}"
        label = f"Time by weekday and hour, {title}"
        drawings["clock"] = draw_clock(period.clock, name=name, label=label)
    if len(period.skips) >= FEWEST_MARKS:
        drawings["skips"] = draw_skips(period.skips[:14], label=f"Share of plays skipped, {title}")
    return drawings


def make_rows(period: Period | None, places: Sequence[RankedPlace]) -> list[Row]:
    """Return the lines of a list, with a bar each on one scale."""
    greatest = max((place.total.ms for place in places), default=0)
    return [
        Row(
            place=place.place,
            move=say_place_change(place.place, place.previous_place, is_known=place.is_known)
            if period and period.previous and period.previous.plays
            else "",
            name=place.name,
            under=place.artist_name,
            url=place.url,
            plays=f"{place.total.plays:,}",
            time=say_time(place.total.ms),
            bar=draw_inline_bar(place.total.ms_measured, place.total.ms_known_estimated, greatest),
            as_main=say_time(place.ms_as_main) if place.ms_as_main else "",
            as_featured=say_time(place.ms_as_featured) if place.ms_as_featured else "",
        )
        for place in places
    ]
