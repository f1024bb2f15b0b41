"""What the job does when Spotify, the database or the sign-in is in trouble: nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.jobs.get_last_50.conftest import MakeRunner
from tests.jobs.get_last_50.polling import Outcome, Runner

NOBODY_LISTENS = "postgresql://ada:pw@127.0.0.1:1/music"


def rewrite(url: str, **changes: str) -> str:
    """Return an address with another password (``password``) or database (``database``)."""
    parts = urlsplit(url)
    place = parts.netloc
    if "password" in changes:
        assert parts.password
        place = place.replace(parts.password, changes["password"])
    path = f"/{changes['database']}" if "database" in changes else parts.path
    return urlunsplit(parts._replace(netloc=place, path=path))


def set_version(version: int, oldest_code: int) -> str:
    return f"update warehouse.etl_schema set version = {version}, oldest_code = {oldest_code}"


def refuse(table: str, state: str) -> Callable[[Runner], dict[str, str]]:
    def break_it(runner: Runner) -> dict[str, str]:
        runner.refuse(table, state)
        return {}

    return break_it


def execute(*statements: str) -> Callable[[Runner], dict[str, str]]:
    def break_it(runner: Runner) -> dict[str, str]:
        for statement in statements:
            runner.execute(statement)
        return {}

    return break_it


DATABASE_TROUBLES: dict[str, tuple[Callable[[Runner], dict[str, str]], int, str]] = {
    "unreachable": (lambda _: {"DATABASE_URL": NOBODY_LISTENS}, 73, "nothing answers"),
    "wrong password": (
        lambda runner: {"DATABASE_URL": rewrite(runner.database_url, password="wrong")},
        73,
        "password",
    ),
    "no such database": (
        lambda runner: {"DATABASE_URL": rewrite(runner.database_url, database="nowhere")},
        73,
        "database",
    ),
    "full": (refuse("dim_track", "53100"), 73, "full"),
    "no right": (refuse("fact_play", "42501"), 73, "right"),
    "out of memory": (refuse("source_poll_play", "53200"), 73, "memory"),
    "locked for too long": (refuse("etl_watermark", "55P03"), 73, "lock"),
    "too slow": (refuse("bridge_track_artist", "57014"), 73, "longer"),
    "shut down": (refuse("dim_artist", "57P01"), 73, "shut down"),
    "conflict that never ends": (refuse("dim_album", "40001"), 73, "40001"),
    "read-only": (
        execute(
            "do $$begin execute format('alter database %I set default_transaction_read_only = on',"
            " current_database()); end$$"
        ),
        73,
        "read-only",
    ),
    "no tables": (execute("drop schema warehouse cascade"), 78, "migrate upgrade"),
    "tables too old": (execute(set_version(0, 0)), 78, "migrate upgrade"),
    "tables too new": (execute(set_version(9999, 9999)), 78, "git pull"),
    "column missing": (
        execute("alter table warehouse.dim_track drop column isrc cascade"),
        78,
        "migrate upgrade",
    ),
}


@pytest.mark.parametrize("what", DATABASE_TROUBLES)
def test_page_is_spooled_whatever_the_database_says(runner: Runner, what: str) -> None:
    break_it, code, word = DATABASE_TROUBLES[what]
    outcome = runner.run(**break_it(runner))
    assert outcome.code == code
    assert "fetched 50, new 0, known 0, gaps 0, spooled 50 | " in outcome.last_line
    assert word in outcome.last_line
    assert outcome.last_line.rstrip().endswith((".", "no"))
    assert len(runner.spool()) == 1


@pytest.mark.parametrize("is_known", [True, False])
def test_spooled_page_goes_in_first_when_the_database_is_back(
    runner: Runner, is_known: bool
) -> None:
    if is_known:
        runner.run()
        runner.advance(hours=5)
    runner.run(DATABASE_URL=NOBODY_LISTENS)
    spooled = runner.window()
    runner.advance(days=3)
    assert not spooled & runner.window()
    outcome = runner.run()
    assert outcome.code == 0
    assert "gaps 1" in outcome.last_line
    assert runner.plays() >= spooled | runner.window()
    assert runner.spool() == []


def test_spooled_page_goes_in_though_spotify_is_away(runner: Runner) -> None:
    runner.run()
    runner.advance(hours=5)
    runner.run(DATABASE_URL=NOBODY_LISTENS)
    runner.add_mood("server_error", "recently_played")
    outcome = runner.run()
    assert outcome.code == 69
    assert runner.plays() >= runner.window()
    assert runner.spool() == []


def test_same_page_is_spooled_once(runner: Runner) -> None:
    for _ in range(3):
        runner.run(DATABASE_URL=NOBODY_LISTENS)
    assert len(runner.spool()) == 1


def test_pages_spooled_one_after_the_other_leave_no_gap_between_them(runner: Runner) -> None:
    runner.run()
    for _ in range(6):
        runner.advance(hours=11)
        runner.run(DATABASE_URL=NOBODY_LISTENS)
    assert len(runner.spool()) > 3
    assert "gaps 0" in runner.run().last_line


def test_unreadable_spool_file_is_told_of_and_left(runner: Runner) -> None:
    runner.run(DATABASE_URL=NOBODY_LISTENS)
    (file,) = runner.spool()
    file.write_bytes(b"damaged")
    outcome = runner.run()
    assert outcome.code == 0
    assert f"spool file {file.name} cannot be read and was left alone" in outcome.out
    assert file.read_bytes() == b"damaged"


def test_page_kept_for_a_sign_in_no_longer_set_is_told_of(runner: Runner) -> None:
    runner.run()
    runner.run(DATABASE_URL=NOBODY_LISTENS)
    world = runner.spotify.world
    world.accounts.sign_in("ada", world.clock.now_ms)
    outcome = runner.run()
    assert outcome.code == 0
    assert "1 spooled file was kept for a sign-in" in outcome.out
    assert len(runner.spool()) == 1


def test_spool_that_cannot_be_written_to_is_said_so(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = runner.run(DATABASE_URL=NOBODY_LISTENS, SPOOL_DIR=str(tmp_path / "file" / "spool"))
    assert outcome.code == 73
    assert "nothing answers" in outcome.last_line
    assert "The spool cannot be written to" in outcome.last_line


SPOTIFY_TROUBLES: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "server error": ("recently_played", {"kind": "server_error"}, 69, "status 503"),
    "connection lost": ("recently_played", {"kind": "disconnected"}, 69, "did not answer"),
    "half an answer": ("recently_played", {"kind": "dropped"}, 69, "did not answer"),
    "no JSON": ("recently_played", {"kind": "not_json"}, 69, "JSON"),
    "refused for good": ("recently_played", {"kind": "unauthorised"}, 69, "refused"),
    "empty 404": ("recently_played", {"kind": "not_found"}, 69, "404"),
    "rate limit": ("recently_played", {"kind": "rate_limited", "retry_after": 900}, 75, "after"),
    "Premium lapsed": ("recently_played", {"kind": "premium_lapsed"}, 77, "Premium"),
    "accounts away": ("token", {"kind": "server_error"}, 69, "/api/token"),
}


@pytest.mark.parametrize("what", SPOTIFY_TROUBLES)
def test_trouble_with_spotify_is_a_sentence(runner: Runner, what: str) -> None:
    runner.run()
    before = runner.tables()
    endpoint, mood, code, word = SPOTIFY_TROUBLES[what]
    runner.add_mood(endpoint=endpoint, **mood)
    outcome = runner.run()
    assert outcome.code == code
    assert outcome.last_line.startswith("get_last_50: ")
    assert "fetched 0" not in outcome.last_line, "the sentence comes first, and zeros tell nothing"
    assert word in outcome.last_line
    after = runner.tables()
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"etl_run", "etl_runner", "etl_quota"}
    assert runner.read("select outcome, exit_code from warehouse.etl_run order by run_key")[-1] == (
        "failed",
        code,
    )


def test_stray_401_is_cured_by_one_renewal(runner: Runner) -> None:
    runner.add_mood("unauthorised", "recently_played", times=1)
    assert runner.run().code == 0
    assert runner.plays() == runner.window()


@pytest.mark.parametrize("endpoint", ["recently_played", "token"])
def test_spent_quota_is_kept_and_honoured_without_a_call(runner: Runner, endpoint: str) -> None:
    runner.run()
    runner.add_mood("quota_exceeded", endpoint, times=1, retry_after=3600)
    outcome = runner.run()
    assert outcome.code == 75
    ((until, is_about_an_hour),) = runner.read(
        "select to_char(blocked_until at time zone 'UTC', 'YYYY-MM-DD'),"
        " blocked_until between now() + interval '59 minutes' and now() + interval '61 minutes'"
        " from warehouse.etl_quota"
    )
    assert is_about_an_hour
    assert until in outcome.last_line
    runner.calls()
    outcome = runner.run()
    assert (outcome.code, runner.calls()) == (75, [])
    assert "Try again after" in outcome.last_line
    runner.execute("update warehouse.etl_quota set blocked_until = now() - interval '1 second'")
    assert runner.run().code == 0


def test_spooled_page_goes_in_while_the_quota_is_spent(runner: Runner) -> None:
    runner.run()
    runner.advance(hours=5)
    runner.run(DATABASE_URL=NOBODY_LISTENS)
    runner.add_mood("quota_exceeded", "recently_played", times=1)
    assert "new " in runner.run().last_line
    assert runner.plays() >= runner.window()


def expire(runner: Runner) -> Outcome:
    runner.advance(days=200)
    return runner.run()


def test_expired_sign_in_names_the_command_that_cures_it(runner: Runner) -> None:
    runner.run()
    outcome = expire(runner)
    assert outcome.code == 77
    assert "python start.py authorize" in outcome.last_line
    assert runner.calls()[3:] == ["token"]


def test_expired_sign_in_of_a_new_listener_is_the_same(runner: Runner) -> None:
    assert expire(runner).code == 77


def test_wrong_client_secret_names_the_settings(runner: Runner) -> None:
    outcome = runner.run(SPOTIFY_CLIENT_SECRET="x" * 32)
    assert outcome.code == 78
    assert "SPOTIFY_CLIENT_SECRET" in outcome.last_line


def test_one_listeners_trouble_never_costs_another(make_runner: MakeRunner) -> None:
    runner = make_runner(listeners=["steady", "light", "steady"])
    world = runner.spotify.world
    tokens = [world.refresh_token("ada"), "AQrevoked", world.refresh_token("cleo")]
    outcome = runner.run(SPOTIFY_REFRESH_TOKEN=",".join(tokens))
    assert outcome.code == 77
    assert "fetched 100, new 100" in outcome.last_line
    for name in ("ada", "cleo"):
        assert runner.plays(name) == runner.window(name)


def test_run_that_fails_for_one_listener_has_looked_at_the_others(
    make_runner: MakeRunner,
) -> None:
    """What a run has seen is told by listener: its own outcome says nothing of either."""
    runner = make_runner(listeners=["steady", "light"])
    world = runner.spotify.world
    tokens = [world.refresh_token("ada"), world.refresh_token("ben")]
    runner.run(SPOTIFY_REFRESH_TOKEN=",".join(tokens))
    runner.execute("update warehouse.etl_watermark set polled_at = '2026-01-01T00:00Z'")
    assert runner.run(SPOTIFY_REFRESH_TOKEN=f"{tokens[0]},AQrevoked").code == 77
    assert runner.read(
        "select polled_at > now() - interval '1 minute' from warehouse.etl_watermark"
        " order by listener_key"
    ) == [(True,), (False,)]


def test_page_that_comes_out_of_the_spool_alone_is_no_look(runner: Runner) -> None:
    runner.run()
    runner.advance(hours=4)
    runner.refuse("etl_watermark", "53100")
    runner.run()
    runner.relent()
    runner.execute("update warehouse.etl_watermark set polled_at = null")
    runner.add_mood("server_error", "recently_played", times=5)
    assert runner.run().code == 69
    assert runner.spool() == []
    assert runner.read("select polled_at from warehouse.etl_watermark") == [(None,)]


def test_missing_settings_are_named_at_once(runner: Runner) -> None:
    outcome = runner.run(SPOTIFY_CLIENT_ID="", SPOTIFY_REFRESH_TOKEN="", DATABASE_URL="music")
    assert outcome.code == 78
    assert outcome.last_line == "get_last_50: settings to put right: 3, named above"
    for name in ("SPOTIFY_CLIENT_ID", "SPOTIFY_REFRESH_TOKEN", "DATABASE_URL"):
        assert name in outcome.err
