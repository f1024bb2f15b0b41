"""The daily report: what it says, where it goes, and what it keeps to itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from psycopg2.extensions import connection as Connection

from everheard.report.words import say_date
from jobs import daily_report
from tests.jobs.report_ledger import ZONE, add_gap, fill, find_yesterday

Run = Callable[..., str]


@pytest.fixture
def run(
    connection: Connection,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run the job with settings; return what it printed."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def start(*options: str, code: int = 0, **settings: str) -> str:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        assert daily_report.main(list(options)) == code
        return capsys.readouterr().out

    return start


def test_days_are_told_with_how_sure_they_are(run: Run, connection: Connection) -> None:
    fill(connection)
    said = run()
    assert "About 4 min, one play of one song by one artist." in said
    assert "Exact 4 min, two plays of two songs by one artist." in said
    assert "Long (Main)" in said
    assert said.splitlines()[-1] == "daily_report: listeners 1, plays today 1, plays yesterday 2"


def test_gap_makes_the_day_at_least_and_names_its_cure(run: Run, connection: Connection) -> None:
    fill(connection)
    add_gap(connection)
    said = run()
    assert "At least 4 min, two plays" in said
    assert "One gap open, 3 h in all: an export from Spotify closes them" in said


def test_main_artist_and_guest_are_told_apart(run: Run, connection: Connection) -> None:
    fill(connection)
    artists, _, rest = run().partition("As guests")
    assert "Main" in artists
    assert "Guest" not in artists
    assert "Guest" in rest


def test_every_form_says_when_it_was_last_heard_from_and_by_whom(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    assert "Spotify was not asked for plays yet." in run()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_run"
            " (job, runner, trigger, started_at, ended_at, outcome, exit_code) values"
            " ('get_last_50', 'attic-pi', 'timer', now() - interval '2 days', now(), 'done', 0);"
            "insert into warehouse.etl_watermark (job, listener_key, watermark_at, polled_at)"
            " values ('get_last_50', 1, now(), now() - interval '2 days')"
        )
    heard = datetime.now(ZONE) - timedelta(days=2)
    summary, folder = tmp_path / "summary.md", tmp_path / "reports"
    run(GITHUB_STEP_SUMMARY=str(summary), GITHUB_ACTIONS="true")
    public = summary.read_text("utf-8")
    assert "Last heard from" in public
    assert "attic-pi" not in public
    summary.unlink()
    told = {"GITHUB_STEP_SUMMARY": str(summary), "REPORT_DIR": str(folder), "SHOW_NAMES": "1"}
    said = run(GITHUB_ACTIONS="", **told)
    forms = [
        said,
        summary.read_text("utf-8"),
        *(path.read_text("utf-8") for path in folder.iterdir()),
    ]
    assert len(forms) == 4
    for form in forms:
        assert f"Last heard from {say_date(heard.date())}, " in form
        assert ", by attic-pi. The newest play ended " in form


def test_summary_on_github_names_nobody_unless_it_is_wanted(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    summary = tmp_path / "summary.md"
    said = run(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    for public in (said, summary.read_text(encoding="utf-8")):
        assert "4 min" in public
        assert [name for name in ("Ana", "Main", "Guest", "Long", "Short") if name in public] == []

    run(SHOW_NAMES="1")
    assert "Guest" in summary.read_text(encoding="utf-8")


def test_log_of_a_timer_gets_the_last_line_only(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    said = run(EVERHEARD_TRIGGER="timer", REPORT_DIR=str(tmp_path))
    assert said == "daily_report: listeners 1, plays today 1, plays yesterday 2\n"
    assert len(list(tmp_path.iterdir())) == 2


def test_page_and_markdown_are_kept_once_a_day(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    folder = tmp_path / "kept" / "reports"
    run(REPORT_DIR=str(folder))
    run()
    today = find_yesterday() + timedelta(days=1)
    assert {path.name for path in folder.iterdir()} == {f"{today}.html", f"{today}.md"}


def test_page_stands_alone_in_a_browser(
    run: Run, connection: Connection, tmp_path: Path, browser: Browser
) -> None:
    fill(connection)
    run(REPORT_DIR=str(tmp_path / "reports"))
    (page_path,) = (tmp_path / "reports").glob("*.html")
    troubles: list[str] = []
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.on("console", lambda message: troubles.append(message.text))
    page.on("request", lambda request: troubles.append(request.url))
    page.goto(page_path.as_uri())
    assert page.locator(".total.single").count() == 1
    assert page.locator(".total.double").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Archivo'))")
    page.close()
    assert [text for text in troubles if not text.startswith(("file:", "data:"))] == []


def test_dry_run_writes_no_file(run: Run, connection: Connection, tmp_path: Path) -> None:
    fill(connection)
    run("--dry-run", REPORT_DIR=str(tmp_path / "reports"))
    assert not (tmp_path / "reports").exists()


def test_folder_that_cannot_be_written_is_named(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    (tmp_path / "file").write_text("")
    said = run(code=78, REPORT_DIR=str(tmp_path / "file" / "reports"))
    assert "REPORT_DIR" in said.splitlines()[-1]


def test_nobody_yet_is_no_failure(run: Run) -> None:
    assert run().endswith("`python start.py authorize` signs you in\n")


def test_day_that_nobody_saw_says_so(run: Run, connection: Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (listener_key, account_id) values (1, 'a')"
        )
    assert run().count("Not seen. Nobody looked, and no play is known.") == 2


def test_zone_that_the_database_lacks_costs_no_report(run: Run, connection: Connection) -> None:
    fill(connection)
    with connection.cursor() as cursor:
        cursor.execute("update warehouse.dim_listener set timezone = 'Europe/Atlantis'")
    assert "`python start.py listener`" in run("--dry-run", code=73)
    said = run()
    assert "a listener's time zone Europe/Atlantis: it is UTC from now on" in said
    assert said.splitlines()[-1].startswith("daily_report: listeners 1, ")


def test_diary_of_the_same_name_is_left_alone_and_named(
    run: Run, connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    diary = tmp_path / f"{find_yesterday() + timedelta(days=1)}.md"
    diary.write_text("Dear diary")
    said = run(code=78, REPORT_DIR=str(tmp_path))
    assert diary.name in said.splitlines()[-1]
    assert [path.read_text() for path in tmp_path.iterdir()] == ["Dear diary"]
