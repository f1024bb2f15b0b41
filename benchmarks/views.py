"""Time each question over a million plays in ten years, beside a bare count of the plays."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from benchmarks.machine import (
    clean_environ,
    describe_machine,
    median,
    print_table,
    repeat_in_turn,
    run_python,
)
from everheard.database import embedded
from everheard.ledger.summaries import render_summaries

LISTENER_KEY = 1
LIMIT_MS = 500
LEDGER = Path(__file__).with_name("listening_years.sql")
PERIODS = ("7 days", "30 days", "90 days", "365 days", "2020", "all time")
FLOOR = "select count(*) from warehouse.fact_play"
BY_PERIOD = {
    "top_track": "place <= 50",
    "top_artist": "credit = 'all' and place <= 50",
    "top_album": "place <= 50",
    "listening_clock": "true",
    "skip_rate": "judged_count >= 20",
    "period_listening": "true",
    "period_step": "true",
    "period_streak": "true",
    "unnamed_listening": "true",
}
OTHERS = {
    "daily_listening": "true",
    "coverage": "true",
    "daily_report": "play_date = current_date - 1",
    "daily_top": "play_date = current_date - 1",
    "session": "true",
    "streak": "true",
    "discovery": "kind = 'artist'",
    "discovery_month": "true",
    "artist_month": "artist_key between 100 and 111",
    "comeback": "true",
    "year_review": "true",
    "metadata_completeness": "true",
    "new_release": "true",
    "sign_in": "true",
}
#: Of the pipeline as a whole, whoever is listening.
OF_ALL = ("pipeline_health",)


def main() -> None:
    """Make the ledger, ask every question in turn, print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    print(describe_machine())
    with clean_environ() as (folder, environ):
        run_python("-m", "migrate", "upgrade", environ=environ)
        home = folder / "home"
        try:
            with closing(psycopg2.connect(embedded.start(home).url)) as connection:
                fill(connection)
                _ask_all(connection.cursor(), options.repetitions)
        finally:
            embedded.stop(home)


def fill(connection: Connection) -> None:
    """Fill an empty ledger with the million plays, and print how long the summaries take."""
    cursor = connection.cursor()
    cursor.execute(LEDGER.read_text(encoding="utf-8"), {"listener_key": LISTENER_KEY})
    started = time.perf_counter()
    cursor.execute(render_summaries(cursor, LISTENER_KEY))
    print(f"all summaries from nothing: {time.perf_counter() - started:.1f} s")
    connection.commit()
    connection.autocommit = True
    cursor.execute("vacuum analyze")
    # As the role that reads has them (migrate/role.py).
    cursor.execute("set work_mem = '64MB'; set jit = off")


def _ask_all(cursor: Cursor, repetitions: int) -> None:
    questions = {"count(*) of the plays": FLOOR}
    for view, condition in BY_PERIOD.items():
        for period in PERIODS:
            questions[f"{view}, {period}"] = (
                f"select * from bi.{view} where listener_key = {LISTENER_KEY}"
                f" and period = '{period}' and {condition}"
            )
    for view, condition in OTHERS.items():
        questions[view] = (
            f"select * from bi.{view} where listener_key = {LISTENER_KEY} and {condition}"
        )
    questions |= {view: f"select * from bi.{view}" for view in OF_ALL}
    times = repeat_in_turn(
        repetitions, {name: _timer(cursor, query) for name, query in questions.items()}
    )
    rows = [("question", "median ms", f"under {LIMIT_MS}")]
    for name, values in times.items():
        milliseconds = median(values) * 1000
        rows.append((name, f"{milliseconds:.0f}", "yes" if milliseconds < LIMIT_MS else "NO"))
    print_table(rows)


def _timer(cursor: Cursor, query: str) -> Callable[[], float]:
    def ask() -> float:
        started = time.perf_counter()
        cursor.execute(query)
        cursor.fetchall()
        return time.perf_counter() - started

    return ask


if __name__ == "__main__":
    main()
