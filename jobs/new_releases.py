"""Find new albums of the artists the listeners play and follow, with all their tracks.

When:   daily; safe at any time, anywhere, together.
Reads:  whom each listener follows; Spotify's list of new releases (old apps), its search, and
        the artists' own albums in turn, the most listened-to more often; the albums found.
Writes: fact_album_release (grain: listener, album found), bridge_listener_artist, dim_album
        and dim_track with their bridges; an Atom feed where FEED_PATH is set.
Again:  an album is found as new once; a run goes on where the day's budget ended the last.
"""

from __future__ import annotations

import sys

from everheard.enrich.app import PATIENCE, open_app_client
from everheard.enrich.enricher import Enricher
from everheard.enrich.feed import write_feed
from everheard.enrich.releases import ReleaseSearch
from everheard.ledger.catalogue import derive_changed
from everheard.ledger.operations.quota import Budget
from everheard.ledger.operations.runs import Operations
from everheard.ledger.releases import count_new_releases, read_artist_watch, read_new_releases
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import Figures
from everheard.run.session import Session, list_owners
from everheard.sources.http import Sender
from everheard.sources.spotify.answer import SPOTIFY


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, argv)


def work(run: Run) -> Figures:
    """Search for new albums, enrich those found, write the feed."""
    operations = run.ledger.read_operations(list_owners(run.settings))
    if run.is_needless(operations):
        return Figures()
    connection = run.ledger.connect()
    if run.options.dry_run:
        return Figures({"artists whose turn it is": str(len(read_artist_watch(connection, 1000)))})
    before = count_new_releases(connection)
    with Sender(SPOTIFY, PATIENCE) as sender:
        budget = Budget(run.settings.client_id, JOB.name, run.settings.calls_per_day)
        client = open_app_client(run, sender)
        enricher = Enricher(run, client, budget)
        search = ReleaseSearch(run, client, enricher)
        read_followed(run, sender, operations, search)
        # What an earlier run found and could not enrich comes first.
        search.enrich()
        search.find()
        search.enrich()
    derive_changed(connection)
    if run.settings.feed_path:
        write_feed(run.settings.feed_path, read_new_releases(connection))
    return Figures(
        {
            "calls": str(enricher.calls.count),
            "day's quota": enricher.calls.said_end,
            "artists asked": str(search.asked_count),
            "albums seen": str(search.seen_count),
            "new": str(count_new_releases(connection) - before),
            "described": str(enricher.enriched["album"]),
            "asked again later": str(enricher.owed_count + search.owed_count or ""),
        }
    )


def read_followed(run: Run, sender: Sender, operations: Operations, search: ReleaseSearch) -> None:
    """Read whom each listener follows; the trouble of one never costs another."""
    for sign_in in run.settings.sign_ins:
        with run.outcome.attempt():
            session = Session(run, sender, operations, sign_in)
            search.read_followed(session.find_listener(), session.client)


JOB = Job("new_releases", __doc__, work, stale_after="20h")


if __name__ == "__main__":
    sys.exit(main())
