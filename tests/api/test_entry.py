"""How a browser gets in by a link, stays in, and is shut out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from psycopg2.extensions import connection as Connection

from everheard.config import PROJECT_DIR
from everheard.ledger.operations.tokens import (
    hash_token,
    insert_entry,
    read_tokens,
    revoke_token,
)
from tests.api.conftest import enter

RATING = {"album": "Blue", "rating": 90}
#: Rates from a page, as a script of ours would; returns the status.
CAN_RATE = """async () => (await fetch("/rank", {method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify({album: "Blue", rating: 90})})).status"""


def test_cookie_is_for_this_site_s_pages_and_no_script(
    stranger: FlaskClient, ledger: Connection
) -> None:
    answer = stranger.post("/enter", json={"code": insert_entry(ledger, listener=None)})
    cookie = answer.headers["Set-Cookie"]
    for word in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=7776000"):
        assert word in cookie
    assert "Secure" not in cookie
    assert stranger.get("/").json["listener"] == "Ana"
    assert stranger.post("/rank", json=RATING).status_code == 201
    assert stranger.get("/rankings?of=everyone").status_code == 200


def test_cookie_behind_https_is_never_sent_in_the_clear(
    stranger: FlaskClient, ledger: Connection
) -> None:
    page = {"Origin": "https://music.example", "Sec-Fetch-Site": "same-origin"}
    code = insert_entry(ledger, listener=None)
    answer = stranger.post("/enter", json={"code": code}, headers=page)
    assert "Secure" in answer.headers["Set-Cookie"]


def test_link_works_once(make_client: Callable[..., FlaskClient], ledger: Connection) -> None:
    """For any worker and after any restart: what lets in is in the ledger, as a hash."""
    code = insert_entry(ledger, listener=None)
    with ledger.cursor() as cursor:
        cursor.execute("select code_hash from warehouse.api_entry")
        assert cursor.fetchall() == [(hash_token(code),)]
    first, second = make_client(), make_client()
    assert first.post("/enter", json={"code": code}).status_code == 200
    again = second.post("/enter", json={"code": code})
    assert again.status_code == 401
    assert "python start.py serve --link" in again.json["detail"]
    assert "Set-Cookie" not in again.headers
    assert second.get("/").status_code == 401


@pytest.mark.parametrize("what", ["warehouse.api_entry", "warehouse.api_token"])
def test_link_ends_after_minutes_and_cookie_after_days(
    stranger: FlaskClient, ledger: Connection, what: str
) -> None:
    code = insert_entry(ledger, listener=None)
    if what == "warehouse.api_token":
        stranger.post("/enter", json={"code": code})
    with ledger.cursor() as cursor:
        cursor.execute(f"select round(extract(epoch from expires_at - now()) / 60) from {what}")
        assert cursor.fetchone() == (10 if what == "warehouse.api_entry" else 90 * 1440,)
        cursor.execute(f"update {what} set expires_at = now()")
    if what == "warehouse.api_entry":
        assert stranger.post("/enter", json={"code": code}).status_code == 401
    assert stranger.get("/").status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"code": None}, {"code": 1}, {"code": ""}, {"code": "é" * 43}]
)
def test_what_is_no_code_lets_nobody_in(stranger: FlaskClient, body: dict[str, object]) -> None:
    assert stranger.post("/enter", json=body).status_code == 401


def test_cookie_is_listed_and_revoked(client: FlaskClient, ledger: Connection) -> None:
    (token,) = read_tokens(ledger)
    assert (token.token_name, token.expires_at is None) == ("browser", False)
    revoke_token(ledger, token.api_token_key)
    assert client.get("/").status_code == 401


def test_cookie_is_no_bearer_token_and_no_token_is_a_cookie(
    client: FlaskClient, stranger: FlaskClient, make_token: Callable[..., dict[str, str]]
) -> None:
    cookie = client.get_cookie("everheard")
    assert cookie is not None
    assert stranger.get("/", headers={"Authorization": f"Bearer {cookie.value}"}).status_code == 401
    token = make_token()["Authorization"].removeprefix("Bearer ")
    assert stranger.get("/", headers={"Cookie": f"everheard={token}"}).status_code == 401


def test_link_can_let_another_listener_in(stranger: FlaskClient, ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (listener_key, account_id, display_name)"
            " values (2, 'bob', 'Bob')"
        )
    enter(stranger, ledger, "Bob")
    assert stranger.get("/").json["listener"] == "Bob"
    assert stranger.get("/rankings?of=everyone").status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:3000"},  # the same site as far as cookies know
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://home.example"},
        {"Origin": "https://home.example"},
    ],
)
def test_page_of_another_site_has_no_use_of_the_cookie(
    make_client: Callable[..., FlaskClient], ledger: Connection, headers: dict[str, str]
) -> None:
    """Not even one of API_ORIGINS: such a page has a token of its own."""
    client = enter(make_client(api_origins=("https://home.example",)), ledger)
    assert client.post("/rank", json=RATING, headers=headers).status_code == 403
    for path in ("/ratings", "/dashboard/names.js", "/openapi/openapi.json"):
        asked = {**headers, "Sec-Fetch-Mode": "no-cors"}
        assert client.get(path, headers=asked).status_code == 403
    assert client.get("/ratings").json == []
    own = {"Origin": "https://music.example", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/rank", json=RATING, headers=own).status_code == 201


@pytest.fixture
def environ(database_url: str, tmp_path: Path) -> dict[str, str]:
    """Return what ``serve`` needs to find the test's ledger."""
    return {**os.environ, "DATABASE_URL": database_url, "EVERHEARD_HOME": str(tmp_path)}


def print_link(environ: dict[str, str], port: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "serve", "--link", "--port", str(port)],
        cwd=PROJECT_DIR,
        env=environ,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def terminal(environ: dict[str, str], ledger: Connection) -> Iterator[Callable[..., str]]:
    """Serve on a terminal, or into a file; return what is read until the last line of it."""
    processes = []

    def serve(*, is_terminal: bool) -> str:
        ours, theirs = os.openpty() if is_terminal else os.pipe()
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "cli", "serve", "--port", "0"],
                cwd=PROJECT_DIR,
                env=environ,
                stdout=theirs,
            )
        )
        os.close(theirs)
        said = ""
        while "serve --link" not in said:
            said += os.read(ours, 4096).decode()
        return said

    yield serve
    for process in processes:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("is_terminal", [True, False])
def test_serve_prints_a_link_on_a_terminal_alone(
    terminal: Callable[..., str], is_terminal: bool
) -> None:
    """What is no terminal may be a log, which others read and keep."""
    said = terminal(is_terminal=is_terminal)
    assert ("/enter#" in said) is is_terminal


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_browser_enters_rates_and_is_shut_out(
    served: str, environ: dict[str, str], page: Page, ledger: Connection
) -> None:
    link = print_link(environ, urlsplit(served).port or 0)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link)
    page.wait_for_url(f"{served}/dashboard/")
    expect(page.locator("body")).to_contain_text("Ana")
    code = link.partition("#")[2]
    assert not [url for url in asked[1:] if code in url]
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate(CAN_RATE) == 201
    page.goto(f"{served}/openapi/swagger")
    expect(page.locator("#swagger-ui")).to_contain_text("/rank")
    page.goto(link)
    expect(page.locator("#said")).to_contain_text("used before")
    assert code not in page.url
    revoke_token(ledger, read_tokens(ledger)[0].api_token_key)
    assert page.evaluate(CAN_RATE) == 401
    # A browser without a screen has nobody to ask for the password: it shows no page then.
    shut_out = page.context.request.get(f"{served}/dashboard/")
    assert shut_out.status == 401
    assert "serve --link" in shut_out.text()
