"""How fast the API answers with a million plays, beside a bare Flask route on the same server.

One process serves both with waitress, another asks: 50 requests a second, each sent at
its own moment whether or not the one before has been answered, so that waiting counts.
Then how long rank_albums takes, and how large ten years of its ranks are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import requests

from benchmarks.machine import clean_environ, describe_machine, print_table, run_python
from everheard.config import PROJECT_DIR
from everheard.warehouse import embedded
from everheard.warehouse.ranks import write_ranks
from everheard.warehouse.statements import send
from everheard.warehouse.summaries import render_summaries

RATE_PER_S = 50
_LARGE_LEDGER = Path(__file__).with_name("large_ledger.sql")
_RATINGS = """
insert into warehouse.fact_album_rating
(listener_key, album_key, rating, rated_at, is_dated, rating_source)
select
    %(listener_key)s,
    1 + (n * 7919) %% 5000,
    trunc(random() * 101),
    now() - n * interval '1 hour',
    true,
    'api'
from generate_series(1, 50000) as n
"""
_TOUCHED = """
insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
values (%(listener_key)s, '-infinity', 'infinity')
on conflict do nothing
"""
#: What is asked: a path, or several to take turns.
PATHS = {
    "bare Flask route": ["/floor/"],
    "GET /rankings": [
        f"/rankings?method={method}&limit=50&offset={offset}"
        for method in ("average", "bayesian", "plays", "blend")
        for offset in (0, 50, 1000)
    ],
    "GET /search": [
        f"/search?q={text}"
        for text in ("title 1234", "titel 999", "artst 77", "albm 1500", "TITLE 31", "rtist 12")
    ],
}
_SERVER = """
import sys
from flask import Flask
from waitress import serve
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from api import create_app
bare = Flask("floor")
bare.add_url_rule("/", view_func=lambda: {"status": "ok"})
both = DispatcherMiddleware(create_app(), {"/floor": bare})
serve(both, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
"""


class Latency(NamedTuple):
    """What so many requests took, in milliseconds."""

    median: float
    p99: float


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="of asking, for each path")
    parser.add_argument("--port", type=int, default=8897)
    parser.add_argument("--years", type=int, default=10, help="of ranks, 0 for none")
    options = parser.parse_args()
    print(describe_machine(), flush=True)
    rows = [("measure", "figure", "bound")]
    with clean_environ() as (_, environ), started(environ) as server:
        fill_ledger(server.url)
        rows += measure_ranking(environ)
        with served(options.port, environ):
            rows += measure_answers(f"http://127.0.0.1:{options.port}", options.seconds)
        if options.years:
            rows += measure_years(make_database(server.url, environ), options.years)
    print(describe_machine())
    print_table(rows)


@contextmanager
def started(environ: Mapping[str, str]) -> Iterator[embedded.EmbeddedServer]:
    """Run an embedded server for the purpose, at the newest schema."""
    home = Path(environ["EVERHEARD_HOME"])
    try:
        server = embedded.start(home)
        run_python("-m", "migrate", "upgrade", environ=environ)
        yield server
    finally:
        embedded.stop(home)


def make_database(url: str, environ: Mapping[str, str]) -> str:
    """Make another database on the same server; return its address."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("create database years")
    address = urlunsplit(urlsplit(url)._replace(path="/years"))
    run_python("-m", "migrate", "upgrade", environ={**environ, "DATABASE_URL": address})
    return address


def fill_ledger(url: str) -> None:
    """Fill in a million plays, and 50,000 ratings of 5,000 albums."""
    with closing(psycopg2.connect(url)) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "insert into warehouse.dim_listener (account_id) values ('large')"
                " returning listener_key"
            )
            (listener_key,) = cursor.fetchone() or (0,)
            for statement in (_LARGE_LEDGER.read_text(encoding="utf-8"), _RATINGS, _TOUCHED):
                cursor.execute(statement, {"listener_key": listener_key})
            send(cursor, render_summaries(cursor, listener_key))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("vacuum analyze")


def measure_ranking(environ: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Run rank_albums as people do: the first time, and again."""
    rows = []
    for what in ("rank_albums, first run", "rank_albums, again"):
        cost = run_python("-m", "jobs.rank_albums", environ=environ)
        rows.append((what, f"{cost.wall:.1f} s", "10 s"))
    return rows


@contextmanager
def served(port: int, environ: Mapping[str, str]) -> Iterator[None]:
    """Serve the API and the bare route in a process of their own."""
    command = [sys.executable, "-c", _SERVER, str(port)]
    with subprocess.Popen(command, cwd=PROJECT_DIR, env=dict(environ)) as process:
        try:
            for _ in range(200):
                try:
                    requests.get(f"http://127.0.0.1:{port}/health", timeout=5)
                    break
                except requests.ConnectionError:
                    time.sleep(0.1)
            yield
        finally:
            process.terminate()


def measure_answers(url: str, seconds: int) -> list[tuple[str, str, str]]:
    """Ask each path in turn, warm."""
    rows = []
    for what, paths in PATHS.items():
        for path in paths:
            requests.get(url + path, timeout=60).raise_for_status()
        latency = ask(url, paths, seconds)
        bound = "" if what.startswith("bare") else "median 25 ms, p99 150 ms"
        print(f"  {what}: {latency}", flush=True)
        rows.append((what, f"median {latency.median:.1f} ms, p99 {latency.p99:.1f} ms", bound))
    return rows


def ask(url: str, paths: list[str], seconds: int) -> Latency:
    """Send requests at their moments; the time of each counts from its moment."""
    start = time.perf_counter() + 0.2
    with requests.Session() as session, ThreadPoolExecutor(16) as pool:
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=16))

        def send(number: int) -> float:
            moment = start + number / RATE_PER_S
            time.sleep(max(0.0, moment - time.perf_counter()))
            session.get(url + paths[number % len(paths)], timeout=60).raise_for_status()
            return (time.perf_counter() - moment) * 1000

        taken = list(pool.map(send, range(seconds * RATE_PER_S)))
    return Latency(statistics.median(taken), statistics.quantiles(taken, n=100)[98])


def measure_years(url: str, years: int) -> list[tuple[str, str, str]]:
    """Live so many years with rank_albums once a day, and measure the table of ranks.

    A listener hears eight albums a day, favourites more often and a new one every day, and
    rates one a week; listened time is added up as the job would find it.
    """
    rng = random.Random(6)
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(_YEARS_LEDGER, (100 + years * 365,))
        connection.commit()
        for number in range(years * 365):
            _live_a_day(cursor, rng, number)
            write_ranks(cursor, dt.date(2015, 1, 1) + dt.timedelta(days=number))
            connection.commit()
        cursor.execute(
            "select pg_total_relation_size('warehouse.fact_album_rank'), count(*)"
            " from warehouse.fact_album_rank"
        )
        size, count = cursor.fetchone() or (0, 0)
    what = f"ranks of {years} years"
    return [(what, f"{size / 2**20:.1f} MB, {count} stretches", "40 MB")]


_YEARS_LEDGER = """
insert into warehouse.dim_listener (listener_key, account_id) values (1, 'years');
insert into warehouse.dim_album
(album_id, name, folded_name, folded_artist_name, metadata_level)
select 'year' || n, 'Album ' || n, 'album ' || n, 'artist', 2 from generate_series(1, %s) as n
"""
_HEARD = """
insert into warehouse.fact_album_listening as target
(listener_key, album_key, ms_listened, track_count)
select distinct 1, unnest(%s::integer[]), 800000, 10
on conflict on constraint fact_album_listening_pk do update
    set ms_listened = target.ms_listened + excluded.ms_listened
"""
_RATED = """
insert into warehouse.fact_album_rating (listener_key, album_key, rating, is_dated, rating_source)
values (1, %s, %s, true, 'api')
"""


def _live_a_day(cursor: psycopg2.extensions.cursor, rng: random.Random, number: int) -> None:
    """Hear some albums, and rate one of them a week."""
    heard = [1 + int((100 + number) * rng.random() ** 2) for _ in range(8)]
    cursor.execute(_HEARD, (heard,))
    if number % 7 == 0:
        cursor.execute(_RATED, (rng.choice(heard), rng.randrange(30, 101)))


if __name__ == "__main__":
    main()
