"""Genres from MusicBrainz, where the listener wants them: off until a contact is set."""

from __future__ import annotations

from everheard.failure import Failure
from everheard.ledger.genres import load_genres, read_genre_queue
from everheard.ledger.operations.quota import Budget, reserve_calls, settle_calls
from everheard.run.job import Run
from everheard.sources.http import Patience, Sender
from everheard.sources.musicbrainz.client import BUCKET, CLIENT_ID, MUSICBRAINZ, MusicBrainz
from everheard.sources.musicbrainz.rows import read_artist_genres

#: A minute of a run, at a call a second.
LOT_SIZE = 60


def enrich_genres(run: Run) -> int:
    """Ask for the genres of artists who have none; return how many artists were asked for.

    MusicBrainz being away is a warning: the ledger does not depend on it.
    """
    settings = run.settings
    queue = read_genre_queue(run.ledger.connect(), LOT_SIZE) if settings.musicbrainz_contact else []
    if not queue:
        return 0
    calls = settings.musicbrainz_calls_per_day
    budget = Budget(CLIENT_ID, run.job, calls)
    reserved = reserve_calls(run.ledger.connect(), budget, {BUCKET: (len(queue), calls)})[BUCKET]
    found: dict[int, list[str]] = {}
    with Sender(MUSICBRAINZ, Patience(attempts=2)) as sender:
        musicbrainz = MusicBrainz(sender, settings.musicbrainz_url, settings.musicbrainz_contact)
        try:
            for artist in queue[: reserved.call_count]:
                answer = musicbrainz.fetch_isrc(artist.isrc) or {}
                found[artist.artist_key] = read_artist_genres(answer, artist.folded_name)
        except Failure as trouble:
            run.outcome.warnings.append(str(trouble))
        finally:
            settle_calls(run.ledger.connect(), {reserved.quota_call_key: musicbrainz.call_count})
    load_genres(run.ledger.connect(), found)
    return len(found)
