"""Write the dashboard: a folder of pages that needs no server and no network.

When:   daily, or by hand (`python start.py dashboard`, which opens it too).
Reads:  the views (bi), of every listener; no call to Spotify.
Writes: a folder (--to), about 1.5 MB at most; nothing in the ledger.
Grain:  one page a question, one statement a year; every period in each page.
Again:  a second run writes the same files anew.
"""

from __future__ import annotations

import argparse
import sys
import webbrowser
from functools import partial
from pathlib import Path

from dashboard.build import write_dashboard
from everheard.database.connect import translate_errors
from everheard.failure import ConfigurationError
from everheard.report.data import ListenerData
from everheard.report.read import read_listener_data, read_listeners
from everheard.rims.plain import to_line
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import NOBODY_YET, Figures


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, argv)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add where the pages go, and what to draw."""
    parser.add_argument(
        "--to", type=Path, metavar="FOLDER", help="where to write (dashboard in the data folder)"
    )
    parser.add_argument("--open", action="store_true", help="show it in the browser")
    parser.add_argument(
        "--public",
        action="store_true",
        help="let every user of this machine read the files, as a web server has to",
    )
    parser.add_argument(
        "--all-pictures", action="store_true", help="draw every year's picture, not the newest two"
    )


def work(run: Run) -> Figures:
    """Read what the pages show of every listener, and write it: a folder each, below the first."""
    return run.with_known_zones(partial(build, run))


def build(run: Run) -> Figures:
    """Read and write one listener after the other."""
    folder = run.options.to or run.settings.home / "dashboard"
    pages: list[Path] = []
    play_count = 0
    with translate_errors():
        connection = run.ledger.connect()
        for listener_key, name, timezone in read_listeners(connection):
            data = read_listener_data(connection, listener_key, name, timezone)
            play_count += sum(day.total.plays for day in data.days)
            if run.options.dry_run:
                continue
            place = folder / f"listener-{listener_key}" if pages else folder
            pages.append(_write(data, place, run.options))
    if not pages and not run.options.dry_run:
        run.outcome.idle_reason = NOBODY_YET
    if pages and run.options.open:
        show(pages)
    return Figures({"listeners": f"{len(pages)}", "plays": f"{play_count}"})


def show(pages: list[Path]) -> None:
    """Name the pages; open the first where somebody sits before the machine."""
    for page in pages:
        print(f"The page: {to_line(page)}")
    if sys.stdout.isatty():
        webbrowser.open(pages[0].resolve().as_uri())


def _write(data: ListenerData, folder: Path, options: argparse.Namespace) -> Path:
    try:
        return write_dashboard(
            data, folder, all_pictures=options.all_pictures, is_public=options.public
        )
    except OSError as error:
        raise ConfigurationError(
            [f"{folder} cannot be written ({error.strerror}): name another folder with --to"]
        ) from None


JOB = Job("publish_dashboard", __doc__, work, add_options, needs_spotify=False)


if __name__ == "__main__":
    sys.exit(main())
