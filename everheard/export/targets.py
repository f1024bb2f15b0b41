"""The words that say where an export goes: ``parquet:FOLDER``, ``sqlite:FILE``, ``mongodb``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from everheard.config import Settings
from everheard.export.duckdb_file import DuckdbFile
from everheard.export.mongodb import MongoDatabase
from everheard.export.parquet import ParquetFolder
from everheard.export.plain_files import CsvFolder, JsonFile
from everheard.export.refusal import RefusedTarget
from everheard.export.sqlite import SqliteFile
from everheard.export.target import Target
from everheard.rims.secrets import know_address

#: Word -> what is written, by the path behind the colon.
_KINDS: dict[str, Callable[[Path], Target]] = {
    "parquet": ParquetFolder,
    "csv": CsvFolder,
    "sqlite": SqliteFile,
    "duckdb": DuckdbFile,
    "json": JsonFile,
}
HOW = "parquet:FOLDER, csv:FOLDER, sqlite:FILE, duckdb:FILE, json:FILE, mongodb"


def open_target(word: str, settings: Settings) -> Target:
    """Return the target that a word names; raise RefusedTarget where there is none."""
    kind, _, place = word.partition(":")
    if "://" in word:
        know_address(word)
        raise RefusedTarget(
            "An address that may hold a password does not belong into a command, which others"
            " on this machine can see: put it into the setting MONGODB_URL, and export to mongodb."
        )
    if word == "mongodb":
        return MongoDatabase(settings.mongodb_url, settings.home)
    if kind not in _KINDS or not place.strip():
        raise RefusedTarget(f"{word!r} is nowhere to export to: it is one of {HOW}.")
    return _KINDS[kind](Path(place).expanduser())
