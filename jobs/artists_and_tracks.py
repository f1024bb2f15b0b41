"""Enrich what the listeners have heard: tracks, albums, artists; join recordings.

When:   every three hours, or as a step of the hourly run; safe at any time, anywhere, together.
Reads:  the ledger's queue (most listened first), Spotify's tracks, albums and artists, one
        id a call for a new app; MusicBrainz for genres, where MUSICBRAINZ_CONTACT is set.
Writes: dim_track, dim_album, dim_artist and their bridges, dim_recording, what names turned
        out to be; etl_quota_call (grain: reservation of calls) and etl_owed_answer.
Again:  nothing that was answered is asked again; a run goes on where the one before stopped,
        and ends when the day's budget is used up.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta

from everheard.enrich.app import PATIENCE, open_app_client
from everheard.enrich.enricher import Enricher
from everheard.enrich.genres import enrich_genres
from everheard.ledger.catalogue import read_queue
from everheard.ledger.operations.quota import Budget
from everheard.ledger.recordings import decide_recording, join_recordings
from everheard.rims.counted import say_counted
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import Figures
from everheard.sources.http import Sender
from everheard.sources.spotify.answer import SPOTIFY

#: Asked for, stored and committed together: what a broken run loses at most.
LOT_SIZE, BATCH_LOT_SIZE = 25, 1000


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, argv)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what a listener can say about recordings."""
    for option, said in {
        "--same": "these two tracks (Spotify ids) are one recording",
        "--not-same": "these two tracks are not one recording, whatever their codes say",
        "--undecided": "forget what was said about these two tracks",
    }.items():
        parser.add_argument(option, nargs=2, metavar="TRACK", help=said)


def work(run: Run) -> Figures:
    """Ask for what is lacking, most listened first, until the day's budget is used up."""
    if run.is_needless(run.ledger.read_operations()):
        return Figures()
    connection = run.ledger.connect()
    if run.options.dry_run:
        queue = read_queue(connection, kinds=["track", "album", "artist"], limit=1, is_batch=False)
        return Figures({"left": tell_end(run, queue.calls_left)})
    keep_decisions(run)
    with Sender(SPOTIFY, PATIENCE) as sender:
        enricher = Enricher(run, open_app_client(run, sender), find_budget(run))
        calls_left = ask_queue(run, enricher)
    join_recordings(connection)
    counts = enricher.enriched
    return Figures(
        {
            "calls": str(enricher.calls.count),
            "day's quota": enricher.calls.said_end,
            "tracks": str(counts["track"]),
            "albums": str(counts["album"]),
            "artists": str(counts["artist"]),
            "genres of artists": str(enrich_genres(run) or ""),
            "asked again later": str(enricher.owed_count or ""),
            "left": tell_end(run, calls_left),
        }
    )


def find_budget(run: Run) -> Budget:
    """Return the day's calls; a third is kept for new_releases, where that job is in use."""
    calls = run.settings.calls_per_day
    return Budget(run.settings.client_id, JOB.name, calls, "new_releases", calls // 3)


def keep_decisions(run: Run) -> None:
    """Keep what the listener says about recordings on the command line."""
    decisions = {True: run.options.same, False: run.options.not_same, None: run.options.undecided}
    for is_same, tracks in decisions.items():
        if tracks:
            decide_recording(run.ledger.connect(), *tracks, is_same=is_same)


def ask_queue(run: Run, enricher: Enricher) -> int:
    """Ask lot by lot; return about how many calls are left to make."""
    while True:
        is_batch = enricher.is_batch
        queue = read_queue(
            run.ledger.connect(),
            kinds=enricher.list_kinds(),
            limit=BATCH_LOT_SIZE if is_batch else LOT_SIZE,
            is_batch=is_batch,
        )
        if not queue.asks or not enricher.calls.is_open or not enricher.ask(queue.asks):
            return queue.calls_left


def tell_end(run: Run, calls_left: int) -> str:
    """Return what is left, and the day by which nothing will be at a full budget a day."""
    if not calls_left:
        return "nothing"
    days = -(-calls_left // max(1, run.settings.calls_per_day))
    last_day = datetime.now(UTC).date() + timedelta(days=days)
    return f"{say_counted(calls_left, 'call')} (until {last_day})"


JOB = Job("artists_and_tracks", __doc__, work, add_options, stale_after="3h")


if __name__ == "__main__":
    sys.exit(main())
