"""A ledger to load pages into and to look at, by natural keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from psycopg2.extensions import connection as Connection

from everheard.names import fold_name
from everheard.rows import NAMED, AlbumRow, ArtistRow, CreditRow, StagedRows, TrackRow
from everheard.transform import read_items, to_page, to_poll_rows
from everheard.warehouse import load
from everheard.warehouse.load import LoadResult, load_polls
from everheard.warehouse.statements import open_transaction, render
from tests.everheard.pages import Json, at, make_answer

JOB = "get_last_50"


class Play(NamedTuple):
    """One row of fact_play by natural keys."""

    played_at: datetime
    track: str | None
    ms_played: int | None
    context: str | None


class Export(NamedTuple):
    """One row of a privacy export; ``track_id`` None: only its names are known."""

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

    def load(self, *answers: Json, dry_run: bool = False) -> LoadResult:
        """Load pages in one go, as the job does."""
        items = [item for answer in answers for item in read_items(answer)[0]]
        return load_polls(
            self.connection,
            job=JOB,
            listener_key=self.listener_key,
            pages=[to_page(answer) for answer in answers],
            to_rows=lambda known: to_poll_rows(item for item in items if item.moment not in known),
            dry_run=dry_run,
        )

    def export(self, *rows: Export) -> None:
        """Write export rows as facts and derive what they touch, in one transaction."""
        with self.connection.cursor() as cursor:
            lock = render(cursor, "lock_listener", {"listener_key": self.listener_key})
        with open_transaction(self.connection, lock) as cursor:
            facts = cursor.mogrify(
                """
                with written as (
                    insert into warehouse.fact_play
                        (played_at, track_key, ms_played, listener_key, ms_source)
                    select played_at, track_key, ms_played, %s, 1
                    from unnest(%s::timestamptz[], %s::integer[], %s::integer[])
                        as row (played_at, track_ref, ms_played)
                    join pg_temp.staged_track using (track_ref)
                    returning played_at, track_key
                )
                insert into pg_temp.new_observation select * from written;
                """,
                (
                    self.listener_key,
                    [at(row.seconds) for row in rows],
                    list(range(1, len(rows) + 1)),
                    [row.ms_played for row in rows],
                ),
            )
            staged = load._stage_polls(cursor, _stage_names(rows))
            load._derive(cursor, self.listener_key, [*staged, facts])

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


def _stage_names(rows: tuple[Export, ...]) -> StagedRows:
    """Return what an export knows of its tracks: title, album artist and perhaps an id."""
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
