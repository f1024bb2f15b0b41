"""Where the ledger stands, and when it was last heard from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from psycopg2.extensions import connection as Connection

from everheard.ledger.operations.tokens import insert_token

RUN = """
insert into warehouse.etl_run (job, runner, trigger, started_at, ended_at, outcome, exit_code)
values ('get_last_50', %(runner)s, 'timer', now() - %(ago)s, now() - %(ago)s, 'done', 0);
insert into warehouse.etl_watermark as mark (job, listener_key, watermark_at, polled_at)
values ('get_last_50', %(listener)s, now(), now() - %(ago)s)
on conflict on constraint etl_watermark_pk do update set polled_at = excluded.polled_at
"""
NEVER = {"last_contact_at": None, "last_contact_by": None, "hours_since_contact": None}


def add_poll(ledger: Connection, runner: str, ago: timedelta, listener: int = 1) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(RUN, {"runner": runner, "ago": ago, "listener": listener})


def test_listener_never_heard_from_is_told_so(client: FlaskClient) -> None:
    for path in ("/", "/daily-report"):
        answer = client.get(path).json
        assert {name: answer[name] for name in NEVER} == NEVER


def test_last_poll_of_the_caller_is_named_with_its_machine_and_its_age(
    client: FlaskClient, ledger: Connection
) -> None:
    add_poll(ledger, "attic-pi", timedelta(hours=30))
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (listener_key, account_id) values (2, 'bob')"
        )
    add_poll(ledger, "actions", timedelta(hours=2), listener=2)

    token = insert_token(ledger, name="t", listener="Ana", may_rate=False, may_read_all=False)
    for path in ("/", "/daily-report"):
        answer = client.get(path, headers={"Authorization": f"Bearer {token}"}).json
        assert answer["last_contact_by"] == "attic-pi"
        assert answer["hours_since_contact"] == 30
        heard_at = datetime.fromisoformat(answer["last_contact_at"])
        assert timedelta(hours=29) < datetime.now(UTC) - heard_at < timedelta(hours=31)


def test_hours_are_as_of_the_answer(client: FlaskClient, ledger: Connection) -> None:
    add_poll(ledger, "attic-pi", timedelta(hours=1))
    assert client.get("/").json["hours_since_contact"] == 1
    with ledger.cursor() as cursor:
        cursor.execute("update warehouse.etl_watermark set polled_at = now() - interval '6 hours'")
    assert client.get("/").json["hours_since_contact"] == 6


def test_machines_are_named_to_nobody_without_a_token(
    client: FlaskClient, ledger: Connection
) -> None:
    add_poll(ledger, "attic-pi", timedelta(hours=1))
    answer = client.get("/health", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.json == {"status": "ok"}


def test_document_tells_of_it(client: FlaskClient) -> None:
    schemas = client.get("/openapi/openapi.json").json["components"]["schemas"]
    for name in ("Status", "DailyReport"):
        assert set(NEVER) <= set(schemas[name]["required"])
