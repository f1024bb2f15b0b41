"""How fast the import of a privacy export is, against a floor and against dlt.

python start.py benchmark import_history [--rows 1000000] [--dlt]

The floor is a whole process, too: DuckDB reads the same files, all columns, to CSV, and one
COPY takes it into an unlogged table; the median of three. dlt merges a sample of the same rows,
in an environment of its own.
Every figure comes from one run on one machine: compare ratios, not machines.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psycopg2

from benchmarks.history_data import write_history
from everheard.database import embedded

PROJECT_DIR = Path(__file__).resolve().parent.parent
DLT = "dlt[postgres]==1.31.0"
DLT_ROWS = 100_000

_FLOOR = """
import sys, duckdb, psycopg2
files, csv, url = sys.argv[1:]
names = '''ts platform ms_played conn_country master_metadata_track_name
    master_metadata_album_artist_name master_metadata_album_album_name spotify_track_uri
    episode_name episode_show_name spotify_episode_uri reason_start reason_end shuffle
    skipped offline offline_timestamp incognito_mode ip_addr audiobook_title audiobook_uri
    audiobook_chapter_uri audiobook_chapter_title'''.split()
columns = ", ".join(f"{name}: 'varchar'" for name in names)
duckdb.sql(f"copy (from read_json('{files}', columns={{{columns}}})) to '{csv}' (header false)")
with psycopg2.connect(url) as connection, connection.cursor() as cursor, open(csv, "rb") as file:
    cursor.execute("create unlogged table floor (" + ", ".join(f"{n} text" for n in names) + ")")
    cursor.copy_expert("copy floor from stdin (format csv)", file, 1 << 18)
"""
_DLT = """
import glob, json, sys
import dlt
files, url = sys.argv[1:]
def rows():
    for path in sorted(glob.glob(files)):
        with open(path, encoding="utf-8") as file:
            part = json.load(file)
        for row in part:
            row["spotify_track_uri"] = row["spotify_track_uri"] or ""  # dlt's keys are not null
        yield part
# dlt wants a host; libpq goes by the one that comes last, which is the socket's folder.
postgres = dlt.destinations.postgres(url.replace("@:", "@localhost:"))
pipeline = dlt.pipeline("history", destination=postgres, dataset_name="dlt")
pipeline.run(
    dlt.resource(rows, name="plays", primary_key=("ts", "spotify_track_uri"),
                 write_disposition="merge")
)
"""


class ProcessCost(NamedTuple):
    """One whole process: wall time, greatest memory, and write-ahead log written meanwhile."""

    seconds: float
    megabytes: float
    wal_megabytes: float


def main(argv: list[str] | None = None) -> int:
    """Measure, and print one line of JSON a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dlt", action="store_true", help="compare with dlt, too (installs it)")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="everheard-benchmark-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        write_history(folder / "data", options.rows)
        os.sync()  # or the disk would still be writing it while others are measured
        url = embedded.start(folder / "home").url
        try:
            measure_import(folder, url, options.rows)
            if options.dlt:
                measure_dlt(folder, url)
        finally:
            embedded.stop(folder / "home")
    return 0


def measure_import(folder: Path, url: str, rows: int) -> None:
    """Measure the floor, the import, the same import again, and what a play takes on disk."""
    environ = {"DATABASE_URL": url, "EVERHEARD_HOME": str(folder / "work")}
    run([sys.executable, "-m", "migrate", "upgrade"], url, environ)
    data = str(folder / "data" / "*.json")
    command = [sys.executable, "-c", _FLOOR, data, str(folder / "floor.csv"), url]
    floors = []
    for _ in range(3):
        floors.append(run(command, url, environ))
        read(url, "drop table floor")
    floor = sorted(floors)[1]
    job = [sys.executable, "-m", "jobs.import_history", str(folder / "data")]
    first, again = run(job, url, environ), run(job, url, environ)
    (size,) = read(
        url,
        "select pg_total_relation_size('warehouse.fact_play')::float8 / count(*)"
        " from warehouse.fact_play",
    )
    tell("floor", floor, rows)
    tell("import", first, rows, times_floor=round(first.seconds / floor.seconds, 2))
    tell("again", again, rows, times_first=round(again.seconds / first.seconds, 2))
    print(json.dumps({"bytes_per_play": round(float(str(size)), 1)}))


def measure_dlt(folder: Path, url: str) -> None:
    """Measure dlt's merge of a sample."""
    write_history(folder / "sample", DLT_ROWS)
    venv.create(folder / "dlt", with_pip=True)
    python = folder / "dlt" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([python, "-m", "pip", "install", "-q", DLT], check=True)
    command = [str(python), "-c", _DLT, str(folder / "sample" / "*.json"), url]
    quiet = {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": str(folder / "dlt-data")}
    tell("dlt", run(command, url, quiet), DLT_ROWS)


def run(command: Sequence[str], url: str, environ: dict[str, str]) -> ProcessCost:
    """Run a process to its end; raise where it fails."""
    before = read(url, "select pg_current_wal_lsn()::text")[0]
    started = time.monotonic()
    with subprocess.Popen(
        command, cwd=PROJECT_DIR, env={**os.environ, **environ}, stdout=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    if process.returncode:
        raise RuntimeError(f"{command[:2]} ended with {process.returncode}")  # no address in it
    (wal,) = read(url, f"select pg_wal_lsn_diff(pg_current_wal_lsn(), '{before}')::float8")
    return ProcessCost(seconds, usage.ru_maxrss / 1024, float(str(wal)) / 1e6)


def read(url: str, query: str) -> tuple[object, ...]:
    """Return the first row of a query; nothing for a statement without rows."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone() or () if cursor.description else ()
    finally:
        connection.close()


def tell(name: str, measure: ProcessCost, rows: int, **ratios: float) -> None:
    """Print one measure."""
    figures = {
        "name": name,
        "rows": rows,
        "seconds": round(measure.seconds, 1),
        "rows_per_second": round(rows / measure.seconds),
        "memory_mb": round(measure.megabytes),
        "wal_mb": round(measure.wal_megabytes, 1),
    }
    print(json.dumps({**figures, **ratios}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
