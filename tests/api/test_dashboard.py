"""The dashboard as it is served: who sees it, whose it is, and that it stays fresh."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from psycopg2.extensions import connection as Connection

from everheard.ledger.operations.tokens import insert_entry
from tests.api.conftest import derive_summaries, enter
from tests.jobs.report_ledger import ZONE_NAME

FAR = {"REMOTE_ADDR": "192.0.2.7"}
MakeToken = Callable[..., dict[str, str]]


def add_play(ledger: Connection, moment: str = "2026-05-04T12:00:00Z") -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.fact_play (listener_key, played_at, track_key, ms_played,"
            " ms_source) values (1, %s, 1, 200000, 1)",
            (moment,),
        )
    derive_summaries(ledger, 1)


def read_token(header: dict[str, str]) -> str:
    return header["Authorization"].removeprefix("Bearer ")


def test_dashboard_is_shown_on_this_machine(client: FlaskClient) -> None:
    way = client.get("/dashboard")
    assert (way.status_code, way.headers["Location"]) == (302, "dashboard/")
    page = client.get("/dashboard/")
    assert page.content_type == "text/html; charset=utf-8"
    assert "Ana" in page.text
    assert "Last 7 days" in page.text or "All time" in page.text


def test_every_file_of_the_dashboard_is_served(client: FlaskClient) -> None:
    kinds = {
        "names.js": "text/javascript",
        "2026.html": "text/html",
        "2026.svg": "image/svg+xml",
        "2026.png": "image/png",
        "card.svg": "image/svg+xml",
        "pages.css": "text/css",
        "archivo.woff2": "font/woff2",
    }
    found = {}
    for name in kinds:
        with client.get(f"/dashboard/{name}") as answer:
            found[name] = answer.mimetype
            assert answer.status_code == 200
    assert found == kinds


def test_unknown_page_is_said_as_a_page(client: FlaskClient) -> None:
    answer = client.get("/dashboard/2013.html")
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "The dashboard has no such page." in answer.text


def test_browser_elsewhere_is_asked_for_a_password_which_is_the_token(
    stranger: FlaskClient, make_token: MakeToken
) -> None:
    asked = stranger.get("/dashboard/", environ_base=FAR)
    assert asked.status_code == 401
    assert asked.headers["WWW-Authenticate"].startswith("Basic ")
    assert "python start.py token create NAME" in asked.text
    header = make_token()
    get = partial(stranger.get, "/dashboard/", environ_base=FAR)
    assert get(auth=("anybody", read_token(header))).status_code == 200
    assert get(auth=("", read_token(header))).status_code == 200
    assert get(headers=header).status_code == 200
    for wrong in (("ana", "wrong"), (read_token(header), "")):
        assert get(auth=wrong).status_code == 401


def test_password_opens_nothing_but_the_dashboard(
    stranger: FlaskClient, make_token: MakeToken
) -> None:
    """A browser sends it along unasked: what can be written to must not take it."""
    auth = ("ana", read_token(make_token()))
    assert stranger.get("/", auth=auth).status_code == 401
    rating = {"album": "Blue", "rating": 5}
    assert stranger.post("/rank", json=rating, auth=auth).status_code == 401


def test_stylesheet_needs_no_token_and_names_do(stranger: FlaskClient) -> None:
    with stranger.get("/dashboard/pages.css", environ_base=FAR) as answer:
        assert answer.status_code == 200
    for name in ("names.js", "card.svg", "news", "2026.png"):
        assert stranger.get(f"/dashboard/{name}", environ_base=FAR).status_code == 401


def test_token_shows_its_own_listener(
    client: FlaskClient, ledger: Connection, make_token: MakeToken
) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (listener_key, account_id, display_name)"
            " values (2, 'bob', 'Bob')"
        )
    page = client.get("/dashboard/", headers=make_token("Bob", everyone=True)).text
    assert "Bob" in page
    assert "No plays yet." in page
    assert "Ana" not in page


def test_ledger_of_nobody_says_how_to_sign_in(
    make_client: Callable[..., FlaskClient], connection: Connection
) -> None:
    answer = enter(make_client(), connection).get("/dashboard/")
    assert answer.status_code == 404
    assert "python start.py authorize" in answer.text


def test_database_that_is_away_is_said_as_a_page(
    make_client: Callable[..., FlaskClient], ledger: Connection, database_url: str
) -> None:
    away = database_url.replace("dbname=", "dbname=gone_") if "dbname=" in database_url else ""
    client = make_client(database_url=away or database_url.replace("/test", "/gone"))
    answer = client.get("/dashboard/", headers={"Authorization": f"Bearer evh_{0:043}"})
    assert answer.status_code == 503
    assert "The ledger cannot be reached just now." in answer.text
    assert answer.headers["Retry-After"]


def test_news_cost_nothing_until_something_is_heard(
    client: FlaskClient, ledger: Connection
) -> None:
    with ledger.cursor() as cursor:  # another day would be news too
        cursor.execute("update warehouse.dim_listener set timezone = %s", (ZONE_NAME,))
    page = client.get("/dashboard/").text
    version = page.split('data-version="')[1].split('"')[0]
    ask = partial(client.get, "/dashboard/news", headers={"If-None-Match": f'"{version}"'})
    unchanged = ask()
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    add_play(ledger)
    assert ask().status_code == 200


def test_pages_are_not_kept_framed_or_lent_to_other_sites(client: FlaskClient) -> None:
    headers = client.get("/dashboard/names.js").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = client.get("/dashboard/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    lent = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert client.get("/dashboard/names.js", headers=lent).status_code == 403
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/dashboard/", headers=followed).status_code == 200


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Lend a page; whatever it complains of fails the test."""
    page = browser.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    page.close()
    assert troubles == []


def test_open_page_shows_a_new_play_by_itself(served: str, page: Page, ledger: Connection) -> None:
    page.goto(f"{served}/enter#{insert_entry(ledger, listener=None)}")
    page.wait_for_url(f"{served}/dashboard/")
    page.wait_for_selector(".panel.on .total")
    page.fill("#search", "sigur")
    page.wait_for_selector("#found table")
    page.focus(".periods a >> nth=-1")
    before = page.inner_text(".panel.on .figures")
    add_play(ledger)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".panel.on .figures")).not_to_have_text(before, use_inner_text=True)
    assert page.evaluate("document.activeElement.closest('.periods') !== null")
    assert page.is_visible("#found table")


def test_page_of_another_site_learns_no_names(
    browser: Browser, served: str, tmp_path: Path, ledger: Connection
) -> None:
    """Another port is the same site to a cookie: what browsers send along is lent to no page."""
    address = f"{served}/dashboard/names.js"
    (tmp_path / "evil.html").write_text(
        f"<script src={address}></script><script>got = typeof EVERHEARD_NAMES</script>"
    )
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"{served}/enter#{insert_entry(ledger, listener=None)}")
        page.wait_for_url(f"{served}/dashboard/")
        page.goto(f"http://127.0.0.1:{server.server_port}/evil.html")
        assert page.evaluate("got") == "undefined"
        page.goto(address)
        assert "Sigur" in page.content()
        page.close()
        server.shutdown()
