"""Every way to fail, with secrets that are known: none of them is seen anywhere."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

import simulator
from tests.clone import clean_environment
from tests.long_form import is_long
from tests.postgres import PROJECT_DIR

PASSWORD = "pass-word-nobody-sees"
NOBODY_LISTENS = f"postgresql://poller:{PASSWORD}@127.0.0.1:1/everheard"
COMMANDS = {
    "job": ["-m", "jobs.get_last_50"],
    "job on Actions": ["-m", "jobs.get_last_50"],
    "doctor": ["-m", "cli", "doctor"],
    "authorize": ["-m", "cli", "authorize", "--wait", "0.2", "--port", "0"],
    "exit policy": ["-m", "cli", "exit-policy", "get_last_50", "73"],
    "issues": ["-m", "cli", "issues"],
    "migrate": ["-m", "migrate", "upgrade"],
}
TROUBLES: dict[str, dict[str, str]] = {
    "all is well": {},
    "database away": {"DATABASE_URL": NOBODY_LISTENS},
    "address that cannot be read": {"DATABASE_URL": f"postgresql://a:{PASSWORD}#x@y:z/d"},
    "address with the password at its end": {
        "DATABASE_URL": f"postgresql://127.0.0.1:1/d?user=a&password={PASSWORD}"
    },
    "address that libpq refuses": {"DATABASE_URL": f"postgresql://a@y/d?password={PASSWORD}&x=y"},
    "wrong scheme": {"DATABASE_URL": f"mysql://a:{PASSWORD}@y/d"},
    "dead sign-in": {"SPOTIFY_REFRESH_TOKEN": "token-nobody-sees"},
    "wrong client secret": {"SPOTIFY_CLIENT_SECRET": "secret-nobody-sees"},
    "healthcheck away": {"HEALTHCHECK_URL": "http://127.0.0.1:1/ping-nobody-sees"},
    "healthcheck that is none": {"HEALTHCHECK_URL": "ftp://ping-nobody-sees"},
    "Spotify away": {"SPOTIFY_API_URL": "http://127.0.0.1:1/v1"},
}
NOBODY_SEES = [
    PASSWORD,
    *(f"{what}-nobody-sees" for what in ("token", "secret", "ping")),
]


@pytest.fixture(scope="module")
def spotify() -> Iterator[simulator.server.SimulatedServer]:
    with simulator.running(listeners=["light"]) as server:
        yield server


def read_database(url: str) -> str:
    """Return every row of every table as text; encrypted bytes stay encrypted."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("select tablename from pg_tables where schemaname = 'warehouse'")
            rows = []
            for (table,) in cursor.fetchall():
                cursor.execute(f"select to_json(t)::text from warehouse.{table} as t")
                rows += [row for (row,) in cursor.fetchall()]
    finally:
        connection.close()
    return "\n".join(rows)


@pytest.mark.product
@pytest.mark.parametrize("spelling", range(4))
@pytest.mark.parametrize("endpoint", ["token", "recently_played"])
def test_what_spotify_repeats_is_not_repeated(
    spotify: simulator.server.SimulatedServer,
    database_url: str,
    tmp_path: Path,
    endpoint: str,
    spelling: int,
) -> None:
    """A gateway's 400 that holds the client secret, the refresh token, the access token."""
    summary = tmp_path / "summary.md"
    settings = {
        **spotify.environ(),
        "DATABASE_URL": database_url,
        "EVERHEARD_HOME": str(tmp_path / "home"),
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    spotify.world.add_mood("echoing", endpoint, position=spelling)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "jobs.get_last_50"],
            cwd=PROJECT_DIR,
            env=clean_environment(**settings),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    finally:
        spotify.world.moods.clear("echoing")
    assert done.returncode == 69, done.stdout + done.stderr
    assert "status 400" in done.stdout
    told = done.stdout + done.stderr + summary.read_text("utf-8") + read_database(database_url)
    accounts = spotify.world.accounts
    for secret in (accounts.client_secret, accounts.refresh_token_of("ada")):
        pieces = [secret[place : place + 8] for place in range(0, len(secret) - 8, 4)]
        spelt = [
            *pieces,
            *("".join(f"%{byte:02x}" for byte in piece.encode()) for piece in pieces),
            *(
                base64.b64encode(b"i" * before + secret.encode()).decode()[4:16]
                for before in range(3)
            ),
        ]
        assert [one for one in spelt if one in told] == []


@pytest.mark.product
@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_secret_is_seen(
    spotify: simulator.server.SimulatedServer,
    database_url: str,
    tmp_path: Path,
    trouble: str,
) -> None:
    home, summary = tmp_path / "home", tmp_path / "summary.md"
    settings = {
        **spotify.environ(),
        "DATABASE_URL": database_url,
        "EVERHEARD_HOME": str(home),
        "BROWSER": "true",
        "PATH": os.environ["PATH"],
        **TROUBLES[trouble],
    }
    actions = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}

    def run(name: str) -> str:
        done = subprocess.run(
            [sys.executable, *COMMANDS[name]],
            cwd=PROJECT_DIR,
            env=clean_environment(**settings, **(actions if name == "job on Actions" else {})),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert "Traceback" not in done.stderr, f"{name}: {done.stderr}"
        return done.stdout + done.stderr

    # The short form takes every command with every other trouble.
    half = slice(list(TROUBLES).index(trouble) % 2, None, 2)
    names = list(COMMANDS) if is_long() else list(COMMANDS)[half]
    with ThreadPoolExecutor(len(names)) as pool:  # most of them wait for somebody
        said = "".join(pool.map(run, names))
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    everything = said.encode() + b"".join(files) + read_database(database_url).encode()

    accounts = spotify.world.accounts
    secrets = [*NOBODY_SEES, accounts.client_secret, accounts.refresh_token_of("ada")]
    assert [secret for secret in secrets if secret.encode() in everything] == []
    assert [secret for secret in secrets if json.dumps(secret)[1:-1] in said] == []
    assert said.strip()
