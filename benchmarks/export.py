"""How long an export of a million plays takes, beside what Postgres and pymongo need alone.

python start.py benchmark export [--only parquet] [--repetitions 3]

The floor of a file is the database's own part: the same rows, fetched by COPY and thrown away.
That of MongoDB is pymongo: bulk writes of the same documents, which are in memory already, and
the same indexes; this year's plays with all tracks, artists and albums. Its server is SecantusDB,
which speaks MongoDB's protocol. Every figure comes from one run on one machine: compare ratios,
not machines.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection

from benchmarks.machine import clean_environ, describe_machine, median, print_table, run_python
from benchmarks.views import fill
from everheard.config import read_settings
from everheard.database import embedded
from everheard.export.mongodb import INDEXES, read_documents
from everheard.export.queries import Form, Selection, render_query
from everheard.export.relations import ExportRelation, list_documents
from everheard.export.snapshot import hold_snapshot, read_pieces
from everheard.export.targets import open_target

FILES = ("parquet:{}/parquet", "sqlite:{}/x.db", "duckdb:{}/x.duckdb", "csv:{}/csv", "json:{}/x")
SINCE = "2026-01-01"


class _Nowhere:
    """What rows are thrown into."""

    def write(self, _row: bytes) -> None:
        """Throw a row away."""


def main() -> None:
    """Make the ledger, export it in every form, print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--only", default="", help="one form: parquet, sqlite … mongodb")
    options = parser.parse_args()
    print(describe_machine())
    with clean_environ() as (folder, environ):
        run_python("-m", "migrate", "upgrade", environ=environ)
        home = folder / "home"
        try:
            with closing(psycopg2.connect(embedded.start(home).url)) as connection:
                fill(connection)
                rows = [("what", "s", "floor s", "ratio", "again s")]
                rows += [
                    _measure_file(word, folder, environ, connection, options)
                    for word in FILES
                    if word.startswith(options.only)
                ]
                if "mongodb".startswith(options.only):
                    rows.append(_measure_mongodb(folder, environ, connection))
                print_table(rows)
        finally:
            embedded.stop(home)


def _measure_file(
    word: str,
    folder: Path,
    environ: Mapping[str, str],
    connection: Connection,
    options: argparse.Namespace,
) -> tuple[str, ...]:
    floors, times, again = [], [], []
    settings = read_settings({}, needs_spotify=False)
    out = folder / "out"
    for _ in range(options.repetitions):
        with suppress(FileNotFoundError):
            shutil.rmtree(out)
        target = open_target(word.format(out), settings)
        with hold_snapshot(connection):
            relations = target.list_relations(connection)
            floors.append(_fetch(connection, relations, target.form))
        command = ("-m", "jobs.export", word.format(out))
        times.append(run_python(*command, environ=environ).wall)
        again.append(run_python(*command, environ=environ).wall)
    return _tell(word.partition(":")[0], median(times), median(floors), median(again))


def _fetch(connection: Connection, relations: list[ExportRelation], form: Form) -> float:
    started = time.perf_counter()
    with connection.cursor() as cursor:
        for relation in relations:
            query = render_query(relation, Selection(None), form, None)
            cursor.copy_expert(f"copy ({query}) to stdout (format csv)", _Nowhere())
    return time.perf_counter() - started


def _tell(name: str, seconds: float, floor: float, again: float) -> tuple[str, ...]:
    return name, f"{seconds:.1f}", f"{floor:.1f}", f"{seconds / floor:.2f}", f"{again:.1f}"


def _measure_mongodb(
    folder: Path, environ: Mapping[str, str], connection: Connection
) -> tuple[str, ...]:
    """Measure one year's plays, with all tracks, artists and albums."""
    import pymongo

    documents = _list_documents(connection, folder)
    with _serve(folder / "mongo") as place, pymongo.MongoClient(f"mongodb://{place}") as client:
        started = time.perf_counter()
        for name, held in documents.items():
            for start in range(0, len(held), 1000):
                batch = held[start : start + 1000]
                writes = [
                    pymongo.ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in batch
                ]
                client["floor"][name].bulk_write(writes, ordered=False)
            for field in INDEXES[name]:
                client["floor"][name].create_index(field)
        floor = time.perf_counter() - started
        mine = {**environ, "MONGODB_URL": f"mongodb://{place}/ours"}
        command = ("-m", "jobs.export", "mongodb", "--since", SINCE)
        first, again = run_python(*command, environ=mine), run_python(*command, environ=mine)
    count = sum(map(len, documents.values()))
    return _tell(f"mongodb, {count:,} documents", first.wall, floor, again.wall)


def _list_documents(connection: Connection, folder: Path) -> dict[str, list[dict[str, Any]]]:
    from datetime import date

    found: dict[str, list[dict[str, Any]]] = {}
    selection = Selection((1,), date.fromisoformat(SINCE))
    relations = list_documents("plays", "tracks", "artists", "albums")
    with hold_snapshot(connection):
        for piece in read_pieces(connection, relations, selection, Form(style="text"), folder):
            found.setdefault(piece.relation.name, []).extend(read_documents(piece))
    return found


@contextmanager
def _serve(folder: Path) -> Iterator[str]:
    folder.mkdir()
    program = Path(sys.executable).with_name("secantusd-py")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [program, "--storage-path", folder, "--port", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    ) as server:
        try:
            while True:
                with closing(socket.socket()) as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
