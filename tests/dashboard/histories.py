"""Listening to draw: made-up listeners, from nobody yet to ten years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from random import Random

from everheard.report.data import (
    ArtistMonths,
    Comeback,
    Day,
    Discovery,
    JobHealth,
    ListenerData,
    ListeningSession,
    LocalGap,
    MonthBest,
    NewShare,
    Period,
    PeriodStep,
    RankedPlace,
    Release,
    Skips,
    Stretch,
    Year,
)
from everheard.report.totals import SeenDays, Total
from tests.dashboard.names import MINUTE, NAMES, SONGS, SPOTIFY
from tests.dashboard.rated import make_ratings

NOW = datetime.fromisoformat("2026-11-20T18:04")


def make_history(
    *, day_count: int, measured_until: date | None = None, gaps: int = 0, name: str = "Ana"
) -> ListenerData:
    """Return a data over the last ``day_count`` days.

    Days after ``measured_until`` are estimated; the open gaps lie among the newest days.
    """
    today = NOW.date()
    if not day_count:
        return ListenerData(name, "Europe/Berlin", NOW, jobs=JOBS)
    random = Random(day_count)
    open_gaps = [_make_gap(today - timedelta(days=20 + 61 * number)) for number in range(gaps)]
    days = [
        _make_day(today - timedelta(days=back), random, measured_until, open_gaps)
        for back in range(day_count - 1, -1, -1)
    ]
    artists = _make_artists(days)
    data = ListenerData(
        name,
        "Europe/Berlin",
        NOW,
        days=tuple(days),
        gaps=(*open_gaps, *_make_closed_gaps(day_count)),
        artists=tuple(artists),
        tracks=tuple(_make_tracks(artists)),
        artist_count=len(artists),
        track_count=len(artists) * len(SONGS),
        streaks=tuple(_find_streaks(days)),
        sessions=tuple(ListeningSession(day.play_date, day.total.ms // 2) for day in days),
        jobs=JOBS,
        last_contact_at=NOW - timedelta(minutes=18),
        last_contact_by="pi",
        sign_in_days_left=131,
        is_sign_in_exact=False,
        comebacks=(Comeback("Saltwork", date(2026, 3, 9), 767, 92 * MINUTE),)
        if day_count > 900
        else (),
        ratings=make_ratings(60 if day_count > 300 else 0),
        releases=(Release(today, "Harbour Lights", "Night Ferry", SPOTIFY + "album/1"),),
    )
    return _add_sums(data, random)


JOBS = (
    JobHealth("get_last_50", NOW - timedelta(minutes=12), "done", "pi", 2140, 3, 20.0, 805.0),
    JobHealth(
        "publish_dashboard", NOW - timedelta(hours=13), "done", "actions", 30, 0, 1440.0, 1710.0
    ),
)


def _make_gap(day: date) -> LocalGap:
    start = datetime.combine(day, datetime.min.time()) + timedelta(hours=21, minutes=40)
    return LocalGap(start, start + timedelta(hours=13.4), 13.4)


def _make_closed_gaps(day_count: int) -> list[LocalGap]:
    start = datetime.fromisoformat("2026-02-03T09:15")
    closed = LocalGap(start, start + timedelta(hours=30), 30.0, False, "an export")
    return [closed] if day_count > 300 else []


def _make_day(day: date, random: Random, measured_until: date | None, gaps: list[LocalGap]) -> Day:
    season = 1.0 + 0.5 * ((day.timetuple().tm_yday - 180) / 180) ** 2
    minutes = 0 if random.random() < 0.06 else random.gammavariate(3, 55) / season
    ms = int(minutes * MINUTE)
    is_measured = measured_until is not None and day <= measured_until
    is_open = any(gap.start.date() <= day <= gap.end.date() for gap in gaps)
    plays = round(minutes / 3.4)
    total = add([make_total(plays, ms, 0 if is_measured else ms)], is_open=is_open)
    return Day(day, total)


def make_total(plays: int, ms: int, estimated: int) -> Total:
    """Return a wholly seen total."""
    return Total(plays, ms, estimated, "about" if estimated else "exact", "exact")


def add(totals: list[Total], *, is_open: bool) -> Total:
    listened = sum(total.ms for total in totals)
    estimated = sum(total.ms_known_estimated for total in totals)
    certainty = {
        (False, False): "exact",
        (False, True): "about",
        (True, False): "at least",
        (True, True): "not fully seen",
    }[is_open, estimated > 0]
    plays = sum(total.plays for total in totals)
    return Total(plays, listened, estimated, certainty, "at least" if is_open else "exact")


def _make_artists(days: list[Day]) -> list[Discovery]:
    first, span = days[0].play_date, len(days)
    found = []
    for number in range(max(3, min(60, span))):
        name = NAMES[number] if number < len(NAMES) else f"Artist {number}"
        start = first + timedelta(days=span * number // 70)
        last = days[-1].play_date - timedelta(days=span * (number % 7) // 20)
        ms = sum(day.total.ms for day in days) // (number + 4)
        total = make_total(ms // (200 * 1000), ms, ms // 2)
        url = None if number == 5 else f"{SPOTIFY}artist/{number:022}"
        found.append(Discovery(name, start, max(last, start), total, "", url))
    return found


def _make_tracks(artists: list[Discovery]) -> list[Discovery]:
    return [
        Discovery(
            f"{song} {number}" if number else song, artist.first_date, artist.last_date,
            make_total(9, artist.total.ms // 20, 0), artist.name,
            f"{SPOTIFY}track/{number:022}",
        )
        for artist in artists
        for number, song in enumerate(SONGS)
    ]  # fmt: skip


def _find_streaks(days: list[Day]) -> list[Stretch]:
    streaks: list[Stretch] = []
    run: list[date] = []
    for day in [*days, Day(date(2030, 1, 1), make_total(0, 0, 0))]:
        if day.total.plays:
            run.append(day.play_date)
        elif run:
            streaks.append(Stretch(run[0], run[-1], len(run), "exact"))
            run = []
    return streaks


def _add_sums(data: ListenerData, random: Random) -> ListenerData:
    first, last = data.days[0].play_date, data.days[-1].play_date
    names = {
        f"{count} days": (last - timedelta(days=count - 1), last) for count in (7, 30, 90, 365)
    }
    for year in range(first.year, last.year + 1):
        names[str(year)] = (max(first, date(year, 1, 1)), min(last, date(year, 12, 31)))
    names["all time"] = (first, last)
    periods = tuple(_make_period(data, name, *span) for name, span in names.items())
    months = sorted({day.play_date.replace(day=1) for day in data.days})
    return ListenerData(
        **{
            **vars(data),
            "periods": periods,
            "years": tuple(_make_year(data, one) for one in periods if one.is_year),
            "new_shares": tuple(
                NewShare(month, 90 - 60 * number / len(months) + random.uniform(-8, 8), 4)
                for number, month in enumerate(months)
            ),
            "artist_months": tuple(
                ArtistMonths(
                    artist.name,
                    {
                        month: int(random.gammavariate(2, 2) * 90 * MINUTE)
                        for month in months
                        if artist.first_date.replace(day=1) <= month <= artist.last_date
                        and random.random() < 0.8
                    },
                )
                for artist in data.artists[:12]
            ),
        }
    )


def _make_period(data: ListenerData, name: str, first: date, last: date) -> Period:
    days = data.find_days(first, last)
    is_open = any(day.total.count_certainty == "at least" for day in days)
    total = add([day.total for day in days], is_open=is_open)
    length = timedelta(days=(last - first).days + 1)
    if name.isdigit():
        length = timedelta(days=365)
    before = data.find_days(first - length, last - length)
    previous = add([day.total for day in before], is_open=False) if before else None
    return Period(
        name, max(first, data.days[0].play_date), last, total,
        seen_days=_count_seen(days),
        previous=None if name == "all time" else previous,
        is_comparable=not is_open,
        average_ms=total.ms // len(days) if len(days) > 6 else None,
        average_play_count=total.plays / len(days) if len(days) > 6 else None,
        longest_streak=_find_longest(data, first, last),
        weeks=_step(days, lambda day: first + timedelta(days=(day - first).days // 7 * 7)),
        months=_step(days, lambda day: max(first, day.replace(day=1))),
        active_day_count=sum(day.total.plays > 0 for day in days),
        excluded_play_count=12 if name == "all time" else 0,
        artists=_make_places(data, total, NAMES),
        featured=_make_places(data, total, NAMES[::-1])[:4],
        tracks=_make_places(data, total, SONGS, artist="Marlow Pines"),
        albums=_make_places(data, total, ("The Harbour Book", "Öland"), artist="Asa Lind"),
        clock=_make_clock(total),
        skips=tuple(
            Skips(artist, 40 + number * 13, (number * 17) % 40)
            for number, artist in enumerate(NAMES[:9])
        )
        if len(days) > 60
        else (),
    )  # fmt: skip


def _count_seen(days: Sequence[Day]) -> SeenDays:
    partly = sum(day.total.count_certainty == "at least" for day in days)
    return SeenDays(len(days) - partly, partly)


def _find_longest(data: ListenerData, first: date, last: date) -> Stretch | None:
    runs = [(max(one.first, first), min(one.last, last)) for one in data.streaks]
    lengths = [((end - start).days + 1, start, end) for start, end in runs if start <= end]
    if not lengths:
        return None
    length, start, end = max(lengths)
    return Stretch(start, end, length, "exact")


def _step(days: Sequence[Day], find_start: Callable[[date], date]) -> tuple[PeriodStep, ...]:
    groups: dict[date, list[Day]] = {}
    for day in days:
        groups.setdefault(find_start(day.play_date), []).append(day)
    return tuple(
        PeriodStep(
            start,
            group[-1].play_date,
            add(
                [day.total for day in group],
                is_open=any(day.total.count_certainty == "at least" for day in group),
            ),
        )
        for start, group in groups.items()
    )


def _make_places(
    data: ListenerData, total: Total, names: tuple[str, ...], artist: str = ""
) -> tuple[RankedPlace, ...]:
    urls = {one.name: one.url for one in data.artists}
    places = []
    for number, name in enumerate(names):
        ms = total.ms // (number + 6)
        estimated = total.ms_known_estimated // (number + 6)
        previous = (1 + (number * 5) % 11) if number % 4 else None
        places.append(
            RankedPlace(
                number + 1, name, make_total(ms // 200_000, ms, estimated), previous, artist,
                urls.get(name), ms_as_main=ms * 4 // 5, ms_as_featured=ms // 5 if number % 2 else 0,
                is_known=number == 8, is_heard_next_year=number != 1,
            )
        )  # fmt: skip
    return tuple(places)


def _make_clock(total: Total) -> dict[tuple[int, int], int]:
    peaks = Counter({7: 6, 8: 9, 9: 5, 12: 3, 17: 8, 18: 9, 19: 7, 21: 5, 22: 3, 16: 4, 20: 6})
    return {
        (weekday, hour): total.ms // 900 * (peaks[hour] if weekday < 6 else 12 - peaks[hour])
        for weekday in range(1, 8)
        for hour in range(6, 24)
        if peaks[hour] or weekday > 5
    }


def _make_year(data: ListenerData, period: Period) -> Year:
    year = int(period.name)
    found = sum(one.first_date.year == year for one in data.artists)
    known = sum(one.first_date.year < year for one in data.artists)
    days = data.find_days(period.first_date, period.last_date)
    longest = max(days, key=lambda day: day.total.ms)
    return Year(
        year, period.total, _name_status(year, period.total), period.seen_days,
        period.active_day_count, known, found, known + found, "Slow Water", "The Harbour Book",
        longest.play_date, longest.total.ms, longest.play_date,
        longest.total.ms // 2, 41, "exact",
        tuple(
            MonthBest(date(year, month, 1), NAMES[month % 12], 900 * MINUTE, "Perla Nuñez")
            for month in sorted({day.play_date.month for day in days})
        ),
    )  # fmt: skip


def _name_status(year: int, total: Total) -> str:
    if year == NOW.year:
        return "open"
    return "closed" if total.certainty == "exact" else total.certainty


HISTORIES = {
    "day 0": lambda: make_history(day_count=0),
    "day 1": lambda: make_history(day_count=1),
    "week 1": lambda: make_history(day_count=6, gaps=0),
    "month 2": lambda: make_history(day_count=45, gaps=1),
    "one year with gaps": lambda: make_history(
        day_count=500, measured_until=date(2026, 6, 30), gaps=2
    ),
    "ten years closed": lambda: make_history(day_count=3650, measured_until=NOW.date()),
}
