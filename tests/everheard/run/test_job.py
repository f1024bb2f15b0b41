"""What wraps every job: exit codes, the last line, annotations, the run record."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection

from everheard.failure import ExitCode, Failure
from everheard.run.job import Job, Run, parse_duration, run_job
from everheard.run.outcome import Figures

SETTINGS = {
    "SPOTIFY_CLIENT_ID": "id",
    "SPOTIFY_CLIENT_SECRET": "secret",
    "SPOTIFY_REFRESH_TOKEN": "AQ",
}


class BusyFailure(Failure):
    exit_code = ExitCode.TRY_LATER

    def __init__(self, message: str) -> None:
        self.retry_at = datetime(2026, 3, 1, 12, tzinfo=UTC)
        super().__init__(message)


class LostFailure(Failure):
    exit_code = ExitCode.SIGN_IN_NEEDED


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> None:
    for name, value in {**SETTINGS, "DATABASE_URL": database_url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EVERHEARD_HOME", str(tmp_path))


def do_nothing(_: Run) -> Figures:
    return Figures()


def run(work: Callable[[Run], Figures], *argv: str) -> int:
    return run_job(Job("some_job", "Do some job.", work), list(argv))


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_job_that_ends_well_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lambda _: Figures({"new": "3", "spooled": "", "known": "4"})) == 0
    assert last_line(capsys) == "some_job: new 3, known 4"


def test_job_that_has_nothing_to_tell_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(do_nothing) == 0
    assert last_line(capsys) == "some_job: done"


def test_failure_gives_its_exit_code_and_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    def work(run: Run) -> Figures:
        raise LostFailure("Sign in\nagain.")

    assert run(work) == 77
    assert last_line(capsys) == "some_job: Sign in again."


def test_first_of_several_failures_decides_and_none_is_told_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def work(run: Run) -> Figures:
        for failure in (BusyFailure("Busy."), LostFailure("Lost."), LostFailure("Lost.")):
            with run.outcome.attempt():
                raise failure
        return Figures({"new": "1"})

    assert run(work) == 75
    assert last_line(capsys).endswith(
        "new 1 | Busy. Try again after 2026-03-01T12:00:00.000Z. | Lost."
    )


def sign_in(connection: Connection, days: int) -> None:
    """Let a listener have signed in so many days ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (account_id) values ('a');"
            "insert into warehouse.etl_sign_in (fingerprint, listener_key, encrypted_token,"
            " authorised_at, is_authorised_at_exact)"
            " select 'f', listener_key, 'x', now() - %s * interval '1 day', true"
            " from warehouse.dim_listener",
            (days,),
        )


def test_job_that_has_no_need_of_the_operations_speaks_of_the_sign_in_from_day_150(
    capsys: pytest.CaptureFixture[str], connection: Connection
) -> None:
    sign_in(connection, 149)
    run(do_nothing)
    assert "authorize" not in capsys.readouterr().out
    with connection.cursor() as cursor:
        cursor.execute(
            "update warehouse.etl_sign_in set authorised_at = now() - interval '150 days'"
        )
    assert run(do_nothing) == 0
    assert "`python start.py authorize` renews it" in capsys.readouterr().out


def test_job_that_reads_the_operations_itself_says_it_once(
    capsys: pytest.CaptureFixture[str], connection: Connection
) -> None:
    sign_in(connection, 170)

    def work(run: Run) -> Figures:
        run.ledger.read_operations()
        run.ledger.read_operations(["f"])
        return Figures()

    run(work)
    assert capsys.readouterr().out.count("`python start.py authorize`") == 1


def test_gap_that_another_runner_noticed_is_told_once(
    capsys: pytest.CaptureFixture[str], connection: Connection
) -> None:
    sign_in(connection, 1)
    run(do_nothing)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_gap (listener_key, gap_start, gap_end)"
            " select listener_key, now() - interval '9 hours', now() from warehouse.dim_listener"
        )
    capsys.readouterr()
    run(do_nothing)
    assert "Another runner noticed 1 new gap: " in capsys.readouterr().out
    run(do_nothing)
    assert "new gap" not in capsys.readouterr().out


def test_operations_that_cannot_be_read_at_the_end_change_nothing(connection: Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update warehouse.etl_schema set version = 9999, oldest_code = 9999")
    assert run(do_nothing) == 0


def test_bug_keeps_its_traceback() -> None:
    def work(run: Run) -> Figures:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(work)


def test_warnings_are_annotations_in_actions_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(run: Run) -> Figures:
        run.outcome.warnings.append("Mind the gap.")
        return Figures()

    run(work)
    assert capsys.readouterr().out.startswith("Mind the gap.\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run(work)
    assert capsys.readouterr().out.startswith("::warning title=some_job::Mind the gap.\n")


def test_failure_that_speaks_several_lines_is_one_annotation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(run: Run) -> Figures:
        run.outcome.warnings.append("one\n::stop-commands::two")
        raise LostFailure("one\n::stop-commands::two")

    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run(work)
    assert not any(
        line.startswith("::stop-commands") for line in capsys.readouterr().out.splitlines()
    )


def test_trouble_with_the_record_is_a_warning_when_all_else_went_well(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def work(run: Run) -> Figures:
        run.ledger.give_up(LostFailure("The ledger is lost."))
        return Figures()

    assert run(work) == 0
    assert "The run could not be recorded. The ledger is lost." in capsys.readouterr().out


def test_connection_is_opened_once_and_closed() -> None:
    seen = []

    def work(run: Run) -> Figures:
        seen.extend([run.ledger.connect(), run.ledger.connect()])
        return Figures()

    run(work)
    assert seen[0] is seen[1]
    assert seen[0].closed


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("25m", timedelta(minutes=25)),
        ("2h", timedelta(hours=2)),
        (" 90s ", timedelta(seconds=90)),
    ],
)
def test_durations_are_read(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", ["", "25", "m", "-5m", "1.5h", "25 m", "٣m", "1d"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        parse_duration(text)
