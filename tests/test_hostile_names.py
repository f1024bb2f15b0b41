"""A ledger whose every name wants out, through all surfaces: jobs, commands, pages, pictures."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import resvg_py
from psycopg2.extensions import connection as Connection

from tests.clone import clean_environment
from tests.everheard.rims.hostile import FORGED, HOSTILE, find_forged, find_never
from tests.jobs.report_ledger import fill
from tests.postgres import PROJECT_DIR

#: What a database can hold: it takes no null, and no half of a pair.
NAMES = [name for name in HOSTILE if "\0" not in name]


@pytest.fixture(params=(0, 10, 15))
def names(request: pytest.FixtureRequest) -> list[str]:
    return (NAMES + NAMES)[request.param : request.param + 5]


@pytest.fixture
def ledger(connection: Connection, names: list[str]) -> Connection:
    """Fill a ledger; then give everybody and everything a name that wants out."""
    fill(connection)
    with connection.cursor() as cursor:
        for table, key, column, name in (
            ("dim_artist", "artist_key", "name", names[0]),
            ("dim_track", "track_key", "name", names[1]),
            ("dim_album", "album_key", "name", names[2]),
            ("dim_listener", "listener_key", "display_name", names[3]),
        ):
            cursor.execute(
                f"update warehouse.{table} set {column} = %s || ' ' || {key} where {key} <> 0",
                (name,),
            )
        cursor.execute(
            "insert into warehouse.etl_runner (runner, trigger) values (%s, 'timer');"
            "insert into warehouse.etl_run (job, runner, trigger, started_at, outcome, exit_code)"
            " values ('get_last_50', %s, 'timer', now(), 'done', 0)",
            (names[4], names[4]),
        )
    return connection


def start(words: list[str], database_url: str, folder: Path, **changes: str) -> str:
    """Start a process of ours; return all it said."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=PROJECT_DIR,
        env=clean_environment(
            DATABASE_URL=database_url,
            EVERHEARD_HOME=str(folder / "home"),
            PATH=os.environ["PATH"],
            **changes,
        ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def drop_fences(markdown: str) -> str:
    """Return Markdown without its blocks of code, in which everything is text."""
    kept, mark = [], ""
    for line in markdown.splitlines():
        fence = re.fullmatch(r"`{3,}", line)
        if fence and mark in ("", line):
            mark = "" if mark else line
        elif not mark:
            kept.append(line)
    assert not mark
    return "\n".join(kept)


def test_names_do_nothing_wherever_they_are_shown(
    ledger: Connection, database_url: str, tmp_path: Path, names: list[str]
) -> None:
    summary, reports, pages = (tmp_path / name for name in ("summary.md", "reports", "pages"))
    settings = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(summary),
        "SHOW_NAMES": "1",
        "REPORT_DIR": str(reports),
    }
    files = tmp_path / "files"
    files.mkdir()
    for name in names:
        (files / f"{name.replace('/', '')[:60]}.json").write_text("[{]")
    skips = tmp_path / "skips.csv"
    said = [
        start(["-m", "jobs.daily_report"], database_url, tmp_path, **settings),
        start(["-m", "jobs.publish_dashboard", "--to", str(pages)], database_url, tmp_path),
        start(["-m", "jobs.rank_albums"], database_url, tmp_path, **settings),
        start(
            ["-m", "jobs.import_history", str(files), str(files / names[0].replace("/", "")),
             "--report", str(skips)],
            database_url, tmp_path, **settings,
        ),
        start(["-m", "cli", "listener"], database_url, tmp_path),
        start(["-m", "cli", "listener", "--listener", names[1]], database_url, tmp_path),
        start(["-m", "cli", "token", "create", names[2]], database_url, tmp_path),
        start(["-m", "cli", "token", "list"], database_url, tmp_path),
        start(["-m", "cli", "exclude", "artist", f"{names[0]} 1"], database_url, tmp_path),
        start(["-m", "cli", "exclude", "--list"], database_url, tmp_path),
        start(["-m", "cli", "rate", f"{names[2]} 1", "90"], database_url, tmp_path),
        start(["-m", "cli", "doctor"], database_url, tmp_path),
    ]  # fmt: skip
    texts = {
        "what was said": "\n".join(said),
        **{str(path): path.read_text("utf-8") for path in [summary, *reports.iterdir()]},
        **{
            path.name: path.read_text("utf-8")
            for path in pages.iterdir()
            if path.suffix in {".html", ".svg"} or path.name == "names.js"
        },
    }
    assert {name: found for name, text in texts.items() if (found := find_never(text))} == {}
    assert find_forged(texts["what was said"]) == []
    for name, text in texts.items():
        if name.endswith((".md", "summary.md")):
            lines = drop_fences(text).splitlines()  # in a file no line is a command
            assert not any(line.startswith((FORGED, "# Head")) for line in lines)
            assert "<script" not in drop_fences(text)
        if name.endswith(".html"):
            assert "<script>alert" not in text
        if name.endswith(".svg"):
            ElementTree.fromstring(text)
            assert bytes(resvg_py.svg_to_bytes(svg_string=text))[:4] == b"\x89PNG"
    if skips.exists():
        told = skips.read_text(encoding="utf-8").splitlines()
        cells = [cell for row in csv.reader(told) for cell in row]
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in cells)
    assert FORGED not in "".join(line[: len(FORGED)] for line in "\n".join(said).splitlines())
