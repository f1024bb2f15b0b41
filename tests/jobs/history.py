"""A listening history as its import leaves it: tracks known by name alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from psycopg2.extensions import connection as Connection

from everheard.database.statements import render, render_insert, render_staged
from everheard.database.transactions import open_transaction
from everheard.ledger import flows
from everheard.ledger.derive import derive
from everheard.ledger.summaries import render_summaries
from everheard.names import fold_name
from everheard.rows import NAMED, AlbumRow, ArtistRow, CreditRow, StagedRows, TrackRow
from simulator.catalogue import SimulatedTrack

START = datetime(2025, 1, 1, tzinfo=UTC)


def import_history(connection: Connection, heard: Iterable[tuple[SimulatedTrack, int]]) -> int:
    """Let the ledger hold one play of each track, of so many milliseconds; return the listener."""
    plays = list(heard)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (account_id) values ('account')"
            " on conflict do nothing"
        )
        cursor.execute("select listener_key from warehouse.dim_listener")
        (listener_key,) = cursor.fetchone() or (0,)
        lock = render(cursor, flows.LISTENER_LOCK, {"listener_key": listener_key})
    rows = to_named_rows([track for track, _ in plays])
    with open_transaction(connection, lock) as cursor:
        derive(cursor, flows.POLL_DERIVATION, listener_key, render_staged(cursor, rows))
        cursor.execute("create temp table heard (track_uri text, at timestamptz, ms integer)")
        moments = [
            (track.uri, START + timedelta(minutes=10 * number), ms)
            for number, (track, ms) in enumerate(plays)
        ]
        cursor.execute(render_insert(cursor, "heard", moments) or b"select 1")
        cursor.execute(
            """
            insert into warehouse.fact_play
                (played_at, track_key, ms_played, listener_key, ms_source)
            select heard.at, track.track_key, heard.ms, %s, 1
            from pg_temp.heard join warehouse.dim_track as track using (track_uri)
            on conflict do nothing
            """,
            (listener_key,),
        )
        cursor.execute("drop table pg_temp.heard")
        cursor.execute(
            "insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)"
            " values (%s, '-infinity', 'infinity') on conflict do nothing",
            (listener_key,),
        )
        cursor.execute(render_summaries(cursor, listener_key))
    return listener_key


def to_named_rows(tracks: list[SimulatedTrack]) -> StagedRows:
    """Return what a history says of tracks: id, title, album title, the album's first artist."""
    staged = StagedRows()
    for ref, track in enumerate(tracks, start=1):
        owner = (track.album.artists or track.artists)[0].name or ""
        folded = fold_name(owner)
        staged.artist.append(ArtistRow(ref, None, owner, folded, None, NAMED))
        album, folded_album = track.album.name, fold_name(track.album.name)
        staged.album.append(
            AlbumRow(ref, None, album, folded_album, folded, None, None, None, None, None, NAMED)
        )
        staged.album_artist.append(CreditRow(ref, ref, 0, "main"))
        staged.track.append(
            TrackRow(
                ref,
                track.id,
                track.uri,
                track.name,
                fold_name(track.name),
                folded,
                ref,
                None,
                None,
                None,
                None,
                None,
                False,
                NAMED,
            )
        )
        staged.track_artist.append(CreditRow(ref, ref, 0, "main"))
    return staged
