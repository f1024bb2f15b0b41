"""What can leave the ledger: which tables and views, with which columns and keys.

Columns and the keys of tables are the database's own word; the keys of the views stand here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from psycopg2.extensions import connection as Connection

from everheard.database.statements import read_query

#: Who signed in and who may ask: no export and no backup carries it.
SECRET = {"etl_sign_in", "api_token", "api_entry"}
#: Whose time the rows are ordered and parted by: a million of them, and not one file.
_MOMENTS = {
    "fact_play": "played_at",
    "fact_episode_play": "played_at",
    "source_poll_play": "played_at",
    "source_told_play": "told_at",
    "source_history_play": "told_at",
    "play": "played_at_utc",
    "episode_play": "played_at_utc",
}


class ColumnKind(NamedTuple):
    """A column, and its type as PostgreSQL names it: ``numeric(5,2)``."""

    name: str
    kind: str


class ForeignKey(NamedTuple):
    """A column that names a row of another relation, by a column of the same name there."""

    column: str
    relation: str
    target: str


@dataclass(frozen=True)
class ExportRelation:
    """A table or view as it leaves. ``moment`` is empty where it leaves in one piece.

    ``query`` is asked instead where what leaves is made for it.
    """

    schema: str
    name: str
    columns: tuple[ColumnKind, ...]
    key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    moment: str = ""
    query: str = ""

    @property
    def has_listener(self) -> bool:
        """Say whether its rows are one listener's each."""
        return any(column.name == "listener_key" for column in self.columns)

    @property
    def asks_years(self) -> str:
        """Return the question that finds its first and its last year."""
        return "export/episode_play_years" if "episode" in self.name else "export/play_years"

    @property
    def order(self) -> tuple[str, ...]:
        """Return the columns that put its rows into the only order there is."""
        return self.key or tuple(column.name for column in self.columns)


class _ViewKeys(NamedTuple):
    key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()


def _refer(**targets: str) -> tuple[ForeignKey, ...]:
    """Return the foreign keys of columns whose target is called as they are, or RELATION.KEY."""
    found = []
    for column, target in targets.items():
        relation, _, key = target.partition(".")
        found.append(ForeignKey(column, relation, key or column))
    return tuple(found)


_LISTENER = {"listener_key": "listener"}
#: The star that readers see, each after what it refers to.
_BI: Mapping[str, _ViewKeys] = {
    "listener": _ViewKeys(("listener_key",)),
    "calendar": _ViewKeys(("date_key",)),
    "context": _ViewKeys(("context_key",)),
    "artist": _ViewKeys(("artist_key",), _refer(same_artist_key="artist.artist_key")),
    "album": _ViewKeys(
        ("album_key",),
        _refer(main_artist_key="artist.artist_key", same_album_key="album.album_key"),
    ),
    "recording": _ViewKeys(("song_key",), _refer(main_artist_key="artist.artist_key")),
    "track": _ViewKeys(
        ("track_key",),
        _refer(album_key="album", main_artist_key="artist.artist_key", song_key="recording"),
    ),
    "track_artist": _ViewKeys(
        ("track_key", "artist_key"), _refer(track_key="track", artist_key="artist")
    ),
    "show": _ViewKeys(("show_key",)),
    "episode": _ViewKeys(("episode_key",), _refer(show_key="show")),
    "play": _ViewKeys(
        ("listener_key", "played_at_utc", "track_key"),
        _refer(**_LISTENER, track_key="track", context_key="context", date_key="calendar"),
    ),
    "episode_play": _ViewKeys(
        ("listener_key", "played_at_utc", "episode_key"),
        _refer(**_LISTENER, episode_key="episode", date_key="calendar"),
    ),
    "album_rating": _ViewKeys(("album_rating_key",), _refer(**_LISTENER, album_key="album")),
    "gap": _ViewKeys(("gap_key",), _refer(**_LISTENER)),
}


def read_bi(connection: Connection) -> list[ExportRelation]:
    """Return the views of the star with their columns, in the order of ``_BI``."""
    columns = _read_columns(connection, "bi")
    return [
        ExportRelation("bi", name, columns[name], *keys, moment=_MOMENTS.get(name, ""))
        for name, keys in _BI.items()
    ]


def read_tables(connection: Connection, *, leave_out: Iterable[str] = ()) -> list[ExportRelation]:
    """Return the ledger's tables, but for what is secret or left out by the start of its name."""
    starts = tuple(leave_out)
    columns = _read_columns(connection, "warehouse")
    with connection.cursor() as cursor:
        cursor.execute(read_query("export/keys"))
        keys: dict[str, list[str]] = dict(cursor.fetchall())
    return [
        ExportRelation(
            "warehouse", name, columns[name], tuple(keys.get(name, ())), (), _MOMENTS.get(name, "")
        )
        for name in sorted(columns)
        if name not in SECRET and not (starts and name.startswith(starts))
    ]


#: What leaves as documents, a column ``document`` of JSON, and its columns beside that.
_DOCUMENTS = {
    "plays": ("played_at_utc", "listener_key", "track_key"),
    "tracks": ("track_key",),
    "artists": ("artist_key",),
    "albums": ("album_key",),
}


def list_documents(*names: str) -> list[ExportRelation]:
    """Return what leaves as documents, by ``sql/read/export/NAME.sql``."""
    kinds = {"played_at_utc": "timestamp without time zone", "document": "text"}
    return [
        ExportRelation(
            "documents",
            name,
            tuple(
                ColumnKind(column, kinds.get(column, "integer"))
                for column in (*_DOCUMENTS[name], "document")
            ),
            ("listener_key", *_DOCUMENTS[name][::2]) if name == "plays" else _DOCUMENTS[name],
            moment="played_at_utc" if name == "plays" else "",
            query=read_query(f"export/{name}"),
        )
        for name in names
    ]


def _read_columns(connection: Connection, schema: str) -> dict[str, tuple[ColumnKind, ...]]:
    """Return relation -> columns in their order, without those the database computes itself."""
    found: dict[str, list[ColumnKind]] = {}
    with connection.cursor() as cursor:
        cursor.execute(read_query("export/columns"), {"schema": schema})
        for relation, name, kind in cursor.fetchall():
            found.setdefault(relation, []).append(ColumnKind(name, kind))
    return {relation: tuple(columns) for relation, columns in found.items()}
