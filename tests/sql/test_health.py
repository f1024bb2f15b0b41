"""How the pipeline does, and until when somebody is signed in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg2.extensions import connection as Connection

from tests.sql.ledger import add_export, read

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
        "select job, last_success_runner, last_outcome, last_exit_code, last_runner, last_trigger,"
        " run_count_30_days, failed_count_30_days, median_minutes_between_runs,"
        " longest_minutes_between_runs,"
        " round(extract(epoch from now() at time zone 'UTC' - last_run_at_utc) / 60),"
        " round(extract(epoch from now() at time zone 'UTC' - last_success_at_utc) / 60)"
        " from bi.pipeline_health order by job",
    )

    day = 24 * 60
    polled = (3, 1, Decimal("75.0"), Decimal("90.0"), 30, 120)
    assert rows == [
        ("get_last_50", "pi", "failed", 75, "actions", "schedule", *polled),
        (
            "import_history",
            *["laptop", "done", 0, "laptop", "hand", 0, 0],
            None,
            None,
            *[50 * day] * 2,
        ),
        ("now_playing", None, None, None, None, None, 0, 0, None, None, None, None),
    ]


def test_sign_in_ends_six_months_after_the_latest_one(ledger: Connection) -> None:
    """On 28 February, for there is no 31st; the same whatever time zone the reader is in."""
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_sign_in (fingerprint, listener_key, sealed_token,"
            " authorised_at, is_authorised_at_exact) values"
            " ('old', 1, '', '2023-01-01T12:00Z', false),"
            " ('new', 1, '', '2024-08-31T22:30Z', true)"
        )
        cursor.execute("set timezone = 'Asia/Tokyo'")
    add_export(ledger, "2024-09-02T10:00:00Z")

    rows = read(
        ledger,
        "select listener_key, authorised_date, is_authorised_date_exact, expires_date, days_left,"
        " last_heard_at_local from bi.sign_in order by 1",
    )

    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    ends = date(2025, 2, 28)
    heard = datetime(2024, 9, 2, 12, 0)  # noqa: DTZ001 (the view's times are local)
    assert rows == [
        (1, date(2024, 9, 1), True, ends, (ends - today).days, heard),
        (2, None, None, None, None, None),
    ]
