"""A backup: the whole ledger in one file, a zip of Parquet files and a manifest.

The manifest tells the version of the tables, and of each table its rows and a checksum; nothing
is believed of a file that it does not confirm. Sign-ins and tokens of the API are not in it.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection

from everheard.database.statements import read_query
from everheard.encryption import NotDecryptable
from everheard.export.engine import open_writer, quote, render_reading
from everheard.export.passphrase import decrypt_file, encrypt_file, is_encrypted
from everheard.export.queries import Form, Selection
from everheard.export.relations import read_tables
from everheard.export.snapshot import hold_snapshot, read_pieces
from everheard.failure import ExitCode, Failure
from everheard.files import remove_file, write_file

MANIFEST = "manifest.json"
_MADE_BY = "Everheard backup"
#: Lists and bytes as PostgreSQL spells them, and takes them back.
_FORM = Form(is_by_year=False, list_sql="{}::text", casts=(("bytea", "{}::text"),))


#: What zipfile and json say of bytes that are not what we wrote; NotImplementedError is one of
#: RuntimeError's, of a compression that nobody has, or of a member said to be encrypted.
_DAMAGE = (ValueError, KeyError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


class BadBackup(Failure):
    """The file is no backup of ours, damaged, or encrypted with another passphrase."""

    exit_code = ExitCode.BAD_INPUT


@dataclass(frozen=True)
class BackupTable:
    """A table as the manifest tells of it."""

    name: str
    columns: tuple[str, ...]
    rows: int
    sha256: str
    #: DuckDB's words for its rows, and which of its columns are lists told as JSON.
    source: str = ""
    lists: tuple[str, ...] = ()


@dataclass(frozen=True)
class Backup:
    """What a backup holds. ``sequences``: the last number each of them has given."""

    version: int
    made_at: datetime
    tables: tuple[BackupTable, ...]
    sequences: dict[str, int]

    @property
    def row_count(self) -> int:
        """Return how many rows there are in all."""
        return sum(table.rows for table in self.tables)


def write_backup(connection: Connection, made: Path, folder: Path, passphrase: str) -> Backup:
    """Write the ledger to a new file, encrypted where there is a passphrase."""
    clear = folder / "clear.zip" if passphrase else made
    with hold_snapshot(connection), open_writer(folder) as engine:
        with connection.cursor() as cursor:
            cursor.execute("select version from warehouse.etl_schema")
            (version,) = cursor.fetchone() or (0,)
            cursor.execute(read_query("export/sequences"))
            sequences = {str(name): int(last) for name, last in cursor.fetchall()}
        tables = []
        write_file(clear, b"")
        pieces = read_pieces(connection, read_tables(connection), Selection(None), _FORM, folder)
        with closing(pieces), zipfile.ZipFile(clear, "w") as archive:
            for piece in pieces:
                part = folder / f"{piece.relation.name}.parquet"
                write_file(part, b"")
                engine.execute(
                    f"copy ({render_reading(piece.relation, piece.path)}) to {quote(str(part))}"
                    " (format parquet, compression zstd, use_tmp_file false)"
                )
                archive.write(part, f"tables/{part.name}")
                columns = tuple(column.name for column in piece.relation.columns)
                tables.append(
                    BackupTable(piece.relation.name, columns, piece.row_count, _digest(part))
                )
                remove_file(part)
            backup = Backup(version, datetime.now(UTC), tuple(tables), sequences)
            archive.writestr(MANIFEST, _render(backup))
    if passphrase:
        encrypt_file(clear, made, passphrase)
        remove_file(clear)
    return backup


def _render(backup: Backup) -> str:
    return json.dumps(
        {
            "made_by": _MADE_BY,
            "schema_version": backup.version,
            "made_at": backup.made_at.isoformat(timespec="seconds"),
            "tables": [
                {name: vars(table)[name] for name in ("name", "columns", "rows", "sha256")}
                for table in backup.tables
            ],
            "sequences": backup.sequences,
        },
        indent=1,
    )


def is_backup(path: Path) -> bool:
    """Say whether a file is a backup of ours, encrypted or not; nothing else of it is judged."""
    try:
        if is_encrypted(path):
            return True
        with zipfile.ZipFile(path) as archive:
            return bool(json.loads(archive.read(MANIFEST))["made_by"] == _MADE_BY)
    except (OSError, *_DAMAGE):
        return False


@contextmanager
def open_backup(path: Path, folder: Path, passphrase: str) -> Iterator[Backup]:
    """Yield what a backup holds, unpacked into the folder, all of it checked.

    Raises BadBackup before anything of it is yielded.
    """
    clear = path
    if is_encrypted(path):
        if not passphrase:
            raise BadBackup(
                "The backup is encrypted: set BACKUP_PASSPHRASE, or type it on a terminal."
            )
        clear = folder / "clear.zip"
        try:
            decrypt_file(path, clear, passphrase)
        except NotDecryptable:
            raise BadBackup(
                "The backup does not open: the passphrase is another, or the file is damaged."
            ) from None
    try:
        with zipfile.ZipFile(clear) as archive:
            backup = _understand(json.loads(archive.read(MANIFEST)))
            for table in backup.tables:
                archive.extract(f"tables/{table.name}.parquet", folder)
    except _DAMAGE:
        raise BadBackup("The file is no backup of Everheard's, or it is damaged.") from None
    tables = []
    for table in backup.tables:
        path = folder / "tables" / f"{table.name}.parquet"
        if _digest(path) != table.sha256:
            raise BadBackup(f"The backup is damaged: its table {table.name} has changed.")
        tables.append(replace(table, source=f"read_parquet({quote(str(path))})"))
    yield replace(backup, tables=tuple(tables))


def _understand(manifest: Any) -> Backup:
    if manifest["made_by"] != _MADE_BY:
        raise ValueError("somebody else's")
    tables = []
    for one in manifest["tables"]:
        name, columns = str(one["name"]), tuple(map(str, one["columns"]))
        if not all(word.isidentifier() for word in (name, *columns)):  # they become SQL
            raise ValueError("no name of a table or column")
        tables.append(BackupTable(name, columns, int(one["rows"]), str(one["sha256"])))
    return Backup(
        int(manifest["schema_version"]),
        datetime.fromisoformat(manifest["made_at"]),
        tuple(tables),
        {str(name): int(last) for name, last in manifest["sequences"].items()},
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
