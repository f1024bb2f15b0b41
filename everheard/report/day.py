"""Today so far and yesterday, read from the views."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from psycopg2.extensions import connection as Connection

from everheard.report.data import LocalGap, RankedPlace
from everheard.report.reader import ViewReader
from everheard.report.totals import Total, to_total

#: Lines of each list.
MOST_PLACES = 5


@dataclass(frozen=True)
class DayReport:
    """One day of one listener; ``average_ms`` is over the wholly seen of the 30 days before."""

    play_date: date
    total: Total
    #: None where too few of them were wholly seen.
    average_ms: int | None = None
    average_day_count: int = 0
    artist_count: int = 0
    song_count: int = 0
    new_artist_count: int = 0
    #: Name of the list -> its lines, most time first.
    lists: dict[str, tuple[RankedPlace, ...]] = field(default_factory=dict)
    #: Hour on the listener's clock -> (measured, estimated) milliseconds.
    hours: dict[int, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """Today so far and yesterday of one listener, and what needs attention."""

    listener_name: str
    now: datetime
    days: tuple[DayReport, ...]
    open_gaps: tuple[LocalGap, ...] = ()
    #: When Spotify was last asked for plays, whether it had any or not; by which machine.
    last_contact_at: datetime | None = None
    last_contact_by: str = ""
    newest_play_at: datetime | None = None
    sign_in_days_left: int | None = None
    is_sign_in_exact: bool = True


def read_report(
    connection: Connection, listener_key: int, listener_name: str, timezone: str
) -> Report:
    """Read today and yesterday, on the listener's calendar and by the database's clock."""
    reader = ViewReader(connection, listener_key, timezone)
    now: datetime = reader.read("now")[0][0]
    today = now.date()
    sign_in = next(iter(reader.read("sign_in")), None)
    return Report(
        listener_name,
        now.replace(microsecond=0),
        tuple(_read_day(reader, day) for day in (today, today - timedelta(days=1))),
        open_gaps=tuple(
            LocalGap(row.gap_start_local, row.gap_end_local, float(row.gap_hours))
            for row in reader.read("gaps")
            if row.is_open
        ),
        last_contact_at=sign_in.last_contact_at_local if sign_in else None,
        last_contact_by=(sign_in and sign_in.last_contact_by) or "",
        newest_play_at=sign_in.last_played_at_local if sign_in else None,
        sign_in_days_left=sign_in.days_left if sign_in else None,
        is_sign_in_exact=bool(sign_in and sign_in.is_authorised_date_exact),
    )


def _read_day(reader: ViewReader, day: date) -> DayReport:
    row = reader.read("day", day=day)[0]
    lists: dict[str, list[RankedPlace]] = defaultdict(list)
    for one in reader.read("day_lists", day=day, most=MOST_PLACES):
        lists[one.list].append(
            RankedPlace(one.place, one.item_name, to_total(one), artist_name=one.artist_name or "")
        )
    return DayReport(
        day,
        to_total(row),
        average_ms=row.average_ms,
        average_day_count=row.average_day_count,
        artist_count=row.artist_count,
        song_count=row.song_count,
        new_artist_count=row.new_artist_count,
        lists={name: tuple(places) for name, places in lists.items()},
        hours={
            one.hour_of_day: (int(one.ms_measured), int(one.ms_estimated))
            for one in reader.read("day_hours", day=day)
        },
    )
