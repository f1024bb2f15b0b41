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
    RatedAlbum,
    Release,
    Stretch,
    Year,
)
from everheard.report.periods import read_periods
from everheard.report.reader import ViewReader, hold_still
from everheard.report.totals import to_seen_days, to_total

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
    periods = read_periods(reader)
    streaks = tuple(Stretch(*row) for row in reader.read("streaks"))
    return replace(
        data,
        days=days,
        days_before=tuple(_to_day(row) for row in reader.read("days_before")),
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
    return Day(row.play_date, to_total(row))


def _to_discovery(row: Any) -> Discovery:
    return Discovery(
        row.name,
        row.first_heard_date,
        row.last_heard_date,
        to_total(row),
        row.artist_name,
        row.url,
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
        total=to_total(row),
        status=row.status,
        seen_days=to_seen_days(row),
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
