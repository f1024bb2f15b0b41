"""The demo: the real jobs against a simulated Spotify and the embedded Postgres."""

from __future__ import annotations

import os
import sys
import time
import webbrowser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2

import simulator
from cli.commands import make_parser
from cli.quiet import run_quietly
from everheard.config import Settings, read_settings
from everheard.database import embedded
from everheard.database.statements import read_query
from everheard.demo import DEMO_FOLDER, DEMO_START
from everheard.failure import ExitCode, Failure
from everheard.files import read_file, write_file
from everheard.report.words import say_with_word
from everheard.rims.columns import fit
from everheard.rims.counted import say_counted
from everheard.rims.plain import to_line
from everheard.rims.terminal import print_whole
from everheard.rims.typed import START
from everheard.run.job import Job
from jobs import get_last_50, import_history, publish_dashboard
from migrate.upgrade import upgrade
from simulator.clock import from_iso
from simulator.history import write_history

#: Hours between two polls. The long one is a machine that was off.
OUTAGE_HOURS = 60
STEPS = (0, 8, 8, 8, 8, OUTAGE_HOURS, 8, 8, 8)
_WORLD: dict[str, Any] = {"listeners": ["steady"], "seed": 2026, "history_days": 365}


class DemoFailed(Failure):
    """A part of the demo did not do what it should; its own words are in the message."""

    exit_code = ExitCode.SPOTIFY_UNAVAILABLE


def main(argv: list[str]) -> int:
    """Run the demo."""
    make_parser("demo", "See it all work: no account, no database, no network.").parse_args(argv)
    run_demo()
    return 0


def run_demo() -> None:
    """Run the demo from nothing to a look at the ledger; a second run adds nothing."""
    started = time.monotonic()
    home = read_settings(needs_spotify=False).home / DEMO_FOLDER
    print("1. A real PostgreSQL, from a wheel: nothing is installed on this machine.")
    server = embedded.start(home)
    environ = {**os.environ, "EVERHEARD_HOME": str(home), "SPOOL_DIR": "", "DATABASE_URL": ""}
    settings = read_settings(environ, needs_spotify=False)
    print(f"   {upgrade(settings)}")
    start = _choose_start(home)
    print("2. A simulated Spotify, and a listener who hears about 35 songs a day.")
    with simulator.running(**_WORLD, start=start) as spotify:
        print("3. The hourly job, as it would run on your machine or on GitHub:")
        polling = read_settings({**environ, **spotify.environ()})
        for hours in STEPS:
            now = datetime.fromtimestamp(spotify.world.clock.advance(hours=hours) / 1000, UTC)
            if hours == OUTAGE_HOURS:
                print(f"   … off for {hours} hours: more than Spotify's last 50 plays …")
            print(f"   {now:%Y-%m-%d %H:%M}  {_run(get_last_50.JOB, polling)}")
        print("4. The year before, from the history that Spotify sends on request:")
        history = home / "history.zip"
        write_file(history, b"")  # its owner's alone from the first byte on
        write_history(spotify.world.listener(None), history, from_iso(start))
    print(f"   {_run(import_history.JOB, settings, str(history))}")
    print("5. A page of it all, which needs no server and no network:")
    folder = home / "dashboard"
    print(f"   {_run(publish_dashboard.JOB, settings, '--to', str(folder))}")
    _show_ledger(server)
    _show_page(folder / "index.html")
    print(f"\nDone in {time.monotonic() - started:.0f} seconds. Run it again: nothing is doubled.")


def _choose_start(home: Path) -> str:
    """Return when the simulated time begins, so that it ends about now; kept for a second run."""
    kept = home / DEMO_START
    if not kept.exists():
        start = datetime.now(UTC) - timedelta(hours=sum(STEPS))
        write_file(kept, f"{start:%Y-%m-%dT%H:00:00Z}")
    return read_file(kept).decode("ascii")


def _show_page(page: Path) -> None:
    """Name the page; open it where somebody sits before the machine."""
    print(f"The page:    {page}")
    if sys.stdout.isatty():
        webbrowser.open(page.resolve().as_uri())


def _run(job: Job, settings: Settings, *words: str) -> str:
    """Run a job; return the last line it printed."""
    heard = run_quietly(job, *words, settings=settings)
    if heard.exit_code:
        raise DemoFailed(f"{job.name} ended with {heard.exit_code}:\n{heard.said}")
    return heard.last_line


def _show_ledger(server: embedded.EmbeddedServer) -> None:
    connection = psycopg2.connect(server.url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(read_query("demo/totals"))
            totals = cursor.fetchone() or (0, 0, 0, 0, "not seen", "not seen")
            plays, tracks, artists, hours, count_certainty, certainty = totals
            cursor.execute(read_query("demo/top_artists"))
            top = cursor.fetchall()
            cursor.execute(read_query("demo/gaps"))
            gaps = cursor.fetchall()
    finally:
        connection.close()
    counted = say_with_word(f"{say_counted(plays, 'play')}", count_certainty)
    print(
        f"\nThe ledger: {counted} of {say_counted(tracks, 'track')} by"
        f" {say_counted(artists, 'artist')},"
    )
    print(f"{hours} hours (measured by the history, the last days estimated: {certainty}).\n")
    print("Top five artists         plays   hours")
    for name, count, artist_hours in top:
        print(f"  {fit(to_line(name), 22)} {count:>5}  {artist_hours:>6}")
    print()
    for start, end, gap_hours in gaps:
        print(f"Not seen: {start} to {end} ({gap_hours} h). Spotify shows 50 plays, no more;")
        print("the gap is on record (view bi.gap), and the privacy export closes it.")
    print("\nWhere it is: " + str(server.data_dir))
    print_whole("Look inside: " + embedded.print_psql_command(server))
    print("  or type:   " + f"{START} psql --demo")
    print("  then, for example: select played_at_local, track_name, main_artist_name from bi.play")
    print("    join bi.track using (track_key) order by played_at_utc desc limit 20;")
    print(f"Stop it:     {START} stop")
