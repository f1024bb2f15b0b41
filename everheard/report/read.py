"""Read a listener's data from the views."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from psycopg2.extensions import connection as Connection

from everheard.database.statements import read_query
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
    RankedPlace,
    RatedAlbum,
    Release,
    SeenDays,
    Skips,
    Step,
    Stretch,
    Total,
    Year,
)
from everheard.report.reader import ViewReader, hold_still

#: Lines read of each list; the pages show fewer.
MOST_PLACES = 25
#: Songs read for the search; the page holds about half of them.
MOST_SONGS = 5000


def read_listeners(connection: Connection) -> list[tuple[int, str, str]]:
    """Return key, name and time zone of every listener."""
    with connection.cursor() as cursor:
        cursor.execute(read_query("report/listeners"))
        return cursor.fetchall()


def read_listener_data(
    connection: Connection, listener_key: int, listener_name: str, timezone: str
) -> ListenerData:
    """Read everything the pages show about a listener, by the database's clock."""
    with hold_still(connection):
        return _read_all(ViewReader(connection, listener_key, timezone), listener_name, timezone)


def _read_all(reader: ViewReader, listener_name: str, timezone: str) -> ListenerData:
    now: datetime = reader.read("now")[0][0]
    days = tuple(_to_day(row) for row in reader.read("days"))
    sign_in = next(iter(reader.read("sign_in")), None)
    data = ListenerData(
        listener_name,
        timezone,
        now.replace(microsecond=0),
        jobs=tuple(_to_job(row) for row in reader.read("jobs")),
        last_contact_at=sign_in.last_contact_at_local if sign_in else None,
        last_contact_by=(sign_in and sign_in.last_contact_by) or "",
        newest_play_at=sign_in.last_played_at_local if sign_in else None,
        sign_in_days_left=sign_in.days_left if sign_in else None,
        is_sign_in_exact=bool(sign_in and sign_in.is_authorised_date_exact),
    )
    if not days:
        return data
    artists = tuple(_to_discovery(row) for row in reader.read("found_artists"))
    tracks = tuple(_to_discovery(row) for row in reader.read("found_songs", most=MOST_SONGS))
    periods = _read_periods(reader)
    streaks = tuple(Stretch(*row) for row in reader.read("streaks"))
    return replace(
        data,
        days=days,
        periods=periods,
        streaks=streaks,
        gaps=tuple(_to_gap(row) for row in reader.read("gaps")),
        artists=artists,
        tracks=tracks,
        artist_count=len(artists),
        track_count=reader.read("song_count")[0].song_count,
        years=_read_years(reader, artists, periods),
        **_read_shelves(reader),
    )


def _to_gap(row: Any) -> LocalGap:
    return LocalGap(
        row.gap_start_local, row.gap_end_local, float(row.gap_hours), row.is_open, row.closed_by
    )


def _to_day(row: Any) -> Day:
    return Day(row.play_date, _to_total(row))


def _to_seen_days(row: Any) -> SeenDays:
    return SeenDays(row.seen_day_count, row.partly_seen_day_count, row.unseen_day_count)


def _to_total(row: Any) -> Total:
    return Total(
        row.play_count, row.ms_listened, row.ms_estimated, row.certainty, row.count_certainty
    )


def _to_discovery(row: Any) -> Discovery:
    return Discovery(
        row.name,
        row.first_heard_date,
        row.last_heard_date,
        _to_total(row),
        row.artist_name,
        row.url,
    )


def _read_periods(reader: ViewReader) -> tuple[Period, ...]:
    """Return days first, then years, then all time."""
    rows = reader.read("periods")
    first_dates = {row.period: row.first_date for row in rows}
    most = {"most": MOST_PLACES}
    credit_rows = reader.read("artists", **most)
    lists = {
        "artists": [row for row in credit_rows if row.credit == "all"],
        "featured": [row for row in credit_rows if row.credit == "featured"],
        "tracks": reader.read("tracks", **most),
        "albums": reader.read("albums", **most),
    }
    places: dict[tuple[str, str], list[RankedPlace]] = defaultdict(list)
    for name, list_rows in lists.items():
        for row in list_rows:
            first = row.first_heard_date
            is_known = first is not None and first < first_dates[row.period]
            places[row.period, name].append(_to_place(row, is_known=is_known))
    clocks: dict[str, dict[tuple[int, int], int]] = defaultdict(dict)
    for row in reader.read("clock"):
        clocks[row.period][row.weekday, row.hour_of_day] = row.ms_listened
    steps: dict[tuple[str, str], list[Step]] = defaultdict(list)
    for row in reader.read("steps"):
        step = Step(row.first_date, row.last_date, _to_total(row))
        steps[row.period, row.unit].append(step)
    skips: dict[str, list[Skips]] = defaultdict(list)
    for row in reader.read("skips"):
        skips[row.period].append(Skips(row.artist_name, row.judged_count, row.skip_count))
    periods = [
        Period(
            row.period,
            row.first_date,
            row.last_date,
            _to_total(row),
            seen_days=_to_seen_days(row),
            previous=_to_previous(row),
            is_comparable=row.is_comparable,
            average_ms=row.average_ms,
            average_play_count=None
            if row.average_play_count is None
            else float(row.average_play_count),
            longest_streak=_to_longest_streak(row),
            weeks=tuple(steps[row.period, "week"]),
            months=tuple(steps[row.period, "month"]),
            active_day_count=row.active_day_count,
            excluded_play_count=row.excluded_play_count,
            clock=clocks[row.period],
            skips=tuple(skips[row.period]),
            **{name: tuple(places[row.period, name]) for name in lists},
        )
        for row in rows
    ]
    return tuple(sorted(periods, key=_order))


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
        _to_total(row),
        previous_place=row.previous_place,
        artist_name=row.artist_name,
        url=row.url,
        ms_as_main=row.ms_as_main,
        ms_as_featured=row.ms_as_featured,
        is_known=is_known,
        is_heard_next_year=getattr(row, "is_heard_next_year", True),
    )


def _read_years(
    reader: ViewReader,
    artists: tuple[Discovery, ...],
    periods: tuple[Period, ...],
) -> tuple[Year, ...]:
    bests: dict[int, list[MonthBest]] = defaultdict(list)
    found: dict[date, Discovery] = {}
    for artist in sorted(artists, key=lambda one: one.total.ms):
        found[artist.first_date.replace(day=1)] = artist  # the one with most time comes last
    for row in reader.read("month_bests"):
        first = found.get(row.month_date)
        best = MonthBest(
            row.month_date,
            row.artist_name,
            row.ms_listened,
            first.name if first else "",
            row.url,
            first.url if first else None,
        )
        bests[row.month_date.year].append(best)
    by_name = {period.name: period for period in periods}
    return tuple(
        _to_year(row, by_name[str(row.year)], tuple(bests[row.year]))
        for row in reader.read("years")
    )


def _to_year(row: Any, period: Period, months: tuple[MonthBest, ...]) -> Year:
    return Year(
        year=row.year,
        total=_to_total(row),
        status=row.status,
        seen_days=_to_seen_days(row),
        active_day_count=row.active_day_count,
        brought_forward=row.artists_brought_forward,
        first_heard=row.artists_first_heard,
        carried_forward=row.artists_carried_forward,
        top_track_name=period.tracks[0].name if period.tracks else "",
        top_album_name=period.albums[0].name if period.albums else "",
        longest_day=row.longest_day,
        longest_day_ms=row.longest_day_ms or 0,
        longest_session_date=row.longest_session_date,
        longest_session_ms=row.longest_session_ms or 0,
        longest_streak_days=row.longest_streak_day_count or 0,
        longest_streak_certainty=row.longest_streak_certainty or "at least",
        months=months,
    )


def _read_shelves(reader: ViewReader) -> dict[str, Any]:
    """Return what stands beside the periods."""
    months: dict[tuple[int, str], dict[date, int]] = defaultdict(dict)
    for row in reader.read("artist_months"):
        months[row.artist_key, row.artist_name][row.month_date] = row.ms_listened
    longest = sorted(months.items(), key=lambda one: -sum(one[1].values()))
    return {
        "artist_months": tuple(ArtistMonths(name, by_month) for (_, name), by_month in longest),
        "new_shares": tuple(
            NewShare(row.month_date, float(row.new_artist_pct), row.new_artist_count)
            for row in reader.read("new_shares")
        ),
        "sessions": tuple(ListeningSession(*row) for row in reader.read("sessions")),
        "comebacks": tuple(Comeback(*row) for row in reader.read("comebacks")),
        "ratings": tuple(
            RatedAlbum(
                row.rank,
                row.album_name,
                row.main_artist_name,
                float(row.average_rating),
                row.ms_listened,
                row.url,
                row.places_up_since_last_week,
            )
            for row in reader.read("ratings")
        ),
        "releases": tuple(Release(*row) for row in reader.read("releases")),
    }


def _to_job(row: Any) -> JobHealth:
    def to_float(value: Any) -> float | None:
        return None if value is None else float(value)

    return JobHealth(
        row.job,
        row.last_run_at,
        row.last_outcome or "",
        row.last_runner or "",
        row.run_count_30_days,
        row.failed_count_30_days,
        to_float(row.median_minutes_between_runs),
        to_float(row.longest_minutes_between_runs),
    )
