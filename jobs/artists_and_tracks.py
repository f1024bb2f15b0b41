"""Describe what the listeners have heard: tracks, albums, artists; join recordings.

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

from everheard.catalogue import PATIENCE, Catalogue, open_catalogue
from everheard.genres import describe_genres
from everheard.run import Run, parse_duration, run_job
from everheard.spotify.sender import Sender
from everheard.warehouse.catalogue import derive_changed, join_recordings, read_queue
from everheard.warehouse.decisions import decide_recording
from everheard.warehouse.quota import Budget

JOB = "artists_and_tracks"
#: Asked for, stored and committed together: what a broken run loses at most.
LOT_SIZE, BATCH_LOT_SIZE = 25, 1000


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, __doc__, describe_catalogue, argv, _add_options)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--if-stale",
        type=parse_duration,
        metavar="3h",
        help="do nothing if any runner has succeeded within this time",
    )
    for option, said in {
        "--same": "these two tracks (Spotify ids) are one recording",
        "--not-same": "these two tracks are not one recording, whatever their codes say",
        "--undecided": "forget what was said about these two tracks",
    }.items():
        parser.add_argument(option, nargs=2, metavar="TRACK", help=said)


def describe_catalogue(run: Run) -> None:
    """Ask for what is lacking, most listened first, until the day's budget is used up."""
    books = run.read_books()
    if run.is_needless(books):
        return
    if run.options.dry_run:
        queue = read_queue(
            run.connect(), kinds=["track", "album", "artist"], limit=1, is_batch=False
        )
        tell(run, {"left": tell_end(run, queue.calls_left)})
        return
    keep_decisions(run)
    with Sender(PATIENCE) as sender:
        catalogue = Catalogue(run, open_catalogue(run, sender), find_budget(run))
        calls_left = ask_queue(run, catalogue)
    derive_changed(run.connect())
    join_recordings(run.connect())
    genres = {"genres of artists": str(describe_genres(run) or "")}
    tell(run, tell_done(catalogue) | genres | {"left": tell_end(run, calls_left)})


def find_budget(run: Run) -> Budget:
    """Return the day's calls; a third is kept for new_releases, where that job is in use."""
    calls = run.settings.calls_per_day
    return Budget(run.settings.client_id, JOB, calls, "new_releases", calls // 3)


def keep_decisions(run: Run) -> None:
    """Keep what the listener says about recordings on the command line."""
    decisions = {True: run.options.same, False: run.options.not_same, None: run.options.undecided}
    for is_same, tracks in decisions.items():
        if tracks:
            decide_recording(run.connect(), *tracks, is_same=is_same)


def ask_queue(run: Run, catalogue: Catalogue) -> int:
    """Ask lot by lot; return about how many calls are left to make."""
    while True:
        is_batch = catalogue.is_batch
        queue = read_queue(
            run.connect(),
            kinds=catalogue.list_kinds(),
            limit=BATCH_LOT_SIZE if is_batch else LOT_SIZE,
            is_batch=is_batch,
        )
        if not queue.asks or not catalogue.is_open:
            return queue.calls_left
        catalogue.ask(queue.asks)


def tell(run: Run, figures: dict[str, str]) -> None:
    """Let the last line of the run say these figures."""
    run.tell = lambda _: figures


def tell_done(catalogue: Catalogue) -> dict[str, str]:
    """Return what was done: calls, and what they described."""
    counts = catalogue.described
    return {
        "calls": str(catalogue.call_count),
        "tracks": str(counts["track"]),
        "albums": str(counts["album"]),
        "artists": str(counts["artist"]),
    }


def tell_end(run: Run, calls_left: int) -> str:
    """Return what is left, and the day by which nothing will be at a full budget a day."""
    if not calls_left:
        return "nothing"
    days = -(-calls_left // max(1, run.settings.calls_per_day))
    return f"{calls_left} calls (until {datetime.now(UTC).date() + timedelta(days=days)})"


if __name__ == "__main__":
    sys.exit(main())
