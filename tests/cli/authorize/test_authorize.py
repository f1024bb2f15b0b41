"""Signing in, by real HTTP: a simulated Spotify, the small server, a real ledger."""

import io
import socket
import stat
import sys
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2.extensions
import pytest
from dotenv import dotenv_values

import simulator
from cli.authorize import authorize
from everheard.config import Settings, read_settings
from everheard.encryption import fingerprint
from everheard.failure import ExitCode, Failure
from everheard.ledger.operations.sign_ins import decrypt_token
from everheard.sources.spotify.auth import SCOPES
from tests.cli.authorize.browser import (
    Browser,
    agree,
    agree_and_refuse_after_all,
    agree_as,
    come_from_an_old_tab_first,
    come_twice_at_once,
    come_with_a_bad_code_first,
    come_with_nothing_first,
    refuse,
    refuse_and_agree_after_all,
)

NOBODY_LISTENS = "postgresql://poller:pass-word@127.0.0.1:1/everheard"


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def spotify(port: int) -> Iterator[simulator.server.SimulatedServer]:
    redirect = f"http://127.0.0.1:{port}/callback"
    with simulator.running(listeners=["light", "light"], redirect_uris=(redirect,)) as server:
        yield server


@pytest.fixture
def browse(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Browser]]:
    browsers: list[Browser] = []

    def use(visit: Callable[[Browser, str], None]) -> Browser:
        browsers.append(Browser(visit))
        monkeypatch.setattr(webbrowser, "get", lambda: browsers[-1])
        return browsers[-1]

    yield use
    for browser in browsers:
        browser.close()


@pytest.fixture
def make_settings(
    spotify: simulator.server.SimulatedServer, database_url: str, tmp_path: Path
) -> Callable[..., Settings]:
    def make(**changes: str) -> Settings:
        environ = {**spotify.environ(), "SPOTIFY_REFRESH_TOKEN": "", "DATABASE_URL": database_url}
        env_file = tmp_path / ".env"
        return read_settings(
            {**environ, "EVERHEARD_HOME": str(tmp_path), **changes},
            env_file=env_file,
            needs_spotify=False,
        )

    return make


@pytest.fixture
def sign_in(
    make_settings: Callable[..., Settings], port: int, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    def run(
        settings: Settings | None = None, *, is_another: bool = False, must_paste: bool = False
    ) -> str:
        return authorize(
            settings or make_settings(),
            is_another=is_another,
            port=port,
            must_paste=must_paste,
            wait_seconds=20,
        )

    return run


def read_token(tmp_path: Path) -> str:
    return dotenv_values(tmp_path / ".env")["SPOTIFY_REFRESH_TOKEN"] or ""


def read_rows(connection: psycopg2.extensions.connection) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select fingerprint, listener_key, encrypted_token, is_authorised_at_exact, scopes
            from warehouse.etl_sign_in order by authorised_at
            """
        )
        return cursor.fetchall()


def test_sign_in_goes_into_the_ledger_and_into_env(
    sign_in: Callable[..., str],
    make_settings: Callable[..., Settings],
    browse: Callable[..., Browser],
    connection: psycopg2.extensions.connection,
    tmp_path: Path,
) -> None:
    browser = browse(agree)
    (tmp_path / ".env").write_text("# mine\nSPOOL_DIR=here\n", encoding="utf-8")
    settings = make_settings()

    said = sign_in(settings)
    browser.close()

    assert said.startswith("authorize: signed in as ")
    assert "kept in the ledger and .env" in said
    token = read_token(tmp_path)
    ((found, _, encrypted, is_exact, scopes),) = read_rows(connection)
    assert found == fingerprint(settings.client_secret, token)
    assert decrypt_token(settings.client_secret, bytes(encrypted)) == token
    assert is_exact
    assert scopes.split() == list(SCOPES)
    assert (tmp_path / ".env").read_text(encoding="utf-8").startswith("# mine\nSPOOL_DIR=here\n")
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert "It worked" in browser.pages[-1]
    assert "code=" not in browser.ended_at, "the code stays in no address bar"


def test_renewal_takes_the_old_token_s_place_for_every_runner(
    sign_in: Callable[..., str],
    make_settings: Callable[..., Settings],
    browse: Callable[..., Browser],
    connection: psycopg2.extensions.connection,
    tmp_path: Path,
) -> None:
    browse(agree)
    sign_in()
    old = read_token(tmp_path)

    sign_in(make_settings(SPOTIFY_REFRESH_TOKEN=old))

    new = read_token(tmp_path)
    assert new != old
    first, second = read_rows(connection)
    assert first[1] == second[1], "the same listener"
    secret = make_settings().client_secret
    assert second[0] == fingerprint(secret, new), "the newest sign-in is the latest"


def test_fresh_clone_without_a_token_renews_the_known_listener(
    sign_in: Callable[..., str],
    browse: Callable[..., Browser],
    connection: psycopg2.extensions.connection,
) -> None:
    browse(agree)
    sign_in()
    sign_in()

    assert len({row[1] for row in read_rows(connection)}) == 1


def test_another_account_is_refused_and_nothing_changes(
    sign_in: Callable[..., str],
    make_settings: Callable[..., Settings],
    browse: Callable[..., Browser],
    connection: psycopg2.extensions.connection,
    tmp_path: Path,
) -> None:
    browse(agree)
    sign_in()
    kept = read_token(tmp_path)
    browse(agree_as("ben"))

    with pytest.raises(Failure, match="another Spotify account") as raised:
        sign_in(make_settings(SPOTIFY_REFRESH_TOKEN=kept))

    assert "--another" in str(raised.value)
    assert read_token(tmp_path) == kept
    assert len(read_rows(connection)) == 1


def test_another_listener_is_added_when_asked_for(
    sign_in: Callable[..., str],
    make_settings: Callable[..., Settings],
    browse: Callable[..., Browser],
    connection: psycopg2.extensions.connection,
    tmp_path: Path,
) -> None:
    browse(agree)
    sign_in()
    ada = read_token(tmp_path)
    browse(agree_as("ben"))
    sign_in(make_settings(SPOTIFY_REFRESH_TOKEN=ada), is_another=True)
    both = read_token(tmp_path)
    ben = both.split(",")[1]
    assert both == f"{ada},{ben}"

    browse(agree)
    sign_in(make_settings(SPOTIFY_REFRESH_TOKEN=both))

    renewed = read_token(tmp_path).split(",")
    assert renewed[1] == ben
    assert renewed[0] != ada
    assert len({row[1] for row in read_rows(connection)}) == 2


def test_database_away_keeps_the_sign_in_in_env(
    sign_in: Callable[..., str],
    make_settings: Callable[..., Settings],
    browse: Callable[..., Browser],
    tmp_path: Path,
) -> None:
    browse(agree)

    said = sign_in(make_settings(DATABASE_URL=NOBODY_LISTENS))

    assert "not in the ledger yet: The database cannot be reached" in said
    assert said.endswith("kept in .env")
    assert read_token(tmp_path)


def test_database_away_leaves_several_sign_ins_alone(
    sign_in: Callable[..., str],
    make_settings: Callable[..., Settings],
    browse: Callable[..., Browser],
    tmp_path: Path,
) -> None:
    browse(agree)
    with pytest.raises(Failure, match="lists 2 sign-ins"):
        sign_in(make_settings(DATABASE_URL=NOBODY_LISTENS, SPOTIFY_REFRESH_TOKEN="a,b"))
    assert not (tmp_path / ".env").exists()


def test_refused_consent_has_its_own_sentence(
    sign_in: Callable[..., str], browse: Callable[..., Browser]
) -> None:
    browser = browse(refuse)
    with pytest.raises(Failure, match="choose Agree") as raised:
        sign_in()
    browser.close()
    assert raised.value.exit_code == ExitCode.SIGN_IN_NEEDED
    assert "It did not work" in browser.pages[-1]


def test_old_tab_is_turned_away_and_the_right_one_still_counts(
    sign_in: Callable[..., str], browse: Callable[..., Browser]
) -> None:
    browser = browse(come_from_an_old_tab_first)
    assert sign_in().startswith("authorize: signed in")
    browser.close()
    assert browser.statuses == [400, 200]
    assert "does not belong" in browser.pages[0]


@pytest.mark.parametrize(
    "visit",
    [
        come_with_nothing_first,
        refuse_and_agree_after_all,
        agree_and_refuse_after_all,
        come_with_a_bad_code_first,
    ],
)
def test_good_answer_wins_whatever_comes_beside_it(
    sign_in: Callable[..., str],
    browse: Callable[..., Browser],
    connection: psycopg2.extensions.connection,
    visit: Callable[[Browser, str], None],
) -> None:
    browse(visit)
    assert sign_in().startswith("authorize: signed in")
    assert len(read_rows(connection)) == 1


def test_both_tabs_that_bring_the_answer_see_that_it_worked(
    sign_in: Callable[..., str], browse: Callable[..., Browser]
) -> None:
    browser = browse(come_twice_at_once)
    sign_in()
    browser.close()
    assert browser.statuses == [200, 200]


def test_any_page_s_request_ends_no_waiting(
    make_settings: Callable[..., Settings], browse: Callable[..., Browser], port: int
) -> None:
    def stray(browser: Browser, url: str) -> None:
        for query in ("", "?", "?error=access_denied", "?code=x", "?state=", "?code=x&state=é"):
            browser.go(f"http://127.0.0.1:{port}/callback{query}")

    browser = browse(stray)
    with pytest.raises(Failure, match="Nothing came back"):
        authorize(make_settings(), is_another=False, port=port, must_paste=False, wait_seconds=4.5)
    assert browser.statuses == [400] * 6


def test_known_listener_keeps_the_zone_and_hears_of_another_setting(
    sign_in: Callable[..., str],
    make_settings: Callable[..., Settings],
    browse: Callable[..., Browser],
    connection: psycopg2.extensions.connection,
) -> None:
    browse(agree)
    assert "LISTENER_TIMEZONE" not in sign_in(make_settings(LISTENER_TIMEZONE="Asia/Tokyo"))
    said = sign_in(make_settings(LISTENER_TIMEZONE="Europe/Berlin"))
    assert "LISTENER_TIMEZONE says Europe/Berlin, the ledger Asia/Tokyo" in said
    with connection.cursor() as cursor:
        cursor.execute("select timezone from warehouse.dim_listener")
        assert cursor.fetchall() == [("Asia/Tokyo",)]


def test_wrong_client_secret_is_named(
    sign_in: Callable[..., str],
    make_settings: Callable[..., Settings],
    browse: Callable[..., Browser],
) -> None:
    browse(agree)
    with pytest.raises(Failure, match="SPOTIFY_CLIENT_SECRET") as raised:
        sign_in(make_settings(SPOTIFY_CLIENT_SECRET="not-the-secret"))
    assert raised.value.exit_code == ExitCode.CONFIGURATION


def test_missing_app_is_named_before_a_browser_opens(
    sign_in: Callable[..., str], make_settings: Callable[..., Settings]
) -> None:
    with pytest.raises(Failure, match="SPOTIFY_CLIENT_ID is not set"):
        sign_in(make_settings(SPOTIFY_CLIENT_ID=""))


def test_lapsed_premium_is_said_at_once(
    sign_in: Callable[..., str],
    browse: Callable[..., Browser],
    spotify: simulator.server.SimulatedServer,
) -> None:
    spotify.world.add_mood("premium_lapsed")
    browse(agree)
    with pytest.raises(Failure, match=r"(?i)premium"):
        sign_in()


def test_taken_port_is_named_with_the_next_one(sign_in: Callable[..., str], port: int) -> None:
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(Failure, match=f"--port {port + 1}"),
    ):
        sign_in()


def test_nothing_coming_back_names_the_redirect_uri(
    make_settings: Callable[..., Settings], browse: Callable[..., Browser], port: int
) -> None:
    browse(lambda browser, url: browser.go(url))  # Spotify's page shows, and no redirect comes
    with pytest.raises(Failure, match=f"http://127.0.0.1:{port}/callback"):
        authorize(make_settings(), is_another=False, port=port, must_paste=False, wait_seconds=0.2)


def test_without_a_browser_the_redirect_is_pasted(
    sign_in: Callable[..., str],
    make_settings: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Terminal(io.StringIO):
        def readline(self, *_: object) -> str:  # the listener reads the address off the screen
            shown = capsys.readouterr().out
            url = next(line.strip() for line in shown.splitlines() if "/authorize?" in line)
            return Browser(agree).answer(url, "agree") + "\n"

    def find_none() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", find_none)
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert sign_in().startswith("authorize: signed in")


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "No address was pasted"),
        ("http://127.0.0.1/callback", "copy it whole"),
        ("http://127.0.0.1/callback?code=a&state=b", "does not belong"),
    ],
)
def test_wrong_paste_has_its_own_sentence(
    sign_in: Callable[..., str], monkeypatch: pytest.MonkeyPatch, pasted: str, said: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(pasted + "\n"))
    with pytest.raises(Failure, match=said):
        sign_in(must_paste=True)


def test_used_code_is_told_from_a_dead_sign_in(
    sign_in: Callable[..., str],
    make_settings: Callable[..., Settings],
    browse: Callable[..., Browser],
    spotify: simulator.server.SimulatedServer,
) -> None:
    def dawdle(browser: Browser, url: str) -> None:
        redirect = browser.answer(url, "agree")
        spotify.world.clock.advance(hours=1)
        browser.go(redirect)

    browse(dawdle)
    with pytest.raises(Failure, match="used before, or is older"):
        sign_in()
