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
from pathlib import Path

from dashboard.build import write_dashboard
from everheard.failure import ConfigurationError
from everheard.report.book import Book
from everheard.report.read import read_book, read_listeners
from everheard.run import Run, run_job
from everheard.warehouse.connect import translate_errors

JOB = "publish_dashboard"


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    job = Publishing()
    return run_job(JOB, __doc__, job.run, argv, _add_options, needs_spotify=False, tell=job.tell)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to", type=Path, metavar="FOLDER", help="where to write (dashboard in the data folder)"
    )
    parser.add_argument("--open", action="store_true", help="show it in the browser")
    parser.add_argument(
        "--all-pictures", action="store_true", help="draw every year's picture, not the newest two"
    )


class Publishing:
    """One run: a folder, and a folder below it for every further listener."""

    def __init__(self) -> None:
        self.pages: list[Path] = []
        self.play_count = 0

    def run(self, run: Run) -> None:
        """Read every listener's book and write it."""
        folder = run.options.to or run.settings.home / "dashboard"
        with translate_errors():
            connection = run.connect()
            for listener_key, name, timezone in read_listeners(connection):
                book = read_book(connection, listener_key, name, timezone)
                self.play_count += sum(day.total.play_count for day in book.days)
                if run.options.dry_run:
                    continue
                place = folder / f"listener-{listener_key}" if self.pages else folder
                self.pages.append(_write(book, place, all_pictures=run.options.all_pictures))
        if not self.pages and not run.options.dry_run:
            run.idle_reason = "there is no listener yet: `python start.py authorize` signs you in"
        if self.pages and run.options.open:
            self.show()

    def show(self) -> None:
        """Name the pages; open the first where somebody sits before the machine."""
        for page in self.pages:
            print(f"The page: {page}")
        if sys.stdout.isatty():
            webbrowser.open(self.pages[0].resolve().as_uri())

    def tell(self, _: Run) -> dict[str, str]:
        """Return the figures of the last line."""
        return {"listeners": f"{len(self.pages)}", "plays": f"{self.play_count}"}


def _write(book: Book, folder: Path, *, all_pictures: bool) -> Path:
    try:
        return write_dashboard(book, folder, all_pictures=all_pictures)
    except OSError as error:
        raise ConfigurationError(
            [f"{folder} cannot be written ({error.strerror}): name another folder with --to"]
        ) from None


if __name__ == "__main__":
    sys.exit(main())
