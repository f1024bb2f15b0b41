"""What the dashboard takes over a million plays: first paint, size, seconds to build, and live.

The ledger is that of the benchmark of the views, with ratings; the pages are written by
the real job. First paint is Chromium's own figure (first contentful paint) of a page
opened from disk with nothing cached, beside that of a page of one word, in turn.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg2
from playwright.sync_api import Browser, sync_playwright

from api import create_app
from benchmarks.api import make_token
from benchmarks.machine import (
    clean_environ,
    describe_machine,
    median,
    print_table,
    repeat_in_turn,
    run_python,
)
from benchmarks.views import LISTENER_KEY, fill
from everheard.config import read_settings
from everheard.database import embedded

CHROMIUM = "/usr/bin/chromium"
PAINT_LIMIT_MS, SIZE_LIMIT = 1000, 1_500_000
FLOOR = "a page of one word"
EMPTY_PAGE = '<!doctype html><html lang="en"><title>Empty</title><p>Empty</p></html>'
PHONE, DESKTOP = (390, 844), (1280, 900)
#: Not wait_for_function, which the pages' own policy forbids.
FIRST_PAINT = """() => new Promise((done) => {
    const tell = (list) => {
        const paint = list.getEntriesByName("first-contentful-paint")[0];
        if (paint) done(paint.startTime);
    };
    new PerformanceObserver(tell).observe({ type: "paint", buffered: true });
})"""
RATINGS = """
    insert into warehouse.fact_album_rating
    (album_key, rating, listener_key, is_dated, rating_source)
    select album_key, (album_key * 7919) %% 101, %(listener_key)s, true, 'api'
    from warehouse.dim_album where album_id like 'years%%' order by album_key limit 300
"""


def main() -> None:
    """Make the ledger, write the pages, open them, serve them; print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=9, help="of every page (9)")
    options = parser.parse_args()
    print(describe_machine())
    with clean_environ() as (folder, environ):
        run_python("-m", "migrate", "upgrade", environ=environ)
        home, pages = folder / "home", folder / "pages"
        try:
            server = embedded.start(home)
            _fill(server.url, environ)
            rows = [("measure", "figure", "bound", "kept")]
            rows += _build(pages, environ)
            rows += _weigh(pages)
            rows += _serve(home, make_token(server.url))
            rows += _paint(pages, options.repetitions)
        finally:
            embedded.stop(home)
    print_table(rows)


def _fill(url: str, environ: Mapping[str, str]) -> None:
    with closing(psycopg2.connect(url)) as connection:
        fill(connection)
        connection.cursor().execute(RATINGS, {"listener_key": LISTENER_KEY})
    run_python("-m", "jobs.rank_albums", environ=environ)


def _build(pages: Path, environ: Mapping[str, str]) -> list[tuple[str, ...]]:
    cost = run_python("-m", "jobs.publish_dashboard", "--to", str(pages), environ=environ)
    return [
        ("publish_dashboard, the whole run", f"{cost.wall:.1f} s", "", ""),
        ("of that, processor time outside the server", f"{cost.cpu:.1f} s", "", ""),
    ]


def _weigh(pages: Path) -> list[tuple[str, ...]]:
    sizes = {path.name: path.stat().st_size for path in pages.iterdir()}
    total = sum(sizes.values())
    largest = max(sizes, key=lambda name: sizes[name])
    return [
        ("all files", f"{total:,} bytes", f"{SIZE_LIMIT:,}", _say(total < SIZE_LIMIT)),
        (f"the largest, {largest}", f"{sizes[largest]:,} bytes", "", ""),
    ]


def _serve(home: Path, token: dict[str, str]) -> list[tuple[str, ...]]:
    settings = dataclasses.replace(read_settings(needs_spotify=False), database_url="", home=home)
    app = create_app(settings)
    client = app.test_client()
    rows = []
    for what, path in (
        ("live, the first visit", "/dashboard/"),
        ("live, the next visit", "/dashboard/"),
        ("live, is there anything new?", "/dashboard/news"),
    ):
        started = time.perf_counter()
        answer = client.get(path, headers=token)
        rows.append((what, f"{(time.perf_counter() - started) * 1000:,.0f} ms", "", ""))
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        answer.close()
    app.extensions["ledger"].close()
    return rows


def _paint(pages: Path, repetitions: int) -> list[tuple[str, ...]]:
    (pages / "empty.html").write_text(EMPTY_PAGE, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        contestants: dict[str, Callable[[], float]] = {
            FLOOR: partial(_open, browser, pages / "empty.html", DESKTOP),
            "Overview": partial(_open, browser, pages / "index.html", DESKTOP),
            "Overview, on a phone": partial(_open, browser, pages / "index.html", PHONE),
            "Records": partial(_open, browser, pages / "records.html", DESKTOP),
            "Discovery": partial(_open, browser, pages / "discovery.html", DESKTOP),
        }
        times = repeat_in_turn(repetitions, contestants)
        browser.close()
    floor = median(times[FLOOR])
    rows = []
    for name, values in times.items():
        paint, worst = median(values), max(values)
        figure = f"{paint:.0f} ms (slowest {worst:.0f}), {paint / floor:.1f} x"
        bound = "" if name == FLOOR else f"{PAINT_LIMIT_MS} ms"
        rows.append((f"first paint, {name}", figure, bound, _say(paint < PAINT_LIMIT_MS)))
    return rows


def _open(browser: Browser, file: Path, size: tuple[int, int]) -> float:
    """Return the milliseconds from the opening of a page to its first content."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.goto(file.as_uri())
    found = page.evaluate(FIRST_PAINT)
    context.close()
    return float(found)


def _say(is_kept: bool) -> str:
    return "yes" if is_kept else "NO"


if __name__ == "__main__":
    main()
