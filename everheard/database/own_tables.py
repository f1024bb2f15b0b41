"""The embedded database is ours: whatever needs its tables makes them, or leads them on.

On somebody's own database they are made when its owner says so, with ``migrate upgrade``.
"""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg2
from psycopg2.extensions import connection as Connection

from everheard import SCHEMA_VERSION
from everheard.config import PROJECT_DIR, Settings
from everheard.failure import DatabaseTrouble

UPGRADE = ("-m", "migrate", "upgrade")


def settle_tables(connection: Connection, settings: Settings) -> None:
    """Make the embedded ledger's tables, or bring older ones to this code's version.

    ``connection`` is in autocommit mode. Newer tables are left alone: ``check_schema`` tells
    of them. Raises DatabaseTrouble where they cannot be made.
    """
    version = _read_version(connection)
    if version is not None and version >= SCHEMA_VERSION:
        return
    what = "Making the ledger's tables" if version is None else "Bringing the ledger up to date"
    print(f"{what}, once ...", file=sys.stderr)
    _upgrade(settings)


def _read_version(connection: Connection) -> int | None:
    with connection.cursor() as cursor:
        try:
            cursor.execute("select version from warehouse.etl_schema")
        except (psycopg2.errors.UndefinedTable, psycopg2.errors.InvalidSchemaName):
            return None
        row: tuple[int] | None = cursor.fetchone()
        return row[0] if row else None


def _upgrade(settings: Settings) -> None:
    """Run ``migrate upgrade`` by itself: of what makes tables, a job loads nothing."""
    own = {"EVERHEARD_HOME": str(settings.home), "DATABASE_URL": ""}
    done = subprocess.run(  # noqa: S603 - our own program, no shell
        [sys.executable, *UPGRADE],
        cwd=PROJECT_DIR,
        env={**os.environ, **own},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "no word why").splitlines()[-1]
        raise DatabaseTrouble(f"The ledger's tables could not be made: {said}")
