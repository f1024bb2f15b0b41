"""How large ten years of daily ranks are, and whether the history is what a row a day would hold.

A listener hears a million plays of 5,000 albums in ten years, favourites more often and new
albums all the time, and rates what they hear. Every day rank_albums does what it does: it adds
the day's plays to the sums, ranks, and packs the months that are due. Beside it grows a table
with a row for every day, which nobody would keep: what held that day, and every tenth day the
ranking itself, worked out anew. At the end the history must say the same.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from benchmarks.machine import clean_environ, describe_machine, print_table, run_python
from everheard.database import embedded
from everheard.ledger.ranks import load_ranks

ALBUMS = 5_000
#: Albums that the listener knows on the first day; the others come one after another.
KNOWN_ALBUMS = 300
TRACKS_OF_ALBUM = 10
_LEDGER = """
insert into warehouse.dim_listener (listener_key, account_id) values (1, 'years');
insert into warehouse.dim_album (
    album_key, album_id, name, folded_name, folded_artist_name, album_type, total_track_count,
    metadata_level
)
select n, 'year' || n, 'Album ' || n, 'album ' || n, 'artist', 'album', 10, 3
from generate_series(1, 5000) as n;
insert into warehouse.dim_track (
    track_key, track_id, track_uri, name, folded_name, folded_artist_name, album_key, duration_ms,
    match_key, metadata_level
)
select
    n, 'year' || n, 'year' || n, 'Title ' || n, 'title ' || n, 'artist',
    (n - 1) / 10 + 1, 200000, n, 3
from generate_series(1, 50000) as n;
create table public.day_by_day (
    rank_date date, listener_key smallint, method text, album_key integer, rank integer
);
"""
_TOUCHED = """
insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
values (1, %(day)s::date, %(day)s::date + interval '23 hours')
on conflict do nothing
"""
_PLAYS = """
insert into warehouse.fact_play (listener_key, played_at, track_key, ms_played, ms_source) values %s
"""
_RATINGS = """
insert into warehouse.fact_album_rating
(listener_key, album_key, rating, rated_at, is_dated, rating_source) values %s
"""
_WHAT_HELD = """
insert into public.day_by_day
select %(day)s::date, held.listener_key, method.name, held.album_key, held.rank
from warehouse.fact_album_rank as held
inner join warehouse.dim_rank_method as method on held.rank_method = method.rank_method
where held.valid_to is null
"""
_RANKED_ANEW = """
insert into public.day_by_day
select %(day)s::date, listener_key, method, album_key, rank
from bi.album_ranking where rank <= 200 or rating_count > 0
"""
#: What autovacuum does by itself in years, and would not keep up with here.
_CLEAN = """
vacuum analyze warehouse.fact_album_rank, warehouse.fact_album_rank_year,
    warehouse.fact_album_listening, warehouse.summary_track, warehouse.summary_month_track,
    warehouse.summary_hour, warehouse.summary_session, warehouse.fact_album_rating,
    warehouse.fact_play
"""
_SIZE = """
select
    pg_total_relation_size('warehouse.fact_album_rank'),
    pg_total_relation_size('warehouse.fact_album_rank_year'),
    pg_total_relation_size('public.day_by_day'),
    (select count(*) from warehouse.fact_album_rank),
    (select count(distinct album_key) from warehouse.fact_album_rating)
"""
#: A row for every stretch of unchanged rank, and the key that fact_album_rank has.
_STRETCHES = """
create table public.stretch as
select
    album_key,
    rank,
    min(rank_date) as valid_from,
    max(rank_date) as valid_to,
    listener_key,
    dense_rank() over (order by method)::smallint as rank_method
from (
    select
        *,
        rank_date - (
            row_number() over (partition by method, album_key, rank order by rank_date)
        )::integer as island
    from public.day_by_day
) as placed
group by listener_key, method, album_key, rank, island;
alter table public.stretch add primary key (listener_key, rank_method, album_key, valid_from);
select pg_total_relation_size('public.stretch'), count(*) from public.stretch
"""
_DIFFERENT = """
with history as (
    select rank_date, listener_key, method, album_key, rank from bi.album_ranking_history
),
day_by_day as (select * from public.day_by_day)
select
    (select count(*) from (select * from history except all select * from day_by_day) as one),
    (select count(*) from (select * from day_by_day except all select * from history) as other)
"""


class RankedDay(NamedTuple):
    """What a day brings."""

    date: dt.date
    plays: list[tuple[Any, ...]]
    ratings: list[tuple[Any, ...]]


def main() -> None:
    """Live the years, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--plays-a-day", type=int, default=274, help="274 are a million in ten")
    parser.add_argument("--ratings-a-week", type=float, default=3)
    options = parser.parse_args()
    print(describe_machine(), flush=True)
    with clean_environ() as (_, environ):
        home = Path(environ["EVERHEARD_HOME"])
        try:
            server = embedded.start(home)
            run_python("-m", "migrate", "upgrade", environ=environ)
            with closing(psycopg2.connect(server.url)) as connection:
                connection.autocommit = True
                rows = live(connection, options)
        finally:
            embedded.stop(home)
    print(describe_machine())
    print_table([("measure", "figure", "bound"), *rows])


def live(connection: Connection, options: argparse.Namespace) -> list[tuple[str, str, str]]:
    """Rank every day of so many years, up to today; return what is measured."""
    taken: list[float] = []
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit to off")
        cursor.execute(_LEDGER)
        for number, day in enumerate(imagine_days(options), start=1):
            _write_day(connection, day)
            started = time.perf_counter()
            load_ranks(connection, ranked_on=day.date)
            taken.append(time.perf_counter() - started)
            cursor.execute(_WHAT_HELD if number % 10 else _RANKED_ANEW, {"day": day.date})
            if number % 7 == 0:
                cursor.execute(_CLEAN)
            if number % 365 == 0:
                print(f"  year {number // 365}: {_describe_size(connection)}", flush=True)
        cursor.execute(_CLEAN)
        cursor.execute(_SIZE)
        recent, packed, row_a_day, stretch_count, rated_count = cursor.fetchone() or (0,) * 5
        cursor.execute(_DIFFERENT)
        too_many, missing = cursor.fetchone() or (0, 0)
        cursor.execute(_STRETCHES)
        stretches, all_count = cursor.fetchone() or (0, 0)
    size = f"{(recent + packed) / 2**20:.1f} MB ({recent / 2**20:.1f} in stretches)"
    return [
        ("albums rated; stretches that are not packed", f"{rated_count}; {stretch_count}", ""),
        (f"ranks of {options.years} years", size, "40 MB in ten"),
        ("the same, a row a day, without a key", f"{row_a_day / 2**20:.0f} MB", ""),
        ("the same, a row a stretch", f"{stretches / 2**20:.0f} MB, {all_count} stretches", ""),
        ("ranks too many, missing in the history", f"{too_many}, {missing}", "0, 0"),
        ("ranking a day: the first, the last 100", _describe_times(taken), ""),
    ]


def imagine_days(options: argparse.Namespace) -> Iterator[RankedDay]:
    """Yield the days of so many years, up to today; the same every time."""
    rng = random.Random(6)
    count = options.years * 365
    first = dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=count - 1)
    due = 0.0
    for number in range(count):
        date = first + dt.timedelta(days=number)
        known = KNOWN_ALBUMS + (ALBUMS - KNOWN_ALBUMS) * number // count
        morning = dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC)
        plays = []
        for place in range(options.plays_a_day):
            album = int(known * rng.random() ** 2)
            track = album * TRACKS_OF_ALBUM + rng.randrange(TRACKS_OF_ALBUM) + 1
            moment = morning + dt.timedelta(seconds=place * 290)
            plays.append((1, moment, track, rng.randrange(30_000, 200_000), 1))
        ratings = []
        due += options.ratings_a_week / 7
        while due >= 1:
            due -= 1
            album = (rng.choice(plays)[2] - 1) // TRACKS_OF_ALBUM + 1
            ratings.append((1, album, min(100, max(0, round(rng.gauss(72, 14)))), morning))
        yield RankedDay(date, plays, [(*rating, True, "api") for rating in ratings])


def _write_day(connection: Connection, day: RankedDay) -> None:
    with connection.cursor() as cursor:
        execute_values(cursor, _PLAYS, day.plays, page_size=1000)
        if day.ratings:
            execute_values(cursor, _RATINGS, day.ratings)
        cursor.execute(_TOUCHED, {"day": day.date})


def _describe_size(connection: Connection) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_SIZE)
        recent, packed, row_a_day, _, rated_count = cursor.fetchone() or (0,) * 5
    return (
        f"{rated_count} albums rated, {recent / 2**20:.1f} MB in stretches,"
        f" {packed / 2**20:.1f} MB packed, {row_a_day / 2**20:.0f} MB a row a day"
    )


def _describe_times(taken: list[float]) -> str:
    last = sorted(taken[-100:])
    return f"{taken[0]:.2f} s, median {last[len(last) // 2]:.2f} s"


if __name__ == "__main__":
    main()
