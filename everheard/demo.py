"""The demo: the real jobs against a simulated Spotify and the embedded Postgres.

It drives the same commands a listener's machine runs, as processes of their own: the
package ``everheard`` knows neither jobs nor simulator.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2

from everheard.config import PROJECT_DIR, read_settings
from everheard.failure import ExitCode, Failure
from everheard.warehouse import embedded

#: Hours between two looks at Spotify. The long one is a machine that was off.
OUTAGE_HOURS = 60
STEPS = (0, 8, 8, 8, 8, OUTAGE_HOURS, 8, 8, 8)
_WORLD = ("--listeners", "steady", "--seed", "2026", "--history-days", "365")


class DemoFailed(Failure):
    """A part of the demo did not do what it should; its own words are in the message."""

    exit_code = ExitCode.SPOTIFY_UNAVAILABLE


def run_demo() -> None:
    """Run the demo from nothing to a look at the ledger; a second run adds nothing."""
    started = time.monotonic()
    home = read_settings(needs_spotify=False).home / "demo"
    print("1. A real PostgreSQL, from a wheel: nothing is installed on this machine.")
    server = embedded.start(home)
    environ = {**os.environ, "EVERHEARD_HOME": str(home), "SPOOL_DIR": "", "DATABASE_URL": ""}
    print(f"   {_run_module('migrate', 'upgrade', environ=environ)}")
    world = (*_WORLD, "--start", _choose_start(home))
    print("2. A simulated Spotify, and a listener who hears about 35 songs a day.")
    with _simulated_spotify(environ, world) as settings:
        print("3. The hourly job, as it would run on your machine or on GitHub:")
        for hours in STEPS:
            _poll_after(hours, {**environ, **settings})
    print("4. The year before, from the export that Spotify sends on request:")
    export = home / "export.zip"
    _run_module("simulator", "export", *world, "--out", str(export), environ=environ)
    print(f"   {_run_module('jobs.import_history', str(export), environ=environ)}")
    print("5. A page of it all, which needs no server and no network:")
    folder = home / "dashboard"
    publish = _run_module("jobs.publish_dashboard", "--to", str(folder), environ=environ)
    print(f"   {publish}")
    _show_ledger(server)
    _show_page(folder / "index.html")
    print(f"\nDone in {time.monotonic() - started:.0f} seconds. Run it again: nothing is doubled.")


def _choose_start(home: Path) -> str:
    """Return when the simulated time begins, so that it ends about now; kept for a second run."""
    kept = home / "demo-start"
    if not kept.exists():
        start = datetime.now(UTC) - timedelta(hours=sum(STEPS))
        kept.write_text(f"{start:%Y-%m-%dT%H:00:00Z}", encoding="ascii")
    return kept.read_text(encoding="ascii")


def _show_page(page: Path) -> None:
    """Name the page; open it where somebody sits before the machine."""
    print(f"The page:    {page}")
    if sys.stdout.isatty():
        webbrowser.open(page.resolve().as_uri())


def _poll_after(hours: int, environ: dict[str, str]) -> None:
    clock = _post_clock(environ["SPOTIFY_ACCOUNTS_URL"], hours)
    if hours == OUTAGE_HOURS:
        print(f"   … the machine is off for {hours} hours: more than Spotify's last 50 plays …")
    print(f"   {clock[:16].replace('T', ' ')}  {_run_module('jobs.get_last_50', environ=environ)}")


def _run_module(module: str, *arguments: str, environ: dict[str, str]) -> str:
    """Run a module of this project; return the last line it printed."""
    done = subprocess.run(  # noqa: S603 (our own modules)
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT_DIR,
        env=environ,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise DemoFailed(f"{module} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout.strip().split("\n")[-1]


@contextmanager
def _simulated_spotify(environ: dict[str, str], world: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Run the simulator; give the settings that make it a drop-in for Spotify."""
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-u", "-m", "simulator", "--port", "0", *world],
        cwd=PROJECT_DIR,
        env=environ,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None  # noqa: S101 (a pipe was asked for)
    try:
        yield _read_settings_lines(process.stdout)
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


def _read_settings_lines(lines: Iterator[str]) -> dict[str, str]:
    """Read the .env lines that the simulator prints when it is ready."""
    settings: dict[str, str] = {}
    for line in lines:
        name, separator, value = line.strip().partition("=")
        if separator and name.startswith("SPOTIFY_"):
            settings[name] = value
        if len(settings) == 5:
            return settings
    raise DemoFailed("The simulator ended before it was ready.")


def _post_clock(url: str, hours: int) -> str:
    """Move the simulated clock; return its time (ISO)."""
    request = urllib.request.Request(  # noqa: S310 (loopback)
        f"{url}/simulator/clock",
        data=json.dumps({"advance_seconds": hours * 3600}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return str(json.load(answer)["now"])


_TOTALS = """
    select
        (select count(*) from bi.play),
        (select count(*) from bi.track where track_key > 0),
        (select count(*) from bi.artist where artist_key > 0),
        (select round(sum(ms_listened) / 3600000.0, 1) from bi.play)
"""
_TOP_ARTISTS = """
    select artist.artist_name, count(*), round(sum(play.ms_listened) / 3600000.0, 1)
    from bi.play as play
    inner join bi.track_artist as credit on play.track_key = credit.track_key
    inner join bi.artist as artist on credit.artist_key = artist.artist_key
    group by artist.artist_key, artist.artist_name
    order by sum(play.ms_listened) desc, artist.artist_name
    limit 5
"""
_GAPS = """
    select
        to_char(gap_start_local, 'YYYY-MM-DD HH24:MI'),
        to_char(gap_end_local, 'YYYY-MM-DD HH24:MI'),
        gap_hours
    from bi.gap where is_open order by gap_start_local
"""


def _show_ledger(server: embedded.EmbeddedServer) -> None:
    connection = psycopg2.connect(server.url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_TOTALS)
            plays, tracks, artists, hours = cursor.fetchone() or (0, 0, 0, 0)
            cursor.execute(_TOP_ARTISTS)
            top = cursor.fetchall()
            cursor.execute(_GAPS)
            gaps = cursor.fetchall()
    finally:
        connection.close()
    certainty = "at least " if gaps else ""
    print(f"\nThe ledger: {certainty}{plays} plays of {tracks} tracks by {artists} artists,")
    print(f"about {hours} hours (measured by the export; the last days estimated).\n")
    print("Top five artists         plays   hours")
    for name, count, artist_hours in top:
        print(f"  {name[:22]:<22} {count:>5}  {artist_hours:>6}")
    print()
    for start, end, gap_hours in gaps:
        print(f"Not seen: {start} to {end} ({gap_hours} h). Spotify shows 50 plays, no more;")
        print("the gap is on record (view bi.gap), and the privacy export closes it.")
    print("\nWhere it is: " + str(server.data_dir))
    print("Look inside: " + embedded.print_psql_command(server))
    print("  then, for example: select * from bi.play order by played_at_utc desc limit 20;")
    print("Stop it:     " + ("py" if sys.platform == "win32" else "python") + " start.py stop")


def stop(home: Path) -> str:
    """Stop the embedded servers of the demo and of the ledger; return a sentence."""
    stopped = sum(embedded.stop(folder) for folder in (home / "demo", home))
    return f"stop: {stopped} embedded server(s) stopped"
