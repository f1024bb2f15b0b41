"""No secret leaves the job: not in what it prints, keeps, sends to the database or spools."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.jobs.get_last_50.polling import Outcome, Runner

Break = Callable[[Runner], dict[str, str]]


def find_secrets(runner: Runner, *more: str) -> list[str]:
    accounts = runner.spotify.world.accounts
    password = urlsplit(runner.database_url).password
    assert password
    return [
        accounts.client_secret,
        password,
        *accounts._grants,
        *accounts._accesses,
        *more,
    ]


def gather(runner: Runner, outcomes: list[Outcome], summary: Path) -> dict[str, str]:
    """Return all that a run leaves behind, as text."""
    files = [path for path in (runner.folder / "spool").glob("*") if path.is_file()]
    return {
        "output": "".join(outcome.out + outcome.err for outcome in outcomes),
        "summary": summary.read_text() if summary.exists() else "",
        "spool": "".join(path.name + path.read_bytes().decode("latin-1") for path in files),
        "database": json.dumps(runner.tables()),
    }


def rotate(runner: Runner) -> dict[str, str]:
    runner.add_mood("rotated", "token", times=1)
    return {}


def rotate_without_database(runner: Runner) -> dict[str, str]:
    rotate(runner)
    return {"DATABASE_URL": "postgresql://ada:pass-word-of-hers@127.0.0.1:1/music"}


def with_mood(kind: str, endpoint: str) -> Break:
    def break_it(runner: Runner) -> dict[str, str]:
        runner.add_mood(kind, endpoint, times=9)
        return {}

    return break_it


def refuse(runner: Runner) -> dict[str, str]:
    runner.refuse("fact_play", "P0001", "no room")
    return {}


PATHS: dict[str, Break] = {
    "all is well": lambda _: {},
    "token rotated": rotate,
    "token rotated, database away": rotate_without_database,
    "database refuses": refuse,
    "wrong password": lambda runner: {
        "DATABASE_URL": runner.database_url.replace(
            urlsplit(runner.database_url).password or "", "pass-word-of-hers"
        )
    },
    "unreadable address": lambda _: {"DATABASE_URL": "postgresql://a:pass-word-of-hers#@h/d"},
    "unknown option": lambda runner: {
        "DATABASE_URL": "postgresql://a:pass-word-of-hers@h/d?colour=red"
    },
    "sign-in revoked": lambda runner: {"SPOTIFY_REFRESH_TOKEN": "AQ-refresh-token-of-hers" * 5},
    "wrong secret": lambda _: {"SPOTIFY_CLIENT_SECRET": "client-secret-of-hers"},
    "server error": with_mood("server_error", "recently_played"),
    "refused for good": with_mood("unauthorised", "recently_played"),
    "no JSON": with_mood("not_json", "token"),
    "connection lost": with_mood("disconnected", "token"),
}


@pytest.mark.parametrize(
    ("what", "is_first"),
    [*((what, False) for what in PATHS), *((what, True) for what in PATHS if "rotated" in what)],
)
def test_no_secret_is_shown_or_kept(
    runner: Runner, tmp_path: Path, what: str, is_first: bool
) -> None:
    summary = tmp_path / "summary.md"
    actions = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    outcomes = [] if is_first else [runner.run(**actions)]
    token = runner.spotify.world.refresh_token()
    outcomes.append(runner.run(**actions, **PATHS[what](runner)))
    secrets = find_secrets(runner, token, "of-hers")
    for place, text in gather(runner, outcomes, summary).items():
        for secret in secrets:
            assert secret not in text, place
            assert secret.encode().hex() not in text, place


def test_what_the_ledger_keeps_of_a_token_is_encrypted(runner: Runner) -> None:
    runner.run()
    ((encrypted,),) = runner.read("select encrypted_token from warehouse.etl_sign_in")
    assert bytes(encrypted).startswith(b"gAAAA")


def test_errors_of_the_database_show_no_listening_row(runner: Runner) -> None:
    runner.act_on(
        "fact_play",
        "raise 'refused' using errcode = '23514', detail = 'Failing row: Guilty pleasure',"
        " hint = 'Guilty hint', constraint = 'fact_play_ck'",
    )
    outcome = runner.run()
    assert "SQLSTATE 23514, constraint fact_play_ck" in outcome.last_line
    assert "Guilty" not in outcome.out + outcome.err
