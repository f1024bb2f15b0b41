"""What get_last_50 does about other runners, the sign-in's end and whoever watches from outside."""

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2.extensions
import pytest

import simulator
from everheard.ledger.operations.sign_ins import upsert_sign_in
from jobs import get_last_50

NOBODY_LISTENS = "postgresql://poller:pass-word@127.0.0.1:1/everheard"


@pytest.fixture
def spotify() -> Iterator[simulator.server.SimulatedServer]:
    with simulator.running(listeners=["heavy"]) as server:
        yield server


@pytest.fixture
def job(
    spotify: simulator.server.SimulatedServer,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., str]:
    """Return the job; call it with options and changed settings for what it printed."""

    def run(*options: str, code: int = 0, **changes: str) -> str:
        settings = {
            **spotify.environ(),
            "DATABASE_URL": database_url,
            "EVERHEARD_HOME": str(tmp_path),
            "EVERHEARD_RUNNER": "attic-pi",
            **changes,
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        assert get_last_50.main(list(options)) == code
        return capsys.readouterr().out

    return run


@pytest.fixture
def healthcheck() -> Iterator[tuple[str, list[str]]]:
    """Lend the address of a healthcheck, and what was called there."""
    called: list[str] = []

    class Check(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            called.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Check) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/ping", called
        server.shutdown()
        thread.join()


def execute(connection: psycopg2.extensions.connection, statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_between_loads_the_database_is_left_asleep_and_nothing_is_lost(
    job: Callable[..., str],
    spotify: simulator.server.SimulatedServer,
    connection: psycopg2.extensions.connection,
) -> None:
    job("--load-every", "55m")
    for _ in range(6):
        spotify.world.clock.advance(hours=3)
        # An address nobody answers at: whoever connects to it fails.
        job("--load-every", "55m", DATABASE_URL=NOBODY_LISTENS)
    assert execute(connection, "select count(*) from warehouse.fact_play") == [(50,)]

    job()

    plays = execute(
        connection,
        "select to_char(played_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
        " from warehouse.fact_play order by played_at",
    )
    heard = [play.played_at for play in spotify.world.heard()]
    assert len(plays) > 100
    assert [played_at for (played_at,) in plays] == heard[-len(plays) :]


def test_load_comes_when_it_is_due(job: Callable[..., str], tmp_path: Path) -> None:
    assert "watermark" in job("--load-every", "55m")
    assert "spooled 50" in job("--load-every", "55m")
    assert "known 50" in job("--load-every", "0s")


def test_dead_sign_in_asks_the_ledger_for_a_newer_one(
    job: Callable[..., str],
    spotify: simulator.server.SimulatedServer,
    connection: psycopg2.extensions.connection,
) -> None:
    world = spotify.world
    old = world.refresh_token("ada")
    job("--load-every", "55m")
    upsert_sign_in(
        connection,
        client_secret=world.accounts.client_secret,
        refresh_token=world.accounts.sign_in("ada", world.clock.now_ms),
        account_id=world.listener("ada").account_id,
        display_name=None,
        timezone="UTC",
    )
    world.accounts.revoke(old)

    said = job("--load-every", "55m", SPOTIFY_REFRESH_TOKEN=old)

    assert "known 50" in said, "it loaded after all, with the newer sign-in"


def test_summary_speaks_of_the_sign_in_from_day_150(
    job: Callable[..., str], connection: psycopg2.extensions.connection
) -> None:
    job()
    age = "update warehouse.etl_sign_in set authorised_at = now() - interval '{} days'"
    execute(connection, age.format(149))
    assert "authorize" not in job()
    execute(connection, age.format(150))
    assert "`python start.py authorize` renews it" in job()


def test_silence_of_another_runner_is_reported_without_its_name(
    job: Callable[..., str], connection: psycopg2.extensions.connection
) -> None:
    job(EVERHEARD_TRIGGER="timer", EVERHEARD_RUNNER="living-room")
    assert "silent" not in job()
    execute(
        connection,
        "update warehouse.etl_runner set seen_at = now() - interval '7 hours'"
        " where runner = 'living-room'",
    )
    said = job()
    assert "silent for 7 hours" in said
    assert "living-room" not in said
    assert "silent" not in job(EVERHEARD_RUNNER="living-room"), "nobody reports their own"


def test_machine_run_by_hand_is_not_missed(
    job: Callable[..., str], connection: psycopg2.extensions.connection
) -> None:
    job(EVERHEARD_RUNNER="laptop")
    execute(connection, "update warehouse.etl_runner set seen_at = now() - interval '7 hours'")
    assert "silent" not in job()


def test_idle_look_is_a_sign_of_life(
    job: Callable[..., str], connection: psycopg2.extensions.connection
) -> None:
    job(EVERHEARD_TRIGGER="timer", EVERHEARD_RUNNER="living-room")
    said = job("--if-stale", "25m", EVERHEARD_TRIGGER="timer")

    assert "nothing to do" in said
    rows = execute(
        connection, "select runner, succeeded_at is null from warehouse.etl_runner order by runner"
    )
    assert rows == [("attic-pi", True), ("living-room", False)]
    assert execute(connection, "select count(*) from warehouse.etl_run") == [(1,)]


def test_healthcheck_hears_start_and_success(
    job: Callable[..., str], healthcheck: tuple[str, list[str]]
) -> None:
    url, called = healthcheck
    job(HEALTHCHECK_URL=url)
    job("--dry-run", HEALTHCHECK_URL=url)
    assert called == ["/ping/start", "/ping"]


@pytest.mark.parametrize(
    ("changes", "code", "ending"),
    [
        ({"SPOTIFY_REFRESH_TOKEN": "dead"}, 77, "/ping/fail"),
        ({"DATABASE_URL": NOBODY_LISTENS}, 73, "/ping/log"),
    ],
)
def test_healthcheck_hears_failure_that_needs_somebody_and_no_alarm_for_the_rest(
    job: Callable[..., str],
    healthcheck: tuple[str, list[str]],
    changes: dict[str, str],
    code: int,
    ending: str,
) -> None:
    url, called = healthcheck
    job(code=code, HEALTHCHECK_URL=url, **changes)
    assert called == ["/ping/start", ending]


def test_healthcheck_that_does_not_answer_costs_nothing_but_a_word(
    job: Callable[..., str],
) -> None:
    said = job(HEALTHCHECK_URL="http://127.0.0.1:1/secret-part")
    assert "nobody was told" in said
    assert "secret-part" not in said
