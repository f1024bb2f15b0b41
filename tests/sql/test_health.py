"""How the pipeline does, and until when somebody is signed in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from psycopg2.extensions import connection as Connection

from tests.sql.ledger import add_imported, read

RUN = (
    "insert into warehouse.etl_run (job, runner, trigger, started_at, ended_at, outcome, exit_code)"
    " values (%s, %s, %s, now(), now() - %s::interval, %s, %s)"
)


def test_job_tells_its_last_run_its_last_success_and_its_pauses(ledger: Connection) -> None:
    """Pauses of 60 and 90 minutes; what is older than 30 days counts for nothing but its job."""
    with ledger.cursor() as cursor:
        for run in (
            ("get_last_50", "pi", "timer", "40 days", "failed", 77),
            ("get_last_50", "pi", "timer", "180 minutes", "done", 0),
            ("get_last_50", "pi", "timer", "120 minutes", "done", 0),
            ("get_last_50", "actions", "schedule", "30 minutes", "failed", 75),
            ("import_history", "laptop", "hand", "50 days", "done", 0),
        ):
            cursor.execute(RUN, run)
        cursor.execute(
            "insert into warehouse.etl_watermark (job, listener_key, watermark_at)"
            " values ('now_playing', 1, now())"
        )

    rows = read(
        ledger,
        "select job, last_outcome, last_exit_code, last_runner, last_trigger, run_count_30_days,"
        " failed_count_30_days, median_minutes_between_runs, longest_minutes_between_runs,"
        " round(extract(epoch from now() at time zone 'UTC' - last_run_at_utc) / 60),"
        " round(extract(epoch from now() at time zone 'UTC' - last_success_at_utc) / 60)"
        " from bi.pipeline_health order by job",
    )

    day = 24 * 60
    polled = (3, 1, Decimal("75.0"), Decimal("90.0"), 30, 120)
    assert rows == [
        ("get_last_50", "failed", 75, "actions", "schedule", *polled),
        ("import_history", "done", 0, "laptop", "hand", 0, 0, None, None, 50 * day, 50 * day),
        ("now_playing", None, None, None, None, 0, 0, None, None, None, None),
    ]


def test_sign_in_ends_six_months_after_the_latest_one(ledger: Connection) -> None:
    """On 28 February, for there is no 31st; the same whatever time zone the reader is in."""
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_sign_in (fingerprint, listener_key, encrypted_token,"
            " authorised_at, is_authorised_at_exact) values"
            " ('old', 1, '', '2023-01-01T12:00Z', false),"
            " ('new', 1, '', '2024-08-31T22:30Z', true)"
        )
        cursor.execute("set timezone = 'Asia/Tokyo'")
    add_imported(ledger, "2024-09-02T10:00:00Z")

    rows = read(
        ledger,
        "select listener_key, authorised_date, is_authorised_date_exact, expires_date,"
        " days_left + (now() at time zone 'Europe/Berlin')::date, last_played_at_local"
        " from bi.sign_in order by 1",
    )

    ends = date(2025, 2, 28)
    heard = datetime(2024, 9, 2, 12, 0)  # noqa: DTZ001 (the view's times are local)
    assert rows == [
        (1, date(2024, 9, 1), True, ends, ends, heard),
        (2, None, None, None, None, None),
    ]


def test_last_contact_is_each_listeners_own_poll_with_its_machine_and_no_import(
    ledger: Connection,
) -> None:
    """A run counts for those it polled, also where it failed for somebody else."""
    poll = (
        "insert into warehouse.etl_watermark (job, listener_key, watermark_at, polled_at)"
        " values ('get_last_50', %s, '2026-01-01', now() - %s::interval)"
    )
    began = (
        "insert into warehouse.etl_run"
        " (job, runner, trigger, started_at, ended_at, outcome, exit_code) values"
        " (%s, %s, 'timer', now() - %s::interval, now() - %s::interval, %s, 0)"
    )
    with ledger.cursor() as cursor:
        cursor.execute("begin")  # one now() for all
        for run in (
            ("get_last_50", "pi", "50 hours", "50 hours", "failed"),
            ("get_last_50", "actions", "3 hours", "2 hours", "done"),
            ("get_last_50", "pi", "1 hour", "1 hour", "failed"),
            ("import_history", "laptop", "31 hours", "29 hours", "done"),
        ):
            cursor.execute(began, run)
        cursor.execute(poll, (1, "3 hours"))
        cursor.execute(poll, (2, "50 hours"))
        ages = (
            "select listener_key, extract(epoch from now() at time zone 'UTC'"
            " - last_contact_at_utc) / 3600, last_contact_by,"
            " last_contact_at_local - last_contact_at_utc > interval '0'"
            " from bi.sign_in order by 1"
        )
        cursor.execute(ages)
        assert cursor.fetchall() == [(1, 3, "actions", True), (2, 50, "pi", False)]

        cursor.execute(
            "insert into warehouse.etl_import_file (listener_key, file_name, content_digest,"
            " read_count, added_count, matched_count, known_count, episode_count,"
            " unattributed_count, skipped_count, imported_at)"
            " values (2, 'a.zip', '', 0, 0, 0, 0, 0, 0, 0, now() - interval '30 hours')"
        )
        cursor.execute(ages)
        assert cursor.fetchall() == [(1, 3, "actions", True), (2, 50, "pi", False)]
        cursor.execute("rollback")
