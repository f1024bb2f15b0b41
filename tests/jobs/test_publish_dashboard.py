"""The dashboard from a real ledger: what lands in the folder, and what is in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection

from everheard.written import RECORD
from jobs import publish_dashboard
from tests.jobs.report_ledger import add_gap, fill, find_first_day

Run = Callable[..., str]


@pytest.fixture
def run(
    connection: Connection,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run the job into ``tmp_path/pages``; return what it printed."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def start(*options: str, code: int = 0) -> str:
        assert publish_dashboard.main(["--to", str(tmp_path / "pages"), *options]) == code
        return capsys.readouterr().out

    return start


def add_second_listener(connection: Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (listener_key, account_id, display_name)"
            " values (7, 'bo', 'Bo')"
        )


def test_page_tells_what_the_ledger_holds(run: Run, connection: Connection, tmp_path: Path) -> None:
    fill(connection)
    assert run() == "publish_dashboard: listeners 1, plays 4\n"
    page = (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")
    assert "Ana" in page
    assert "About." in page
    assert "https://open.spotify.com/artist/a1" in page
    assert (tmp_path / "pages" / f"{find_first_day().year}.html").exists()


def test_open_gap_is_told_on_every_page(run: Run, connection: Connection, tmp_path: Path) -> None:
    fill(connection)
    add_gap(connection)
    run()
    for file in (tmp_path / "pages").glob("*.html"):
        assert "One day was seen in part only." in file.read_text(encoding="utf-8"), file.name


def test_second_run_writes_the_same_files(run: Run, connection: Connection, tmp_path: Path) -> None:
    fill(connection)
    run()
    first = {path.name for path in (tmp_path / "pages").iterdir()}
    run()
    assert {path.name for path in (tmp_path / "pages").iterdir()} == first


def test_ledger_without_a_play_has_its_page(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (listener_key, account_id) values (1, 'ana')"
        )
    run()
    page = (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")
    assert "No plays yet. Listen to something." in page


def test_further_listener_has_a_folder_below(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    add_second_listener(connection)
    assert run().startswith("publish_dashboard: listeners 2")
    pages = tmp_path / "pages"
    page = (pages / "listener-7" / "index.html").read_text(encoding="utf-8")
    assert "Bo" in page
    assert "Main" not in page
    assert '<a href="../index.html">Ana</a>' in page
    assert '<a href="listener-7/index.html">Bo</a>' in (pages / "artists.html").read_text("utf-8")


def test_one_listener_is_written_where_one_is_named(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    add_second_listener(connection)
    assert run("--listener", "bO") == "publish_dashboard: listeners 1, plays 0\n"
    assert [path.name for path in (tmp_path / "pages").iterdir()] == ["listener-7"]
    run("--listener", "Zed", code=78)


def test_trouble_with_one_listener_costs_no_other(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    add_second_listener(connection)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "index.html").write_text("my own page")
    assert "listeners 1, plays 4 | " in run(code=78)
    assert (tmp_path / "pages" / "listener-7" / "index.html").exists()


def test_page_is_named_for_those_who_asked_to_see_it(run: Run, connection: Connection) -> None:
    fill(connection)
    assert "index.html" in run("--open").splitlines()[0]


def test_dry_run_writes_nothing(run: Run, connection: Connection, tmp_path: Path) -> None:
    fill(connection)
    run("--dry-run")
    assert not (tmp_path / "pages").exists()


def test_folder_that_cannot_be_written_is_named(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    (tmp_path / "pages").write_text("")
    assert "name another folder with --to" in run(code=78)


def test_nobody_yet_is_no_failure(run: Run, tmp_path: Path) -> None:
    assert "authorize" in run()
    assert not (tmp_path / "pages").exists()


@pytest.mark.posix
@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_pages_are_their_owners_alone_unless_they_are_published(
    run: Run, connection: Connection, tmp_path: Path, umask: int
) -> None:
    fill(connection)
    old = os.umask(umask)
    try:
        run()
        check_modes(tmp_path / "pages", 0o700, 0o600)
        run("--public")
    finally:
        os.umask(old)
    check_modes(tmp_path / "pages", 0o755, 0o644)


def check_modes(folder: Path, folder_mode: int, file_mode: int) -> None:
    for path in (folder, *folder.rglob("*")):
        expected = folder_mode if path.is_dir() else file_mode
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_dashboard_of_a_version_that_kept_no_record_is_renewed(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    run()
    (tmp_path / "pages" / RECORD).unlink()
    (tmp_path / "pages" / "index.html").write_text("an older page")
    run()
    assert "an older page" not in (tmp_path / "pages" / "index.html").read_text("utf-8")


def test_page_that_is_not_ours_is_named_and_left_alone(
    run: Run, connection: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(connection)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "index.html").write_text("my own page")
    run(code=78)
    assert [path.read_text() for path in (tmp_path / "pages").iterdir()] == ["my own page"]
