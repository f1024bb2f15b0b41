"""Doctor on a real ledger and a simulated Spotify: all is well, then fault after fault."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2.extensions
import pytest

import simulator
from cli.doctor import check_env_file, check_way, run_doctor
from cli.doctor.check import Mark
from cli.setup.answers import remember
from jobs import get_last_50
from migrate import __main__ as migrate
from tests.gh import FakeGitHub

pytestmark = pytest.mark.posix  # the stand-in for gh is a script

SIGN_IN = "update warehouse.etl_sign_in set authorised_at = now() - interval '{} days'"
NOBODY_LISTENS = "postgresql://poller:pass-word@127.0.0.1:1/everheard"


@pytest.fixture
def spotify() -> Iterator[simulator.server.SimulatedServer]:
    with simulator.running(listeners=["light"]) as server:
        yield server


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGitHub:
    fake = FakeGitHub(tmp_path / "gh")
    fake.put_on_path(monkeypatch)
    fake.write(variables={"EVERHEARD": "on"})
    return fake


@pytest.fixture
def settings(
    spotify: simulator.server.SimulatedServer,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    github: FakeGitHub,
) -> dict[str, str]:
    values = {
        **spotify.environ(),
        "DATABASE_URL": database_url,
        "EVERHEARD_HOME": str(tmp_path),
        "EVERHEARD_RUNNER": "attic-pi",
        "EVERHEARD_TRIGGER": "timer",
        "LISTENER_TIMEZONE": "Europe/Berlin",
        "HEALTHCHECK_URL": "",
        "GITHUB_REPOSITORY": github.repository,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert get_last_50.main([]) == 0
    return values


@pytest.fixture
def doctor(
    settings: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    def run(*, is_shared: bool = False) -> tuple[int, str]:
        capsys.readouterr()
        code = run_doctor(is_shared=is_shared)
        return code, capsys.readouterr().out

    return run


def execute(connection: psycopg2.extensions.connection, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_everything_well_ends_with_0(doctor: Callable[..., tuple[int, str]]) -> None:
    code, said = doctor()
    assert code == 0, said
    for name in ("settings", "database", "PostgreSQL", "rights", "schema", "sign-in", "time zone"):
        assert f"✓ {name}: " in said
    assert "✓ runner attic-pi: last heard from 0 minutes ago (timer)" in said
    assert "✓ Spotify, listener 1: " in said
    assert "as apps made since 2026 do" in said
    assert "· watch from outside: nobody would tell you" in said
    assert re.search(r"^doctor: \d+ checks, 0 failed, 0 to see to soon$", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("statement", "line", "code"),
    [
        (SIGN_IN.format(149), "✓ sign-in", 0),
        (SIGN_IN.format(170), "! sign-in", 0),
        (SIGN_IN.format(190), "✗ sign-in", 1),
        (
            "update warehouse.etl_runner set seen_at = now() - interval '7 hours'",
            "! runner attic-pi: last heard from 7 hours ago",
            0,
        ),
        (
            "update warehouse.etl_run set ended_at = now() - interval '25 hours'",
            "✗ last success: 25 hours ago",
            1,
        ),
        (
            "insert into warehouse.etl_gap (listener_key, gap_start, gap_end) select"
            " min(listener_key), now() - interval '1 day', now() from warehouse.dim_listener",
            "! gaps: 1 open, 1 of them",
            0,
        ),
        (
            "update warehouse.etl_run set runner = 'actions', trigger = 'dispatch',"
            " ended_at = now() - interval '30 hours'",
            "✗ GitHub's scheduler: it has started none in 30 hours",
            1,
        ),
        (
            "update warehouse.etl_run set runner = 'actions', trigger = 'schedule'",
            "✓ GitHub's scheduler",
            0,
        ),
        (
            "update warehouse.etl_schema set version = version + 1, oldest_code = version + 1",
            "✗ schema",
            1,
        ),
        ("update warehouse.etl_schema set version = 1, oldest_code = 1", "✗ schema", 1),
        (
            "update warehouse.dim_listener set timezone = 'UTC', display_name = 'Ada'",
            "! time zone: Ada: LISTENER_TIMEZONE says Europe/Berlin, the ledger UTC",
            0,
        ),
        (
            "update warehouse.dim_listener set timezone = 'Europe/Atlantis', display_name = 'Ada'",
            "✗ time zone: Ada: Europe/Atlantis, which the database does not know",
            1,
        ),
    ],
)
def test_state_of_the_ledger_is_judged(
    doctor: Callable[..., tuple[int, str]],
    connection: psycopg2.extensions.connection,
    statement: str,
    line: str,
    code: int,
) -> None:
    execute(connection, statement)
    ended, said = doctor()
    assert line in said
    assert ended == code, said


def test_sign_in_about_to_end_says_how_many_days_are_left(
    doctor: Callable[..., tuple[int, str]], connection: psycopg2.extensions.connection
) -> None:
    """Six months are 181 to 184 days: which, the day it was given decides."""
    with connection.cursor() as cursor:
        cursor.execute(
            SIGN_IN.format(175)
            + " returning extract(day from authorised_at + interval '6 months' - authorised_at)"
        )
        (days,) = cursor.fetchone() or (0,)
    assert f", {days - 175} days left" in doctor()[1]


def test_renewal_cures_a_dead_sign_in(
    doctor: Callable[..., tuple[int, str]],
    connection: psycopg2.extensions.connection,
    spotify: simulator.server.SimulatedServer,
) -> None:
    spotify.world.clock.advance(days=190)
    execute(connection, SIGN_IN.format(190))
    code, said = doctor()
    assert code == 1
    assert "✗ Spotify, listener 1: refused" in said
    assert said.count("`python start.py authorize`") >= 2


def test_database_away_is_one_fault_with_its_cure(
    doctor: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", NOBODY_LISTENS)
    code, said = doctor()
    assert code == 1
    assert "✗ database: not reachable" in said
    assert "✓ Spotify, listener 1" in said, "the rest is looked at all the same"


@pytest.mark.parametrize(
    ("url", "mark"),
    [
        ("postgresql://u@db.example.org/x", Mark.BAD),
        ("postgresql://u@db.example.org/x?sslmode=prefer", Mark.BAD),
        ("postgresql://u@database/x?sslmode=disable", Mark.NOTE),
        ("postgresql://u@127.0.0.1/x", None),
    ],
)
def test_way_in_the_clear_is_a_fault_unless_it_was_chosen(
    connection: psycopg2.extensions.connection, url: str, mark: Mark | None
) -> None:
    assert {one.name: one.mark for one in check_way(url, connection)}.get("TLS") == mark


def test_time_zone_that_nobody_ever_said_is_asked_for(
    doctor: Callable[..., tuple[int, str]],
    connection: psycopg2.extensions.connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    execute(connection, "update warehouse.dim_listener set timezone = 'UTC'")
    monkeypatch.setenv("LISTENER_TIMEZONE", "")
    assert "· time zone: Ada: UTC\n    → `python start.py listener --timezone" in doctor()[1]
    monkeypatch.setenv("LISTENER_TIMEZONE", "UTC")
    assert "✓ time zone: Ada: UTC" in doctor()[1]


def test_missing_settings_are_all_named(
    doctor: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET", "SPOTIFY_REFRESH_TOKEN"):
        monkeypatch.setenv(name, "")
    code, said = doctor()
    assert code == 1
    assert said.count("✗ settings: SPOTIFY_") == 3


def test_database_without_tables_names_the_upgrade(
    doctor: Callable[..., tuple[int, str]],
    empty_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    code, said = doctor()
    assert code == 1
    assert "`python start.py migrate upgrade`" in said


def test_github_is_looked_at(doctor: Callable[..., tuple[int, str]], github: FakeGitHub) -> None:
    workflow = github.read()["workflows"][0]
    github.write(
        workflows=[{**workflow, "state": "disabled_inactivity"}],
        about={"private": False, "pushed_at": "2020-01-01T00:00:00Z"},
        variables={"EVERHEARD": "off"},
    )
    code, said = doctor()
    assert code == 1
    assert "✗ workflow get_last_50: is off" in said
    assert "! activity: the last push was" in said
    assert "· schedules: paused" in said


def test_history_that_was_asked_for_is_recalled(
    doctor: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    assert "extended history" not in doctor()[1]
    remember(tmp_path, history_asked_on="2026-11-20")
    assert "asked for on 2026-11-20" in doctor()[1]


def test_shared_list_names_nobody(
    doctor: Callable[..., tuple[int, str]],
    settings: dict[str, str],
    connection: psycopg2.extensions.connection,
) -> None:
    execute(connection, "update warehouse.dim_listener set display_name = 'Ada Lovelace'")
    open_list, shared = doctor()[1], doctor(is_shared=True)[1]
    for word in ("Ada Lovelace", "attic-pi"):
        assert word in open_list
        assert word not in shared
    secrets = [settings["SPOTIFY_CLIENT_SECRET"], settings["SPOTIFY_REFRESH_TOKEN"]]
    for word in (*secrets, settings["DATABASE_URL"]):
        assert word not in open_list + shared


def test_sum_that_is_not_that_of_its_plays_is_told_and_cured(
    doctor: Callable[..., tuple[int, str]], connection: psycopg2.extensions.connection
) -> None:
    for damage in (
        "update warehouse.summary_hour set listen_count = listen_count + 1",
        "update warehouse.summary_month_track set first_listen_at = null",
        "delete from warehouse.summary_month_track",
        "delete from warehouse.summary_session",
    ):
        execute(connection, damage)
        code, said = doctor()
        assert code == 1
        assert "✗ sums: not those of their plays in " in said
        assert "python start.py migrate summaries" in said
        assert migrate.main(["summaries"]) == 0
        code, said = doctor()
        assert code == 0, said


def test_settings_that_others_may_read_are_named_with_the_cure(tmp_path: Path) -> None:
    env_file = tmp_path / "my .env"
    assert check_env_file(env_file) == []
    env_file.touch(mode=0o600)
    (found,) = check_env_file(env_file)
    assert found.mark is Mark.GOOD
    for mode in (0o640, 0o604):
        env_file.chmod(mode)
        (found,) = check_env_file(env_file)
        assert found.mark is Mark.BAD
        assert found.cure == f"`chmod 600 '{env_file}'`"
