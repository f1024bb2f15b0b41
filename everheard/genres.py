"""Genres from MusicBrainz, where the listener wants them: off until a contact is set."""

from __future__ import annotations

from everheard.failure import Failure
from everheard.musicbrainz import BUCKET, CLIENT_ID, MusicBrainz
from everheard.run import Run
from everheard.spotify.sender import Patience, Sender
from everheard.transform.genres import read_artist_genres
from everheard.warehouse.genres import load_genres, read_genre_queue
from everheard.warehouse.quota import Budget, reserve_calls, settle_calls

#: A minute of a run, at a call a second.
LOT_SIZE = 60


def describe_genres(run: Run) -> int:
    """Ask for the genres of artists who have none; return how many artists were asked for.

    MusicBrainz being away is a warning: the ledger does not depend on it.
    """
    settings = run.settings
    queue = read_genre_queue(run.connect(), LOT_SIZE) if settings.musicbrainz_contact else []
    if not queue:
        return 0
    calls = settings.musicbrainz_calls_per_day
    budget = Budget(CLIENT_ID, run.job, calls)
    reserved = reserve_calls(run.connect(), budget, {BUCKET: (len(queue), calls)})[BUCKET]
    found: dict[int, list[str]] = {}
    with Sender(Patience(attempts=2)) as sender:
        musicbrainz = MusicBrainz(sender, settings.musicbrainz_url, settings.musicbrainz_contact)
        try:
            for artist in queue[: reserved.call_count]:
                answer = musicbrainz.fetch_isrc(artist.isrc) or {}
                found[artist.artist_key] = read_artist_genres(answer, artist.folded_name)
        except Failure as trouble:
            run.warnings.append(str(trouble))
        finally:
            settle_calls(run.connect(), {reserved.quota_call_key: musicbrainz.call_count})
    load_genres(run.connect(), found)
    return len(found)
