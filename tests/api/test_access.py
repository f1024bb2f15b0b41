"""Who may ask what, and what nobody is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from psycopg2.extensions import connection as Connection

from api import create_app
from everheard.config import Settings
from everheard.ledger.operations.tokens import hash_token, read_tokens, revoke_token
from tests.api.conftest import derive_summaries

FAR = {"REMOTE_ADDR": "192.0.2.7"}
Headers = dict[str, str]
MakeToken = Callable[..., Headers]


@pytest.fixture
def two_listeners(ledger: Connection) -> Connection:
    """Add Bob, who has heard nothing but the track of Queen."""
    with ledger.cursor() as cursor:
        cursor.execute(
            """
            insert into warehouse.dim_listener (listener_key, account_id, display_name)
            values (2, 'bob', 'Bob');
            insert into warehouse.fact_play
            (listener_key, played_at, track_key, ms_played, ms_source)
            values (2, '2026-05-03T12:00:00Z', 2, 60000, 1);
            """
        )
    derive_summaries(ledger, 2)
    return ledger


#: As proxies pass a request on, and as a page that rebinds a name would.
DISGUISES: list[Headers] = [
    {},
    {"Host": "127.0.0.1:8898"},
    {"Host": "localhost:8898"},
    {"Host": "evil.example:8898"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "[::1"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
    {"Via": "1.1 proxy"},
    {"X-Real-IP": "::1"},
]


@pytest.mark.parametrize("headers", DISGUISES)
def test_nothing_is_open_unasked(stranger: FlaskClient, headers: Headers) -> None:
    opened = []
    for rule in stranger.application.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        for method in rule.methods or ():
            if method not in {"OPTIONS", "HEAD"}:
                answer = stranger.open(path, method=method, json={}, headers=headers)
                if answer.status_code not in {400, 401}:
                    opened.append(rule.endpoint)
                assert b"Ana" not in answer.data
                answer.close()
    assert set(opened) <= {"status.show_health", "entry.show_page", "dashboard.send_asset"}


@pytest.mark.parametrize("origin", ["http://[::1", "http://[x]", "http://a]", "[", "\xff", ""])
def test_origin_that_is_no_address_is_another_site(stranger: FlaskClient, origin: str) -> None:
    answer = stranger.post("/enter", json={"code": "x" * 43}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert stranger.get("/", headers={"Origin": origin}).status_code == 401


def test_password_of_a_proxy_hides_no_cookie(client: FlaskClient) -> None:
    """A proxy that asks for a password of its own hands it on."""
    answer = client.get("/dashboard/news", headers={"Authorization": "Basic YW5hOmI="})
    assert answer.status_code == 200


def test_stranger_costs_the_database_nothing(
    stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        stranger.application.extensions["ledger"], "read", lambda name, **_: asked.append(name)
    )
    for headers in ({}, {"Authorization": "Bearer x"}, {"Cookie": "everheard='; drop"}):
        for path in ("/", "/ratings", "/search?q=a", "/nowhere", "/dashboard/", "/openapi/"):
            assert stranger.get(path, headers=headers).status_code in {401, 404}
    assert asked == []


def test_revoked_token_is_refused(
    client: FlaskClient, ledger: Connection, make_token: MakeToken
) -> None:
    token = make_token()
    assert client.get("/", headers=token).status_code == 200
    revoke_token(ledger, read_tokens(ledger)[-1].api_token_key)
    assert client.get("/", headers=token).status_code == 401


def test_demo_s_ledger_is_open(
    settings: Settings, ledger: Connection, make_token: MakeToken
) -> None:
    app = create_app(settings, is_open=True)
    client = app.test_client()
    assert client.get("/").json["listener"] == "Ana"
    stale = {"Cookie": "everheard=" + "x" * 43, "Authorization": "Bearer of-another-ledger"}
    assert client.get("/rankings", headers=stale).status_code == 200
    app.extensions["ledger"].close()


@pytest.mark.parametrize(
    "value", ["Bearer wrong", "Bearer", "Basic YTpi", "bearer  ", "Bearer \xff", ""]
)
def test_bad_token_is_refused(stranger: FlaskClient, value: str) -> None:
    for address in ({}, FAR):
        answer = stranger.get("/", environ_base=address, headers={"Authorization": value})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_health_needs_no_token_and_tells_of_nobody(stranger: FlaskClient) -> None:
    assert stranger.get("/health", environ_base=FAR).json == {"status": "ok"}


def test_document_says_how_to_be_let_in(client: FlaskClient) -> None:
    document = client.get("/openapi/openapi.json").json
    assert document["openapi"] == "3.1.0"
    assert document["paths"]["/rank"]["post"]["security"] == [{"token": []}, {"browser": []}]
    assert document["paths"]["/health"]["get"]["security"] == [{}]
    assert client.get("/openapi/swagger").status_code == 200


def test_reading_token_may_not_rate(client: FlaskClient, make_token: MakeToken) -> None:
    token = make_token(rate=False)
    answer = client.post("/rank", json={"album": "Blue", "rating": 5}, headers=token)
    assert answer.status_code == 403
    assert client.get("/rankings", headers=token).json == []


def test_token_is_stored_hashed_and_its_use_is_noted(
    client: FlaskClient, ledger: Connection, make_token: MakeToken
) -> None:
    token = make_token()["Authorization"].removeprefix("Bearer ")
    assert read_tokens(ledger)[-1].last_used_at is None
    client.get("/", headers={"Authorization": f"Bearer {token}"})
    assert read_tokens(ledger)[-1].last_used_at is not None
    with ledger.cursor() as cursor:
        cursor.execute("select token::text, token_hash from warehouse.api_token as token")
        rows = cursor.fetchall()
    assert not [row for row in rows if token in row[0]]
    assert hash_token(token) in {row[1] for row in rows}


def test_listeners_stay_apart(
    client: FlaskClient, two_listeners: Connection, make_token: MakeToken
) -> None:
    ana, bob = make_token("Ana"), make_token("Bob")
    client.post("/rank", json={"album": "Secret", "rating": 90}, headers=ana)
    client.post(
        "/rank", json={"album": "Greatest Hits", "artist": "Queen", "rating": 10}, headers=bob
    )
    assert [row["album"] for row in client.get("/rankings", headers=ana).json] == ["Secret"]
    assert [row["rating"] for row in client.get("/ratings", headers=bob).json] == [10]
    assert client.get("/search?q=secret", headers=bob).json == []
    assert client.get("/search?q=sigur+ros", headers=bob).json == []
    assert client.get("/search?q=queen", headers=bob).json[0]["play_count"] == 1
    assert [row["album_key"] for row in client.get("/albums", headers=bob).json] == [2]
    for path in ("/albums/album1", "/artists/artist1", "/tracks/track1"):
        assert client.get(path, headers=bob).status_code == 404
        assert client.get(path, headers=ana).status_code == 200
    assert client.get("/tracks/track2", headers=bob).json["play_count"] == 1


def test_rankings_of_all_need_a_token_that_may(
    client: FlaskClient, two_listeners: Connection, make_token: MakeToken
) -> None:
    ana, bob, both = make_token("Ana"), make_token("Bob"), make_token("Ana", everyone=True)
    for token, rating in ((ana, 90), (bob, 70)):
        client.post("/rank", json={"album": "Blue", "rating": rating}, headers=token)
    assert client.get("/rankings?of=everyone", headers=ana).status_code == 403
    (row,) = client.get("/rankings?of=everyone", headers=both).json
    assert (row["average_rating"], row["num_ratings"]) == (80, 2)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:9"])
def test_page_of_another_site_cannot_post(
    client: FlaskClient, ledger: Connection, origin: str
) -> None:
    answer = client.post("/rank", json={"album": "Blue", "rating": 5}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_cors_is_off_unless_configured(
    make_client: Callable[..., FlaskClient], make_token: MakeToken
) -> None:
    page = {"Origin": "https://home.example"}
    token = make_token()
    answer = make_client().get("/", headers={**page, **token})
    assert "Access-Control-Allow-Origin" not in answer.headers
    client = make_client(api_origins=("https://home.example",))
    asked = client.options("/rank", headers=page)
    assert asked.headers["Access-Control-Allow-Origin"] == "https://home.example"
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    rating = {"album": "Blue", "rating": 5}
    assert client.post("/rank", json=rating, headers={**page, **token}).status_code == 201
    other = client.get("/", headers={"Origin": "https://evil.example", **token})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_new_tokens_do_not_escape_the_limit(
    make_client: Callable[..., FlaskClient],
    make_token: MakeToken,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who is unknown is counted by address, on every path, and then asks nothing more."""
    client = make_client(api_rate_limit="3 per minute")
    ledger = client.application.extensions["ledger"]
    asked: list[str] = []
    read = ledger.read
    monkeypatch.setattr(
        ledger, "read", lambda name, **values: [asked.append(name), read(name, **values)][1]
    )
    codes = [
        client.get(
            path,
            environ_base=FAR,
            headers={"Authorization": f"Bearer evh_{number:043}", "Host": "127.0.0.1"},
        ).status_code
        for number, path in enumerate(["/", "/nowhere", "/ratings", "/", "/nowhere", "/health"])
    ]
    assert codes == [401, 404, 401, 429, 429, 429]
    assert len(asked) == 2
    answer = client.get("/", environ_base=FAR)
    assert answer.content_type == "application/problem+json"
    assert int(answer.headers["Retry-After"]) > 0
    near = {"REMOTE_ADDR": "192.0.2.8"}
    assert client.get("/", headers=make_token(), environ_base=near).status_code == 200


def test_strangers_take_nothing_from_whom_we_know(
    make_client: Callable[..., FlaskClient], make_token: MakeToken
) -> None:
    client, token = make_client(api_rate_limit="3 per minute"), make_token()
    assert client.get("/", headers=token).status_code == 200
    assert [client.get("/").status_code for _ in range(3)] == [401, 401, 429]
    codes = [client.get("/", headers=token).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]


def test_network_of_one_subscriber_is_one_address(
    make_client: Callable[..., FlaskClient], ledger: Connection
) -> None:
    client = make_client(api_rate_limit="2 per minute")
    codes = [
        client.get("/", environ_base={"REMOTE_ADDR": f"2001:db8::{n:x}"}).status_code
        for n in range(3)
    ]
    assert codes == [401, 401, 429]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("POST", "/albums", 405), ("DELETE", "/rank", 405)],
)
def test_every_error_is_a_problem(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method, json={})
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status
    assert (status != 405) or answer.headers["Allow"]


def test_broken_tables_leak_nothing(client: FlaskClient, ledger: Connection) -> None:
    client.get("/")
    with ledger.cursor() as cursor:
        cursor.execute("alter table warehouse.fact_album_rating rename to gone")
    answer = client.get("/ratings")
    assert answer.status_code == 503
    said = answer.get_data(as_text=True)
    assert not [word for word in ("gone", "fact_album", "psycopg", "Traceback") if word in said]


def test_bug_is_answered_without_its_trace(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(client.application.extensions["search"], "find", fail)
    answer = client.get("/search?q=abba")
    assert answer.status_code == 500
    assert "secret" not in answer.get_data(as_text=True)


def test_answers_are_not_kept_nor_framed(client: FlaskClient) -> None:
    headers = client.get("/ratings").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
