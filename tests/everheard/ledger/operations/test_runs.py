from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from everheard.encryption import NotDecryptable, fingerprint
from everheard.failure import DatabaseTrouble, SchemaMismatch
from everheard.ledger.listeners import update_listener
from everheard.ledger.operations.quota import block_bucket
from everheard.ledger.operations.runs import Operations, RunRecord, insert_run, read_operations
from everheard.ledger.operations.sign_ins import (
    decrypt_token,
    insert_rotated_token,
    upsert_sign_in,
)
from tests.everheard.ledger.ledger import Ledger, read_tables

SECRET = "s" * 32
SPRING = datetime(2026, 4, 1, tzinfo=UTC)


def read(ledger: Ledger, *tokens: str, runner: str = "r") -> Operations:
    return read_operations(
        ledger.connection,
        job="get_last_50",
        client_id="app",
        fingerprints=[fingerprint(SECRET, token) for token in tokens],
        runner=runner,
    )


def keep(
    ledger: Ledger, token: str, authorised_at: datetime | None = None, account: str = "ada"
) -> int:
    return upsert_sign_in(
        ledger.connection,
        client_secret=SECRET,
        refresh_token=token,
        account_id=account,
        display_name="Ada",
        timezone="UTC",
        authorised_at=authorised_at,
    ).listener_key


def record(ledger: Ledger, **fields: object) -> None:
    usual = {"job": "get_last_50", "runner": "r", "trigger": "hand", "seconds": 2.5}
    insert_run(
        ledger.connection,
        RunRecord(**{**usual, "outcome": "done", "exit_code": 0, **fields}),  # type: ignore[arg-type]
    )


def test_new_ledger_knows_nobody(ledger: Ledger) -> None:
    operations = read(ledger, "AQone")
    assert (operations.sign_ins, operations.blocked_until, operations.since_success) == (
        {},
        {},
        None,
    )


def test_kept_token_leads_to_its_listener(ledger: Ledger) -> None:
    key = keep(ledger, "AQone", SPRING)
    ((mark, known),) = read(ledger, "AQone", "AQstranger").sign_ins.items()
    assert mark == known.latest_fingerprint == fingerprint(SECRET, "AQone")
    assert (known.listener_key, known.timezone, known.authorised_at) == (key, "UTC", SPRING)
    assert decrypt_token(SECRET, known.encrypted_latest_token) == "AQone"


def test_latest_sign_in_serves_the_listeners_older_tokens(ledger: Ledger) -> None:
    assert keep(ledger, "AQnew", SPRING + timedelta(days=9)) == keep(ledger, "AQold", SPRING)
    (known,) = read(ledger, "AQold").sign_ins.values()
    assert decrypt_token(SECRET, known.encrypted_latest_token) == "AQnew"


def test_listeners_are_kept_apart(ledger: Ledger) -> None:
    assert keep(ledger, "AQada") != keep(ledger, "AQben", account="ben")
    known = read(ledger, "AQada", "AQben").sign_ins
    assert {decrypt_token(SECRET, one.encrypted_latest_token) for one in known.values()} == {
        "AQada",
        "AQben",
    }


def test_token_seen_again_keeps_its_date(ledger: Ledger) -> None:
    keep(ledger, "AQone", SPRING)
    keep(ledger, "AQone")
    (known,) = read(ledger, "AQone").sign_ins.values()
    assert known.authorised_at == SPRING


def test_token_of_unknown_date_counts_from_its_first_use(ledger: Ledger) -> None:
    keep(ledger, "AQone")
    assert ledger.read(
        "select is_authorised_at_exact, authorised_at > now() - interval '1 minute'"
        " from warehouse.etl_sign_in"
    ) == [(False, True)]


def test_token_is_not_opened_with_another_secret(ledger: Ledger) -> None:
    keep(ledger, "AQone")
    (known,) = read(ledger, "AQone").sign_ins.values()
    with pytest.raises(NotDecryptable):
        decrypt_token("t" * 32, known.encrypted_latest_token)


def test_rotated_token_follows_the_one_it_replaced(ledger: Ledger) -> None:
    keep(ledger, "AQ0", SPRING)
    for number in range(3):
        insert_rotated_token(
            ledger.connection,
            client_secret=SECRET,
            old_fingerprint=fingerprint(SECRET, f"AQ{number}"),
            refresh_token=f"AQ{number + 1}",
        )
    (known,) = read(ledger, "AQ0").sign_ins.values()
    assert decrypt_token(SECRET, known.encrypted_latest_token) == "AQ3"
    assert known.authorised_at - SPRING < timedelta(seconds=1)


def test_blocked_bucket_is_remembered_until_the_later_moment(ledger: Ledger) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    for hours in (3, 5, 4):
        until = now + timedelta(hours=hours)
        block_bucket(
            ledger.connection, client_id="app", bucket="recently-played", blocked_until=until
        )
    block_bucket(ledger.connection, client_id="app", bucket="search", blocked_until=now)
    block_bucket(ledger.connection, client_id="other", bucket="token", blocked_until=until)
    operations = read(ledger)
    assert operations.blocked_until == {"recently-played": now + timedelta(hours=5)}
    assert operations.find_block("token", "search") is None
    assert operations.find_block("token", "recently-played") == now + timedelta(hours=5)


def test_last_success_is_of_the_same_job_and_a_success(ledger: Ledger) -> None:
    record(ledger, outcome="failed", exit_code=69)
    record(ledger, job="daily_report")
    assert read(ledger).since_success is None
    record(ledger)
    ledger.read("update warehouse.etl_run set ended_at = now() - interval '1 hour' returning 1")
    since = read(ledger).since_success
    assert since is not None
    assert timedelta(hours=1) <= since < timedelta(hours=1, minutes=1)


def test_every_listeners_sign_in_is_known_by_its_latest(ledger: Ledger) -> None:
    now = datetime.now(UTC)
    keep(ledger, "AQold", now - timedelta(days=200, hours=1))
    keep(ledger, "AQnew", now - timedelta(days=3, hours=1))
    keep(ledger, "AQben", now - timedelta(days=151, hours=1), account="ben")
    ends = read(ledger, "AQold").warnings.sign_in_ends
    assert [days_old for _, days_old in ends] == [151, 3]
    assert timedelta(days=29) < ends[0][0] - now < timedelta(days=34)


def test_gap_is_new_to_a_runner_until_it_has_been_here(ledger: Ledger) -> None:
    key = keep(ledger, "AQone")
    record(ledger)
    ledger.read(
        "insert into warehouse.etl_gap (listener_key, gap_start, gap_end)"
        f" values ({key}, now() - interval '9 hours', now()) returning 1"
    )
    assert read(ledger).warnings.gap_count == 1
    assert read(ledger, runner="stranger").warnings.gap_count == 0, "it was never here"
    record(ledger)
    assert read(ledger).warnings.gap_count == 0


def test_run_is_recorded_by_the_databases_clock(ledger: Ledger) -> None:
    record(ledger, fetched_count=50, new_count=12, known_count=38, gap_count=1, summary="s")
    assert ledger.read(
        "select ended_at - started_at, fetched_count, new_count, known_count, gap_count, summary"
        " from warehouse.etl_run where ended_at > now() - interval '1 minute'"
    ) == [(timedelta(seconds=2.5), 50, 12, 38, 1, "s")]


def test_run_of_a_trigger_unknown_to_the_ledger_is_refused(ledger: Ledger) -> None:
    with pytest.raises(DatabaseTrouble, match="etl_run_trigger_ck"):
        record(ledger, trigger="moon")


def test_time_zone_follows_the_listener(ledger: Ledger) -> None:
    key = keep(ledger, "AQone")
    update_listener(ledger.connection, listener_key=key, timezone="Asia/Tokyo")
    (known,) = read(ledger, "AQone").sign_ins.values()
    assert known.timezone == "Asia/Tokyo"


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/St_Johns"])
def test_operations_are_read_alike_whatever_zone_the_server_keeps(
    ledger: Ledger, zone: str
) -> None:
    keep(ledger, "AQone", SPRING + timedelta(microseconds=120))
    ledger.read("select set_config('timezone', %s, false)", zone)
    (known,) = read(ledger, "AQone").sign_ins.values()
    assert known.authorised_at == SPRING + timedelta(microseconds=120)


def test_schema_that_does_not_fit_is_told_before_anything_else(ledger: Ledger) -> None:
    ledger.read("update warehouse.etl_schema set version = 9999, oldest_code = 9999 returning 1")
    with pytest.raises(SchemaMismatch):
        read(ledger)


def test_reading_the_operations_writes_nothing(ledger: Ledger) -> None:
    keep(ledger, "AQone")
    before = read_tables(ledger.connection)
    read(ledger, "AQone")
    assert read_tables(ledger.connection) == before
