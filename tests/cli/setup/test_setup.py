"""A new user's first hour, and the year after: a fresh clone, a real browser, a real database."""

import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from playwright.sync_api import Browser

import simulator
from tests.clone import begin, make_clone, type_command

pytestmark = pytest.mark.posix  # Debian's Chromium, and a script in the place of xdg-open

OPENER = """#!/bin/sh
printf %s "$1" > "{file}.part" && mv "{file}.part" "{file}"
"""


@pytest.fixture
def chromium(browser: Browser) -> Browser:
    """Use the session's browser: Playwright runs once at a time."""
    return browser


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def spotify(port: int) -> Iterator[simulator.server.SimulatedServer]:
    redirect = f"http://127.0.0.1:{port}/callback"
    with simulator.running(listeners=["steady"], redirect_uris=(redirect,)) as server:
        yield server


class NewUser:
    """A clone of the project, a terminal and a browser."""

    def __init__(self, clone: Path, chromium: Browser, settings: dict[str, str]) -> None:
        self.clone = clone
        self.settings = settings
        self._chromium = chromium
        self._asked = clone.parent / "asked-to-open"
        opener = clone.parent / "opener"
        opener.write_text(OPENER.format(file=self._asked))
        opener.chmod(0o755)
        self.settings["BROWSER"] = str(opener)

    def type(self, *words: str, typed: str = "", code: int = 0) -> str:
        return type_command(self.clone, *words, typed=typed, code=code, **self.settings)

    def type_and_agree(self, *words: str, typed: str = "") -> tuple[str, str]:
        """Type a command that opens a browser, agree there; return what both showed."""
        self._asked.unlink(missing_ok=True)
        with begin(self.clone, *words, **self.settings) as process:
            assert process.stdin is not None
            process.stdin.write(typed)
            process.stdin.flush()
            page_text = self._agree(lambda: process.poll() is None)
            said, _ = process.communicate(timeout=180)
        assert process.returncode == 0, said
        return said, page_text

    def _agree(self, is_alive: Callable[[], bool]) -> str:
        deadline = time.monotonic() + 120
        while not self._asked.exists():
            if time.monotonic() > deadline or not is_alive():
                return "no browser was opened"
            time.sleep(0.05)
        page = self._chromium.new_page()
        try:
            page.goto(self._asked.read_text())
            page.click("#agree")
            page.wait_for_selector("h1:has-text('worked'), h1:has-text('did not')")
            assert "code=" not in page.url
            return page.inner_text("body")
        finally:
            page.close()


@pytest.fixture
def user(
    scratch: Path,
    tmp_path: Path,
    chromium: Browser,
    spotify: simulator.server.SimulatedServer,
) -> Iterator[NewUser]:
    environ = spotify.environ()
    settings = {name: environ[name] for name in ("SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL")}
    settings["EVERHEARD_HOME"] = str(tmp_path / "home")
    user = NewUser(make_clone(tmp_path / "Zoë's copy"), chromium, settings)
    yield user
    user.type("stop")


def execute(url: str, statement: str) -> list[tuple]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def age_sign_in(url: str, days: int) -> None:
    """Let the database's clock follow Spotify's: it has no switch of its own."""
    age = f"update warehouse.etl_sign_in set authorised_at = authorised_at - interval '{days} days'"
    execute(url, age)


def test_from_a_fresh_clone_to_the_first_plays_and_through_the_year(
    user: NewUser,
    spotify: simulator.server.SimulatedServer,
    empty_database_url: str,
    port: int,
) -> None:
    app = spotify.world.accounts
    answers = [
        "y",  # asked for the history
        empty_database_url,
        app.client_id,
        "a-wrong-secret",
        app.client_id,
        app.client_secret,
        "Europe/Nowhere",
        "Europe/Berlin",
        "",  # no healthcheck
        "n",  # nobody runs it yet
    ]

    said, page = user.type_and_agree(
        "setup", "--port", str(port), typed="".join(f"{answer}\n" for answer in answers)
    )

    assert "It worked" in page
    assert f"http://127.0.0.1:{port}/callback" in said
    assert "compare SPOTIFY_CLIENT_ID" in said
    assert "'Europe/Nowhere' is no IANA time zone" in said
    assert "get_last_50: fetched 50, new 50" in said
    assert said.splitlines()[-1].startswith("setup: done")
    assert execute(empty_database_url, "select count(*) from bi.play") == [(50,)]
    env_file = user.clone / ".env"
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    secrets = [app.client_secret, app.refresh_token_of("ada"), empty_database_url]
    assert [secret for secret in secrets if secret in said] == []

    again = user.type("setup", typed="n\n")
    assert again.count("✓") == 8
    assert "asked for on" in again

    spotify.world.clock.advance(days=170)
    age_sign_in(empty_database_url, 170)
    assert "`python start.py authorize` renews it" in user.type("job", "get_last_50")
    assert "! sign-in: " in user.type("doctor")

    spotify.world.clock.advance(days=20)
    age_sign_in(empty_database_url, 20)
    assert "`python start.py authorize`" in user.type("job", "get_last_50", code=77)
    assert "✗ sign-in: " in user.type("doctor", code=1)

    renewed, page = user.type_and_agree("authorize", "--port", str(port))
    assert "It worked" in page
    assert "kept in the ledger and .env" in renewed
    assert "authorize`" not in user.type("job", "get_last_50")
    assert "✓ sign-in: " in user.type("doctor")


def test_setup_stops_where_the_terminal_ends_and_goes_on_from_there(
    user: NewUser, empty_database_url: str
) -> None:
    stopped = user.type("setup", typed=f"y\n{empty_database_url}\n", code=78)
    assert "goes on from this step" in stopped
    resumed = user.type("setup", code=78)
    assert "✓ 1/8 history" in resumed
    assert "✓ 2/8 database: your database answers" in resumed


def test_address_that_does_not_answer_is_asked_for_again(
    user: NewUser, empty_database_url: str
) -> None:
    wrong = "postgresql://ada:hidden-word@127.0.0.1:1/everheard"
    said = user.type("setup", "database", typed=f"mysql://x/y\n{wrong}\n{empty_database_url}\n")
    assert "DATABASE_URL must begin with postgresql://" in said
    assert "nothing answers at that host and port" in said
    assert "hidden-word" not in said
    assert "setup: database done" in said
