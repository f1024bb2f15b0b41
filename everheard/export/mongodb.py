"""``mongodb``: plays, tracks, artists and albums as documents, to the address of MONGODB_URL.

A document's ``_id`` is the same every time, so that the same play is the same document. What a
collection holds is written down piece by piece, when the piece is whole: whatever was cut off is
written again, and what has not changed is not.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg2.extensions import connection as Connection

from everheard.export.mongodb_errors import translate_mongo
from everheard.export.queries import Form
from everheard.export.refusal import RefusedTarget, needing_place
from everheard.export.relations import ExportRelation, list_documents
from everheard.export.snapshot import Piece
from everheard.export.sqlite import read_rows
from everheard.export.target import Done, Reach, TakePieces, Target
from everheard.files import lend_folder, make_folder

if TYPE_CHECKING:
    from pymongo.collection import Collection
    from pymongo.database import Database

_COLLECTIONS = ("plays", "tracks", "artists", "albums")
_MARK, _MADE_BY = "everheard_export", {"_id": "everheard", "made_by": "Everheard export"}
_BATCH = 1000
_WAIT_MS = 15_000
INDEXES = {
    "plays": ("played_at", "track.name", "artists.name"),
    "tracks": ("name", "artists.name"),
    "artists": ("name",),
    "albums": ("name",),
}


class MongoDatabase(Target):
    """The collections of one database; it is the one that the address names, else everheard."""

    form = Form(style="text")

    def __init__(self, url: str, home: Path) -> None:
        self.place = "MongoDB"
        self._url = url
        self._home = home
        if not url:
            raise RefusedTarget(
                "MONGODB_URL is not set: put the database's address there, like"
                " mongodb://USER:PASSWORD@HOST/everheard (Atlas shows it under Connect)."
            )

    def list_relations(self, _connection: Connection) -> list[ExportRelation]:
        """Return what becomes documents."""
        return list_documents(*_COLLECTIONS)

    def write(self, take: TakePieces, reach: Reach) -> Done:
        """Write the documents that are new or another than they were; take away what has gone."""
        done = Done()
        make_folder(self._home)
        beside = self._home / f"export-{secrets.token_hex(8)}"
        with (
            translate_mongo(),
            needing_place(self._home),
            _open(self._url) as database,
            lend_folder(beside) as folder,
        ):
            known = _read_known(database)
            seen = set()
            with closing(take(folder)) as pieces:
                for piece in pieces:
                    done.note(piece)
                    seen.add(piece.name)
                    if known.get(piece.name) != piece.digest:
                        _write_piece(database, piece, done)
            for name in sorted(known.keys() - seen):
                if reach.covers(name):
                    done.gone_count += _remove_strays(database, name, set())
                    database[_MARK].delete_one({"_id": name})
            for collection, fields in INDEXES.items():
                for field in fields:
                    database[collection].create_index(field)
        return done


@contextmanager
def _open(url: str) -> Iterator[Database[Any]]:
    import pymongo  # only where something is written with it

    client: pymongo.MongoClient[Any] = pymongo.MongoClient(
        url, appname="everheard export", serverSelectionTimeoutMS=_WAIT_MS
    )
    with client:
        yield client.get_default_database("everheard")


def _read_known(database: Database[Any]) -> dict[str, str]:
    """Return piece -> digest of what is whole there; raise RefusedTarget where it is not ours."""
    mark = database[_MARK]
    if mark.find_one(_MADE_BY) is None:
        theirs = [
            name for name in (_MARK, *_COLLECTIONS) if database[name].find_one({}, {"_id": 1})
        ]
        if theirs:
            raise RefusedTarget(
                f"The database {database.name!r} has a collection {theirs[0]!r} that Everheard did"
                " not write: it is left alone. Name another database at the end of MONGODB_URL."
            )
        mark.insert_one(_MADE_BY)
        return {}
    found = list(mark.find({"digest": {"$exists": True}}))
    known = {str(one["_id"]): str(one["digest"]) for one in found}
    for collection in _COLLECTIONS:
        ours = [one for one in found if one["_id"].split("/")[1] == collection]
        # Whoever emptied a collection by hand gets it written anew.
        if database[collection].estimated_document_count() != sum(one["rows"] for one in ours):
            known |= dict.fromkeys((str(one["_id"]) for one in ours), "")
    return known


def _write_piece(database: Database[Any], piece: Piece, done: Done) -> None:
    """Write a piece's documents, then what it is known by; those that went from it go."""
    from pymongo import ReplaceOne

    collection = database[piece.relation.name]
    is_first = collection.find_one({}, {"_id": 1}) is None
    ids: set[Any] = set()
    documents = read_documents(piece)
    while batch := list(islice(documents, _BATCH)):
        ids |= {one["_id"] for one in batch}
        written = collection.bulk_write(
            [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in batch], ordered=False
        )
        done.written_count += written.upserted_count + written.modified_count
    if not is_first:
        done.gone_count += _remove_strays(database, piece.name, ids)
    whole = {"_id": piece.name, "digest": piece.digest, "rows": piece.row_count}
    database[_MARK].replace_one({"_id": piece.name}, whole, upsert=True)


def _remove_strays(database: Database[Any], name: str, ids: set[Any]) -> int:
    """Remove the documents of a piece that are not among these; return how many went."""
    _, relation, *place = name.split("/")
    collection: Collection[Any] = database[relation]
    where: dict[str, Any] = {}
    if place:
        year = int(place[1].removeprefix("year="))
        where = {
            "listener_key": int(place[0].removeprefix("listener=")),
            "played_at": {
                "$gte": datetime(year, 1, 1, tzinfo=UTC),
                "$lt": datetime(year + 1, 1, 1, tzinfo=UTC),
            },
        }
    strays = [one["_id"] for one in collection.find(where, {"_id": 1}) if one["_id"] not in ids]
    for start in range(0, len(strays), _BATCH):
        collection.delete_many({"_id": {"$in": strays[start : start + _BATCH]}})
    return len(strays)


def read_documents(piece: Piece) -> Iterator[dict[str, Any]]:
    """Yield a piece's documents; what is a moment or a day becomes a date of MongoDB's."""
    for row in read_rows(piece.path):
        document: dict[str, Any] = json.loads(row[-1] or "{}")
        for part in (document, document.get("album") or {}):
            for name in ("played_at", "release_date"):
                if part.get(name):
                    part[name] = datetime.fromisoformat(part[name])
        yield document
