"""Write the dashboard: a folder of pages that needs no server and no network.

When:   daily, or by hand (`python start.py dashboard`, which opens it too).
Reads:  the views (bi), of every listener; no call to Spotify.
Writes: a folder (--to), about 1.5 MB at most; nothing in the ledger.
Grain:  one page a question, one statement a year; every period in each page.
Again:  a second run writes the same files anew.
"""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser
from pathlib import Path

from dashboard.build import Others, write_dashboard
from everheard.failure import ConfigurationError
from everheard.report.data import ListenerData
from everheard.report.read import read_listener_data
from everheard.rims.plain import to_line
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import Figures, say_nobody
from everheard.run.whose import ShownListener, add_whose, choose_shown, read_everybody, read_shown


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, argv)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add where the pages go, and what to draw."""
    parser.add_argument(
        "--to", type=Path, metavar="FOLDER", help="where to write (dashboard in the data folder)"
    )
    parser.add_argument("--open", action="store_true", help="show it in the browser")
    add_whose(parser)
    parser.add_argument(
        "--public",
        action="store_true",
        help="let every user of this machine read the files, as a web server has to",
    )
    parser.add_argument(
        "--all-pictures", action="store_true", help="draw every year's picture, not the newest two"
    )


def work(run: Run) -> Figures:
    """Read what the pages show of every listener, and write it: a folder each, below the first.

    What goes wrong with one listener's pages costs nobody else's.
    """
    folder = run.options.to or run.settings.home / "dashboard"
    everybody = read_everybody(run)
    pages: list[Path] = []
    play_count = 0
    for one in choose_shown(run, everybody):
        with run.outcome.attempt():
            data = read_shown(run, one, read_listener_data)
            play_count += sum(day.total.plays for day in data.days)
            if not run.options.dry_run:
                place = _find_place(folder, one)
                others = [
                    (other.name, _find_way(place, _find_place(folder, other)))
                    for other in everybody
                    if other is not one
                ]
                pages.append(_write(data, place, run.options, others))
    if not everybody and not run.options.dry_run:
        run.outcome.idle_reason = say_nobody(run.settings.home)
    if pages and run.options.open:
        show(pages)
    return Figures({"listeners": f"{len(pages)}", "plays": f"{play_count}"})


def _find_place(folder: Path, one: ShownListener) -> Path:
    """Return where a listener's pages lie: the first one's in the folder itself."""
    return folder / f"listener-{one.listener_key}" if one.place else folder


def _find_way(here: Path, there: Path) -> str:
    """Return the link from one listener's pages to another's."""
    return (Path(os.path.relpath(there, here)) / "index.html").as_posix()


def show(pages: list[Path]) -> None:
    """Name the pages; open the first where somebody sits before the machine."""
    for page in pages:
        print(f"The page: {to_line(page)}")
    if sys.stdout.isatty():
        webbrowser.open(pages[0].resolve().as_uri())


def _write(data: ListenerData, folder: Path, options: argparse.Namespace, others: Others) -> Path:
    try:
        return write_dashboard(
            data,
            folder,
            all_pictures=options.all_pictures,
            is_public=options.public,
            others=others,
        )
    except OSError as error:
        raise ConfigurationError(
            [f"{folder} cannot be written ({error.strerror}): name another folder with --to"]
        ) from None


JOB = Job("publish_dashboard", __doc__, work, add_options, needs_spotify=False)


if __name__ == "__main__":
    sys.exit(main())
