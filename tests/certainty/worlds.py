"""Made histories, as the ledger holds them; all of them are looked at in one moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from psycopg2.extensions import connection as Connection

from tests.certainty.rule import Heard, Span, World
from tests.sql.ledger import LISTENERS, sum_up

NOW = datetime(2026, 11, 20, 18, 4, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hear(
    first: str, last: str, *, is_measured: bool, step_hours: float = 11, has_length: bool = True
) -> Iterator[Heard]:
    """Yield a play each so many hours; every ninth day is silent."""
    moment, end = at(first), at(last)
    while moment <= end:
        if moment.toordinal() % 9:
            ms = 200_000 if is_measured else None
            yield Heard(moment, ms, has_length, is_polled=not is_measured)
        moment += timedelta(hours=step_hours)


def span(first: str, last: str) -> Span:
    return at(first), at(last)


def measured(first: str, last: str) -> tuple[Heard, ...]:
    return tuple(hear(first, last, is_measured=True))


def polled(first: str, last: str, *, has_length: bool = True) -> tuple[Heard, ...]:
    return tuple(hear(first, last, is_measured=False, has_length=has_length))


JUST_NOW = NOW - timedelta(minutes=12)
JANUARY = ("2024-03-02T09:00", "2026-01-05T21:00")
WORLDS = (
    (World("empty, never polled", "Europe/Berlin"),),
    (World("empty, polled for days", "Asia/Kathmandu", first_poll=at("2026-11-16T03:00"),
           last_contact=JUST_NOW),),
    (World("one day", "Asia/Kathmandu", polled("2026-11-20T08:00", "2026-11-20T17:40"),
           first_poll=at("2026-11-20T07:00"), last_contact=JUST_NOW),),
    (World("polls with gaps", "Pacific/Auckland", polled("2025-10-30T05:00", "2026-11-20T16:00"),
           first_poll=at("2025-10-30T05:00"), last_contact=JUST_NOW,
           gaps=(span("2026-01-30T22:00", "2026-02-02T11:00"),
                 span("2026-11-03T11:00", "2026-11-03T19:00"))),),
    (World("exports seven years apart", "America/New_York",
           measured("2016-05-01T10:00", "2017-02-28T20:00")
           + measured("2024-06-01T10:00", "2026-11-18T20:00"),
           imports=(span("2016-05-01T10:00", "2017-02-28T20:00"),
                    span("2024-06-01T10:00", "2026-11-18T20:00")),
           is_whole=True),),
    (World("a partial set", "UTC", measured("2025-02-01T10:00", "2026-11-19T20:00"),
           imports=(span("2025-02-01T10:00", "2025-08-11T12:00"),
                    span("2025-12-24T00:00", "2026-11-19T20:00"))),),
    (World("ends in January", "Europe/Berlin", measured(*JANUARY), imports=(span(*JANUARY),),
           is_whole=True),),
    (World("the first of two", "Europe/Berlin", measured(*JANUARY), imports=(span(*JANUARY),)),
     World("the second of two", "Pacific/Apia", polled("2026-08-01T10:00", "2026-11-18T09:00"),
           first_poll=at("2026-08-01T10:00"), last_contact=at("2026-11-18T09:30"))),
    (World("a forced import", "Pacific/Apia", measured("2011-11-20T10:00", "2012-02-10T10:00")),),
    (World("a history, then polls", "America/New_York",
           measured("2023-12-30T10:00", "2026-10-31T20:00")
           + polled("2026-11-01T06:00", "2026-11-20T17:00"),
           imports=(span("2022-12-01T00:00", "2026-10-31T21:00"),),
           first_poll=at("2026-10-30T06:00"), last_contact=JUST_NOW),),
    (World("of unknown length", "Europe/Berlin",
           measured("2024-12-01T10:00", "2025-12-31T23:30")
           + polled("2026-01-01T06:00", "2026-11-20T17:00", has_length=False),
           imports=(span("2024-01-01T00:00", "2026-01-01T12:00"),),
           first_poll=at("2025-12-20T06:00"), last_contact=JUST_NOW),),
)  # fmt: skip


def fill(ledger: Connection, worlds: tuple[World, ...]) -> None:
    """Put worlds into an empty ledger; the first listener is the first world's."""
    with ledger.cursor() as cursor:
        cursor.execute(LISTENERS)
        cursor.execute("delete from warehouse.dim_listener where listener_key > %s", (len(worlds),))
    for key, world in enumerate(worlds, 1):
        _fill_one(ledger, key, world)
        sum_up(ledger, key)


def _fill_one(ledger: Connection, key: int, world: World) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "update warehouse.dim_listener set timezone = %s, display_name = %s"
            " where listener_key = %s",
            (world.zone, world.name, key),
        )
        for play in world.plays:
            track = 1 if play.has_length else 3
            source = 0 if play.ms is None else 1
            cursor.execute(
                "insert into warehouse.fact_play (listener_key, played_at, track_key, ms_played,"
                " ms_source) values (%s, %s, %s, %s, %s)",
                (key, play.ended, track, play.ms, source),
            )
            if play.is_polled:
                cursor.execute(
                    "insert into warehouse.source_poll_play (listener_key, played_at, track_key,"
                    " context_key) values (%s, %s, %s, 0)",
                    (key, play.ended, track),
                )
        for place, (start, end) in enumerate(world.imports):
            cursor.execute(
                "insert into warehouse.etl_import_span (listener_key, span_start, span_end,"
                " is_from_start, source_name) values (%s, %s, %s, %s, 'x.zip')",
                (key, start, end, world.is_whole and place == 0),
            )
        for start, end in world.gaps:
            cursor.execute(
                "insert into warehouse.etl_gap (listener_key, gap_start, gap_end)"
                " values (%s, %s, %s)",
                (key, start, end),
            )
        if world.first_poll:
            cursor.execute(
                "insert into warehouse.etl_watermark (job, listener_key, polled_at,"
                " first_polled_at) values ('get_last_50', %s, %s, %s)",
                (key, world.last_contact, world.first_poll),
            )
