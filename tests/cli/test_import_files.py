"""``python start.py import FILE`` with nothing else there: a ledger, a listener, a page."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from benchmarks.history_data import write_history
from everheard.config import PROJECT_DIR
from everheard.database import embedded


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    write_history(folder, 300)
    return folder


def type_import(home: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "start.py", "import", *map(str, words)],
        cwd=PROJECT_DIR,
        env={**os.environ, "EVERHEARD_HOME": str(home), "DATABASE_URL": ""},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def read_whose(home: Path) -> list[tuple[object, ...]]:
    url = embedded.start(home).url
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("select display_name, timezone from warehouse.dim_listener")
        return cursor.fetchall()


def test_first_history_ends_with_a_page_of_whoever_said_so(home: Path, history: Path) -> None:
    done = type_import(home, history, "--name", "Ana", "--timezone", "America/Lima")
    assert done.returncode == 0, done.stderr
    assert read_whose(home) == [("Ana", "America/Lima")]
    page = home / "dashboard" / "index.html"
    assert f"The page: {page}" in done.stdout
    assert "Ana" in page.read_text("utf-8")
    page.unlink()
    again = type_import(home, history)
    assert again.returncode == 0
    assert not page.exists()  # of later ones the page is made when it is asked for
    late = type_import(home, history, "--name", "Bob")
    assert late.returncode == 78
    assert "start.py listener" in late.stderr


def test_what_only_tells_makes_nobody(home: Path, history: Path) -> None:
    for word in ("--list", "--dry-run"):
        assert type_import(home, history, word).returncode == 0
    assert read_whose(home) == []
    told = type_import(home, "--help").stdout
    assert "--timezone ZONE" in told
    assert "--report FILE" in told
    assert type_import(home, history, "--timezone", "Nowhere/Land").returncode == 78
    assert read_whose(home) == []


def test_damaged_file_of_several_costs_neither_the_name_nor_the_page(
    home: Path, history: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    shutil.copytree(history, folder)
    damaged = folder / "Streaming_History_Audio_1999_99.json"
    damaged.write_text('[{"ts": "2019-', "utf-8")
    done = type_import(home, folder, "--name", "Ana")
    assert done.returncode == 65
    assert damaged.name in done.stdout
    assert "Days are those of" in done.stderr
    assert [name for name, _ in read_whose(home)] == ["Ana"]
    assert "Ana" in (home / "dashboard" / "index.html").read_text("utf-8")


def test_history_that_brings_nothing_makes_nobody(home: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "Streaming_History_Audio_2019_0.json"
    damaged.write_text("[{", "utf-8")
    done = type_import(home, damaged, "--name", "Ana")
    assert done.returncode == 65
    assert "Days are those of" not in done.stderr
    assert read_whose(home) == []
    assert not (home / "dashboard").exists()


@pytest.mark.posix
def test_who_sits_there_is_asked(home: Path, history: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "start.py", "import", str(history)],
        cwd=PROJECT_DIR,
        env={
            **os.environ,
            "EVERHEARD_HOME": str(home),
            "DATABASE_URL": "",
            "BROWSER": "true",
        },
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        os.write(ours, b"Ana\nAsia/Tokyo\n")
        said = b""
        try:
            while read := os.read(ours, 4096):
                said += read
        except OSError:  # the other end has gone
            pass
        os.close(ours)
    assert process.returncode == 0, said
    assert b"Your name" in said
    assert b"Your time zone" in said
    assert read_whose(home) == [("Ana", "Asia/Tokyo")]
