"""Find new albums of the artists the listeners play and follow, with all their tracks.

When:   daily; safe at any time, anywhere, together.
Reads:  whom each listener follows; Spotify's list of new releases (old apps), its search, and
        the artists' own albums in turn, the most listened-to more often; the albums found.
Writes: fact_album_release (grain: listener, album found), bridge_listener_artist, dim_album
        and dim_track with their bridges; an Atom feed where FEED_PATH is set.
Again:  an album is found as new once; a run goes on where the day's budget ended the last.
"""

from __future__ import annotations

import argparse
import sys

from everheard.catalogue import PATIENCE, Catalogue, open_catalogue
from everheard.failure import Failure
from everheard.feed import write_feed
from everheard.releases import ReleaseSearch
from everheard.run import Run, parse_duration, run_job
from everheard.sign_in import Session, list_owners
from everheard.spotify.sender import Sender
from everheard.warehouse.books import Books
from everheard.warehouse.catalogue import derive_changed
from everheard.warehouse.quota import Budget
from everheard.warehouse.releases import (
    count_new_releases,
    read_artist_watch,
    read_new_releases,
)

JOB = "new_releases"


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, __doc__, find_releases, argv, _add_options)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--if-stale",
        type=parse_duration,
        metavar="20h",
        help="do nothing if any runner has succeeded within this time",
    )


def find_releases(run: Run) -> None:
    """Look for new albums, describe those found, write the feed."""
    books = run.read_books(list_owners(run.settings))
    if run.is_needless(books):
        return
    if run.options.dry_run:
        due = len(read_artist_watch(run.connect(), 1000))
        run.tell = lambda _: {"artists whose turn it is": str(due)}
        return
    before = count_new_releases(run.connect())
    with Sender(PATIENCE) as sender:
        budget = Budget(run.settings.client_id, JOB, run.settings.calls_per_day)
        catalogue = Catalogue(run, open_catalogue(run, sender), budget)
        search = ReleaseSearch(run, catalogue)
        read_followed(run, sender, books, search)
        # What an earlier run found and could not describe comes first.
        search.describe()
        search.look()
        search.describe()
    derive_changed(run.connect())
    if run.settings.feed_path:
        write_feed(run.settings.feed_path, read_new_releases(run.connect()))
    figures = {
        "calls": str(catalogue.call_count),
        "artists asked": str(search.asked_count),
        "albums seen": str(search.seen_count),
        "new": str(count_new_releases(run.connect()) - before),
        "described": str(catalogue.described["album"]),
    }
    run.tell = lambda _: figures


def read_followed(run: Run, sender: Sender, books: Books, search: ReleaseSearch) -> None:
    """Read whom each listener follows; the trouble of one never costs another."""
    for sign_in in run.settings.sign_ins:
        session = Session(run, sender, books, sign_in)
        try:
            search.read_followed(session.find_listener(), session.client)
        except Failure as failure:
            run.failures.append(failure)


if __name__ == "__main__":
    sys.exit(main())
