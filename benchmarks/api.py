"""How fast the API answers with a million plays, beside a bare Flask route on the same server.

One process serves both with waitress, another asks: 50 requests a second, each sent at
its own moment whether or not the one before has been answered, so that waiting counts.
First, how long rank_albums takes; last, whether 10,000 ratings that 50 clients post at
once are all kept.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg2
import requests

from benchmarks.machine import clean_environ, describe_machine, print_table, run_python
from everheard.config import PROJECT_DIR
from everheard.database import embedded
from everheard.database.statements import send
from everheard.ledger.operations.tokens import insert_token
from everheard.ledger.summaries import render_summaries

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
_POSTED = """
select count(*), count(distinct album.album_key)
from warehouse.fact_album_rating as rating
inner join warehouse.dim_album as album on rating.album_key = album.album_key
where album.name like 'Posted %'
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
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from api import create_app
from api.server import make_server
bare = Flask("floor")
bare.add_url_rule("/", view_func=lambda: {"status": "ok"})
both = DispatcherMiddleware(create_app(), {"/floor": bare})
make_server(both, host="127.0.0.1", port=int(sys.argv[1])).run()
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
    options = parser.parse_args()
    print(describe_machine(), flush=True)
    rows = [("measure", "figure", "bound")]
    with clean_environ() as (_, environ), started(environ) as server:
        fill_ledger(server.url)
        rows += measure_ranking(environ)
        token = make_token(server.url)
        with served(options.port, {**environ, "API_RATE_LIMIT": "1000000 per minute"}):
            url = f"http://127.0.0.1:{options.port}"
            rows += measure_answers(url, options.seconds, token)
            rows.append(measure_posts(url, server.url, token))
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


def make_token(url: str) -> dict[str, str]:
    """Make a token that may rate; return the header that carries it."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        token = insert_token(
            connection, name="benchmark", listener=None, may_rate=True, may_read_all=False
        )
    return {"Authorization": f"Bearer {token}"}


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


def measure_answers(url: str, seconds: int, token: dict[str, str]) -> list[tuple[str, str, str]]:
    """Ask each path in turn, warm."""
    rows = []
    for what, paths in PATHS.items():
        for path in paths:
            requests.get(url + path, headers=token, timeout=60).raise_for_status()
        latency = ask(url, paths, seconds, token)
        bound = "" if what.startswith("bare") else "median 25 ms, p99 150 ms"
        print(f"  {what}: {latency}", flush=True)
        rows.append((what, f"median {latency.median:.1f} ms, p99 {latency.p99:.1f} ms", bound))
    return rows


def ask(url: str, paths: list[str], seconds: int, token: dict[str, str]) -> Latency:
    """Send requests at their moments; the time of each counts from its moment."""
    start = time.perf_counter() + 0.2
    with requests.Session() as session, ThreadPoolExecutor(16) as pool:
        session.headers.update(token)
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=16))

        def send(number: int) -> float:
            moment = start + number / RATE_PER_S
            time.sleep(max(0.0, moment - time.perf_counter()))
            session.get(url + paths[number % len(paths)], timeout=60).raise_for_status()
            return (time.perf_counter() - moment) * 1000

        taken = list(pool.map(send, range(seconds * RATE_PER_S)))
    return Latency(statistics.median(taken), statistics.quantiles(taken, n=100)[98])


def measure_posts(url: str, database_url: str, token: dict[str, str]) -> tuple[str, str, str]:
    """Let 50 clients post 10,000 ratings of 100 albums at once; count what was kept."""
    clients, posts = 50, 200

    def post(client: int) -> list[int]:
        with requests.Session() as session:
            return [
                session.post(
                    f"{url}/rank",
                    json={"album": f"Posted {number % 100}", "rating": (client + number) % 101},
                    headers=token,
                    timeout=120,
                ).status_code
                for number in range(posts)
            ]

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        codes = [code for found in pool.map(post, range(clients)) for code in found]
    seconds = time.perf_counter() - started
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(_POSTED)
        rating_count, album_count = cursor.fetchone() or (0, 0)
    figure = (
        f"{codes.count(201)} answered 201, {rating_count} ratings of {album_count} albums kept,"
        f" {seconds:.0f} s"
    )
    return f"{clients * posts} posts from {clients} clients", figure, "10000, 10000, 100"


if __name__ == "__main__":
    main()
