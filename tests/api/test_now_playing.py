"""What plays now, on the live dashboard: by a pass of its own, from the real stream."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from psycopg2.extensions import connection as Connection

from api import create_app
from api.server import make_server
from everheard.config import Settings
from everheard.ledger.operations.tokens import insert_entry, read_tokens
from tests.api.conftest import enter, serve_app
from tests.everheard.watcher.served import Streaming, make_state

PASS = "/dashboard/now-playing-pass"
MakeClient = Callable[..., FlaskClient]


@pytest.fixture(params=["token", "public"])
def shown(
    request: pytest.FixtureRequest, settings: Settings, ledger: Connection
) -> Iterator[tuple[str, Streaming]]:
    """Serve dashboard and stream, as two processes would; yield the dashboard's address."""
    given = dataclasses.replace(settings, now_playing=request.param)
    streaming = Streaming(given).start()
    app = create_app(dataclasses.replace(given, now_playing_url=streaming.url))
    server = make_server(app, host="127.0.0.1", port=0)
    with serve_app(server):
        yield f"http://127.0.0.1:{server.effective_port}", streaming
    app.extensions["ledger"].close()
    streaming.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Lend a page; whatever it complains of fails the test. Spotify's covers are not to be had."""
    page = browser.new_page(bypass_csp=False)
    troubles: list[str] = []
    page.route("https://i.scdn.co/**", lambda route: route.fulfill(body=b"", status=200))
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    page.close()
    assert troubles == []


def test_dashboard_shows_what_plays(
    shown: tuple[str, Streaming], page: Page, ledger: Connection
) -> None:
    address, streaming = shown
    streaming.publish(make_state("For Ana"))
    page.goto(f"{address}/enter#{insert_entry(ledger, listener=None)}")
    page.wait_for_url(f"{address}/dashboard/")
    expect(page.locator("now-playing .title")).to_have_text("For Ana")
    streaming.publish(make_state("Next"))
    expect(page.locator("now-playing .title")).to_have_text("Next")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dashboard_with_the_element_is_accessible(
    shown: tuple[str, Streaming], browser: Browser, ledger: Connection
) -> None:
    address, streaming = shown
    streaming.publish(make_state("For Ana"))
    page = browser.new_page(bypass_csp=True)
    page.goto(f"{address}/enter#{insert_entry(ledger, listener=None)}")
    page.wait_for_url(f"{address}/dashboard/")
    expect(page.locator("now-playing .title")).to_have_text("For Ana")
    found = Axe().run(page, options={"preload": False}).response["violations"]
    page.close()
    assert [one["id"] for one in found] == []


def test_off_shows_nothing_and_widens_nothing(client: FlaskClient) -> None:
    page = client.get("/dashboard/")
    policy = page.headers["Content-Security-Policy"]
    assert "now-playing" not in page.text
    assert "connect-src 'self'" in policy
    assert "http" not in policy
    assert client.post(PASS, json={}).status_code == 404


def test_policy_is_widened_by_the_stream_and_covers_alone(
    make_client: MakeClient, ledger: Connection
) -> None:
    client = make_client(now_playing="token", now_playing_url="https://live.example/a")
    page = enter(client, ledger).get("/dashboard/")
    policy = page.headers["Content-Security-Policy"]
    assert "connect-src 'self' https://live.example" in policy
    assert "img-src 'self' data: https://*.scdn.co https://*.spotifycdn.com;" in policy
    assert 'src="https://live.example/a/now-playing/stream"' in page.text
    assert "connect-src 'self' https://live.example;" in page.text


def test_pass_opens_the_stream_and_neither_rates_nor_stays(
    shown: tuple[str, Streaming], ledger: Connection
) -> None:
    address, streaming = shown
    streaming.publish(make_state("For Ana"))
    with requests.Session() as session:
        code = insert_entry(ledger, listener=None)
        session.post(f"{address}/enter", json={"code": code}, timeout=20).raise_for_status()
        lent = session.post(address + PASS, json={}, timeout=20).text
    header = {"Authorization": f"Bearer {lent}"}
    states = requests.get(f"{streaming.url}/now-playing", headers=header, timeout=20).json()
    assert [state["item"]["name"] for state in states["states"]] == ["For Ana"]
    body = {"album": "Blue", "rating": 50}
    rated = requests.post(f"{address}/rank", json=body, headers=header, timeout=20)
    assert rated.status_code == 403
    (_, row) = read_tokens(ledger)
    assert row.expires_at is not None
    assert (row.expires_at - row.created_at).total_seconds() == 600


def test_pass_is_lent_to_nobody_unknown_and_to_no_other_site(
    make_client: MakeClient, ledger: Connection
) -> None:
    stranger = make_client(now_playing="token")
    assert stranger.post(PASS, json={}).status_code == 401
    client = enter(make_client(now_playing="token"), ledger)
    for headers in ({"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}):
        assert client.post(PASS, json={}, headers=headers).status_code == 403
    assert client.post(PASS, json={}).status_code == 200


def test_passes_that_are_over_are_cleared_away(make_client: MakeClient, ledger: Connection) -> None:
    client = enter(make_client(now_playing="token"), ledger)
    for _ in range(3):
        client.post(PASS, json={})
        with ledger.cursor() as cursor:
            cursor.execute("update warehouse.api_token set expires_at = now() where not is_browser")
    assert len(read_tokens(ledger)) == 2
