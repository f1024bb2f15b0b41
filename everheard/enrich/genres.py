"""Genres from MusicBrainz, where the listener wants them: off until a contact is set."""

from __future__ import annotations

from everheard.enrich.troubles import SEVERAL
from everheard.failure import Failure
from everheard.ledger.genres import Unclassified, load_genres, read_genre_queue
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
    with Sender(MUSICBRAINZ, Patience(attempts=2)) as sender:
        musicbrainz = MusicBrainz(sender, settings.musicbrainz_url, settings.musicbrainz_contact)
        try:
            told = ask_genres(run, musicbrainz, queue[: reserved.call_count])
        finally:
            settle_calls(run.ledger.connect(), {reserved.quota_call_key: musicbrainz.call_count})
    unanswered = [one.artist_id for one in queue if told.get(one.artist_key, []) is None]
    found = {key: genres for key, genres in told.items() if genres is not None}
    load_genres(run.ledger.connect(), found, unanswered)
    return len(found)


def ask_genres(
    run: Run, musicbrainz: MusicBrainz, artists: list[Unclassified]
) -> dict[int, list[str] | None]:
    """Ask artist by artist; return what came by their keys, None for no answer.

    One who is not answered for is asked for later; several in a row are MusicBrainz's trouble,
    and end it for this run.
    """
    told: dict[int, list[str] | None] = {}
    in_a_row = 0
    for artist in artists:
        try:
            answer = musicbrainz.fetch_isrc(artist.isrc) or {}
        except Failure as trouble:
            told[artist.artist_key] = None
            in_a_row += 1
            if str(trouble) not in run.outcome.warnings:
                run.outcome.warnings.append(str(trouble))
            if in_a_row == SEVERAL:
                break
        else:
            in_a_row = 0
            told[artist.artist_key] = read_artist_genres(answer, artist.folded_name)
    return told
