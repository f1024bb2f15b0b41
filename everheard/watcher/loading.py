"""Playbacks into the ledger, when it is awake anyway: a play's time as it was really heard."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg2.extensions import connection as Connection

from everheard.ledger.told import load_told
from everheard.rows import FROM_PLAY, FROM_WATCHER, NAMED, StagedRows, ToldRow
from everheard.sources.spotify.rows.fields import read_track_uri
from everheard.sources.spotify.rows.stage import Stage
from everheard.watcher import FOLDER
from everheard.watcher.playbacks import Playback
from everheard.watcher.samples import PlayingKind

if TYPE_CHECKING:
    from everheard.watcher.store import PlaybackStore

#: The ledger takes an episode from a history alone.
_LOADED = {PlayingKind.TRACK, PlayingKind.LOCAL}


def load_pending(
    store: PlaybackStore, connection: Connection, *, owners: Iterable[str], listener_key: int
) -> int:
    """Bring a listener's playbacks into the ledger; return how many were new to it.

    ``owners`` are the fingerprints by which the store knows them. What is loaded twice adds
    nothing. Raises DatabaseTrouble or SchemaMismatch; then all stay where they are.
    """
    pending = [
        one
        for owner in dict.fromkeys(owners)
        for one in store.read_pending(owner)
        if one.playback.kind in _LOADED
    ]
    if not pending:
        return 0
    rows = to_told_rows(one.playback for one in pending)
    count = load_told(connection, listener_key=listener_key, rows=rows)
    store.note_loaded(pending, datetime.now(UTC))
    return count


def load_watched(
    home: Path, connection: Connection, *, owners: Iterable[str], listener_key: int
) -> int:
    """Bring in what a watcher on this machine keeps, where there is one; as ``load_pending``."""
    if not (home / FOLDER).is_dir():
        return 0
    from everheard.watcher.store import open_store  # where nobody watches there is no file

    with open_store(home) as store:
        return load_pending(store, connection, owners=owners, listener_key=listener_key)


def to_told_rows(playbacks: Iterable[Playback]) -> StagedRows:
    """Return all that playbacks say: plays with their time, tracks, albums, artists, contexts."""
    stage = Stage()
    for one in playbacks:
        uri = read_track_uri(one.item)
        track_ref = stage.add_track(one.item, uri, FROM_PLAY if uri else NAMED)
        context_ref = stage.add_context({"uri": one.context_uri} if one.context_uri else {})
        stage.rows.told.append(
            ToldRow(
                told_at=one.ended_at,
                track_ref=track_ref,
                context_ref=context_ref,
                ms_source=FROM_WATCHER,
                ms_played=one.listened_ms,
                length_ms=one.duration_ms,
            )
        )
    return stage.rows
