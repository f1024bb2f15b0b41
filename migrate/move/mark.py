"""The note that a move leaves in the new database: whence it came, and what it was then.

It is the comment of schema warehouse, which every upgrade writes anew: whoever changes the tables
wipes it away, and no table is needed for it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from everheard import SCHEMA_VERSION, UNFINISHED_MOVE
from migrate.move.verify import TableContent

_PLAIN = "Tables of the ledger. Written by jobs only."
_MARK = re.compile(r" Moved here from (\w+) as of (\S+), (unfinished|whole: \w+)\.$")


class MoveMark(NamedTuple):
    """Where a ledger came from, as of when, and a digest of all it held; "": it is unfinished.

    ``oldest_code`` is that of its schema.
    """

    fingerprint: str
    snapshot_at: datetime
    digest: str = ""
    oldest_code: int = SCHEMA_VERSION


def read_mark(comment: str) -> MoveMark | None:
    """Return the mark in the comment of the schema, None where there is none."""
    found = _MARK.search(comment)
    if not found:
        return None
    fingerprint, moment, state = found.groups()
    return MoveMark(fingerprint, datetime.fromisoformat(moment), state.partition(": ")[2])


def write_mark(connection: Connection, mark: MoveMark) -> None:
    """Note in the new database where it comes from; while it is unfinished no job may write there.

    What a job wrote would be gone when the copy goes on.
    """
    state = f"whole: {mark.digest}" if mark.digest else "unfinished"
    moment = mark.snapshot_at.isoformat()
    said = f"{_PLAIN} Moved here from {mark.fingerprint} as of {moment}, {state}."
    version, oldest_code = (
        (SCHEMA_VERSION, mark.oldest_code) if mark.digest else (UNFINISHED_MOVE, UNFINISHED_MOVE)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "comment on schema warehouse is {said};"
                " update warehouse.etl_schema set version = {version}, oldest_code = {oldest_code}"
            ).format(
                said=sql.Literal(said),
                version=sql.Literal(version),
                oldest_code=sql.Literal(oldest_code),
            )
        )


def digest_all(contents: Iterable[tuple[str, TableContent]]) -> str:
    """Return one word for what all tables hold."""
    told = ";".join(f"{name}:{one.row_count}:{one.checksum}" for name, one in sorted(contents))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
