"""Where the ledger stands, and when it was last heard from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from psycopg2.extensions import connection as Connection

RUN = """
insert into warehouse.etl_run (job, runner, trigger, started_at, ended_at, outcome, exit_code)
values (%s, %s, 'timer', now(), now() - %s, %s, 0)
"""
NEVER = {"last_heard_at": None, "last_heard_by": None, "hours_since_heard": None}


def add_run(
    ledger: Connection, job: str, runner: str, ago: timedelta, outcome: str = "done"
) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(RUN, (job, runner, ago, outcome))


def test_ledger_that_was_never_heard_from_says_so(client: FlaskClient) -> None:
    for path in ("/", "/daily-report"):
        answer = client.get(path).json
        assert {name: answer[name] for name in NEVER} == NEVER


def test_last_poll_or_import_that_did_its_work_is_named_with_its_machine(
    client: FlaskClient, ledger: Connection
) -> None:
    add_run(ledger, "import_history", "desk", timedelta(days=9))
    assert client.get("/").json["last_heard_by"] == "desk"

    add_run(ledger, "get_last_50", "attic-pi", timedelta(hours=30))
    add_run(ledger, "get_last_50", "actions", timedelta(hours=2), outcome="failed")
    add_run(ledger, "rank_albums", "actions", timedelta(hours=1))

    for path in ("/", "/daily-report"):
        answer = client.get(path).json
        assert answer["last_heard_by"] == "attic-pi"
        assert answer["hours_since_heard"] == 30
        heard_at = datetime.fromisoformat(answer["last_heard_at"])
        assert timedelta(hours=29) < datetime.now(UTC) - heard_at < timedelta(hours=31)


def test_hours_are_as_of_the_answer(client: FlaskClient, ledger: Connection) -> None:
    add_run(ledger, "get_last_50", "attic-pi", timedelta(hours=1))
    assert client.get("/").json["hours_since_heard"] == 1
    with ledger.cursor() as cursor:
        cursor.execute("update warehouse.etl_run set ended_at = ended_at - interval '5 hours'")
    assert client.get("/").json["hours_since_heard"] == 6


def test_machines_are_named_to_nobody_without_a_token(
    client: FlaskClient, ledger: Connection
) -> None:
    add_run(ledger, "get_last_50", "attic-pi", timedelta(hours=1))
    answer = client.get("/health", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.json == {"status": "ok"}


def test_document_tells_of_it(client: FlaskClient) -> None:
    schemas = client.get("/openapi/openapi.json").json["components"]["schemas"]
    for name in ("Status", "DailyReport"):
        assert set(NEVER) <= set(schemas[name]["required"])
