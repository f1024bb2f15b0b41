"""A ledger to load pages into and to look at, by natural keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.database.statements import render, render_staged
from everheard.database.transactions import open_transaction
from everheard.ledger import flows
from everheard.ledger.catalogue import derive_changed, load_answers
from everheard.ledger.derive import derive
from everheard.ledger.polls import LoadResult, load_polls
from everheard.ledger.told import load_told
from everheard.names import fold_name
from everheard.rows import (
    FROM_ANSWER,
    FROM_PLAY,
    NAMED,
    AlbumRow,
    ArtistRow,
    CreditRow,
    StagedRows,
    ToldRow,
    TrackRow,
)
from everheard.sources.spotify.rows import read_items, to_page, to_poll_rows
from everheard.sources.spotify.rows.stage import Stage
from tests.everheard.pages import Json, at, make_answer

JOB = "get_last_50"

_INSERT_FACTS = """
with written as (
    insert into warehouse.fact_play (played_at, track_key, ms_played, listener_key, ms_source)
    select imported.played_at, track.track_key, imported.ms_played, %(listener_key)s, 1
    from unnest(%(played_at)s::timestamptz[], %(track_ref)s::integer[], %(ms_played)s::integer[])
        as imported (played_at, track_ref, ms_played)
    join pg_temp.staged_track as staged using (track_ref)
    join warehouse.dim_track as track
        on staged.track_uri = track.track_uri
        or (staged.folded_name, staged.folded_artist_name)
            = (track.known_by_name, track.known_by_artist)
        and staged.track_uri is null
    returning played_at, track_key
)
insert into pg_temp.new_observation select * from written;
"""


class Play(NamedTuple):
    """One row of fact_play by natural keys."""

    played_at: datetime
    track: str | None
    ms_played: int | None
    context: str | None


class ToldPlay(NamedTuple):
    """One play as a watcher (its end) or a scrobbling service (its start) told it."""

    ms_source: int
    seconds: float
    track: Json
    ms_played: int | None = None
    length_ms: int | None = None
    context: str | None = None


class HistoryRow(NamedTuple):
    """One row of a history; ``track_id`` None: only its names are known."""

    seconds: float
    track_id: str | None
    name: str
    artist: str
    ms_played: int = 180_000


@dataclass
class Ledger:
    """One listener's ledger in a database of the test's own."""

    connection: Connection
    listener_key: int

    def poll(self, *items: Json, dry_run: bool = False) -> LoadResult:
        """Load one page with these items."""
        return self.load(make_answer(*items), dry_run=dry_run)

    def load(
        self,
        *answers: Json,
        answered_at: datetime | None = None,
        faults: list[str] | None = None,
        dry_run: bool = False,
    ) -> LoadResult:
        """Load pages in one go, as the job does."""
        items = [item for answer in answers for item in read_items(answer)[0]]
        return load_polls(
            self.connection,
            job=JOB,
            listener_key=self.listener_key,
            pages=[to_page(answer) for answer in answers],
            to_rows=lambda known: to_poll_rows(item for item in items if item.moment not in known),
            answered_at=answered_at,
            faults=faults,
            dry_run=dry_run,
        )

    def tell(self, *plays: ToldPlay, dry_run: bool = False) -> int:
        """Load what a watcher or a scrobbling service told; tracks come without their length."""
        stage = Stage()
        for play in plays:
            json = {**play.track, "duration_ms": None}
            level = FROM_PLAY if json.get("uri") else NAMED
            track_ref = stage.add_track(json, json.get("uri"), level)
            context = play.context and {"uri": play.context}
            stage.rows.told.append(
                ToldRow(
                    told_at=at(play.seconds),
                    track_ref=track_ref,
                    context_ref=stage.add_context(context or {}),
                    ms_source=play.ms_source,
                    ms_played=play.ms_played,
                    length_ms=play.length_ms,
                )
            )
        return load_told(
            self.connection, listener_key=self.listener_key, rows=stage.rows, dry_run=dry_run
        )

    def learn_length(self, track: Json, duration_ms: int) -> None:
        """Take in Spotify's answer on a track, and derive what it changes."""
        stage = Stage()
        stage.add_track({**track, "duration_ms": duration_ms}, track["uri"], FROM_ANSWER)
        load_answers(self.connection, stage.rows, [])
        derive_changed(self.connection)

    def import_rows(self, *rows: HistoryRow) -> None:
        """Write history rows as facts and derive what they touch."""
        with self.connection.cursor() as cursor:
            lock = render(cursor, flows.LISTENER_LOCK, {"listener_key": self.listener_key})
        # The facts need the tracks' keys, so what names them is loaded by itself first.
        for facts in (False, True):
            with open_transaction(self.connection, lock) as cursor:
                staged = render_staged(cursor, _stage_names(rows))
                if facts:
                    staged.append(self._render_facts(cursor, rows))
                derive(cursor, flows.POLL_DERIVATION, self.listener_key, staged)

    def _render_facts(self, cursor: Cursor, rows: tuple[HistoryRow, ...]) -> bytes:
        parameters = {
            "listener_key": self.listener_key,
            "played_at": [at(row.seconds) for row in rows],
            "track_ref": list(range(1, len(rows) + 1)),
            "ms_played": [row.ms_played for row in rows],
        }
        return cursor.mogrify(_INSERT_FACTS, parameters)

    def plays(self) -> list[Play]:
        """Return the plays in the order of time."""
        rows = self.read(
            """
            select play.played_at, coalesce(track.track_uri, track.name), play.ms_played,
                context.context_uri
            from warehouse.fact_play as play
            join warehouse.dim_track as track using (track_key)
            join warehouse.dim_context as context using (context_key)
            where play.listener_key = %s
            order by 1, 2
            """,
            self.listener_key,
        )
        return [Play(*row) for row in rows]

    def read(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.connection.cursor() as cursor:
            cursor.execute(query, parameters or None)
            return cursor.fetchall()

    def read_one(self, query: str, *parameters: Any) -> tuple[Any, ...]:
        """Return the only row of a query."""
        (row,) = self.read(query, *parameters)
        return row


def _stage_names(rows: tuple[HistoryRow, ...]) -> StagedRows:
    """Return what a history knows of its tracks: title, album artist and perhaps an id."""
    staged = StagedRows()
    for ref, row in enumerate(rows, start=1):
        name, artist = fold_name(row.name), fold_name(row.artist)
        uri = row.track_id and f"spotify:track:{row.track_id}"
        staged.artist.append(ArtistRow(ref, None, row.artist, artist, None, NAMED))
        staged.album.append(
            AlbumRow(ref, None, "Record", "record", artist, None, None, None, None, None, NAMED)
        )
        staged.album_artist.append(CreditRow(ref, ref, 0, "main"))
        staged.track.append(
            TrackRow(
                track_ref=ref,
                track_id=row.track_id,
                track_uri=uri,
                name=row.name,
                folded_name=name,
                folded_artist_name=artist,
                album_ref=ref,
                duration_ms=None,
                isrc=None,
                disc_number=None,
                track_number=None,
                is_explicit=None,
                is_local=False,
                metadata_level=NAMED,
            )
        )
    return staged


def add_listener(connection: Connection, account_id: str = "account") -> Ledger:
    """Return a new listener's ledger."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (account_id) values (%s) returning listener_key",
            (account_id,),
        )
        row = cursor.fetchone()
    assert row
    return Ledger(connection, row[0])


def read_tables(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of the ledger, sorted: to compare before and after."""
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'warehouse' order by 1")
        tables = [name for (name,) in cursor.fetchall() if name != "dim_date"]
        content = {}
        for name in tables:
            cursor.execute(f"select t::text from warehouse.{name} as t order by 1")
            content[name] = cursor.fetchall()
    return content
