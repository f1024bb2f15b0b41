"""The stream over real HTTP: who is let in, and what they are told."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

import pytest
import requests
from psycopg2.extensions import connection as Connection

from everheard.failure import ConfigurationError
from everheard.ledger.operations.tokens import read_tokens, revoke_token
from everheard.watcher import stream as stream_module
from everheard.watcher import stream_access, stream_server
from tests.everheard.watcher.served import Streaming, listening, make_idle, make_state
from tests.refusing_server import Refusal, refusing

MakeToken = Callable[..., dict[str, str]]
ROUTES = ("/now-playing", "/now-playing/stream", "/now-playing.js")


def read_names(url: str, headers: dict[str, str] | None = None) -> list[str]:
    answer = requests.get(f"{url}/now-playing", headers=headers, timeout=20)
    answer.raise_for_status()
    return [state["listener"] for state in answer.json()["states"]]


def wait_for_names(url: str, *names: str, headers: dict[str, str] | None = None) -> None:
    until = time.monotonic() + 10
    while read_names(url, headers) != list(names):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_states_are_answered_as_they_are(stream: Streaming) -> None:
    state = make_state()
    stream.publish(state)
    stream.publish(make_idle("Bob"))
    wait_for_names(stream.url, "Ana", "Bob")
    answer = requests.get(f"{stream.url}/now-playing", timeout=20)
    assert answer.json()["states"][0] == state
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_stream_tells_the_clock_the_states_and_each_change(stream: Streaming) -> None:
    stream.publish(make_state("First"))
    with listening(stream.url) as reader:
        clock = reader.read_block()
        assert (clock["event"], clock["retry"]) == ("clock", "2000")
        assert reader.read_state()[1]["item"]["name"] == "First"
        stream.publish(make_state("Second"))
        stream.publish(make_state("Third"))
        assert [reader.read_state()[1]["item"]["name"] for _ in range(2)] == ["Second", "Third"]


def test_who_comes_back_with_an_id_is_told_what_was_missed(stream: Streaming) -> None:
    stream.publish(make_state("First"))
    with listening(stream.url) as reader:
        known, _ = reader.read_state()
    stream.publish(make_state("Second"))
    stream.publish(make_state("Third"))
    with listening(stream.url, **{"Last-Event-ID": known}) as reader:
        assert [reader.read_state()[1]["item"]["name"] for _ in range(2)] == ["Second", "Third"]
    with listening(stream.url, **{"Last-Event-ID": "of-another-start"}) as reader:
        assert reader.read_state()[1]["item"]["name"] == "Third"


def test_silence_is_broken_by_a_sign_of_life(
    stream: Streaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stream_module.HEARTBEAT_S == 15
    monkeypatch.setattr(stream_module, "HEARTBEAT_S", 0.05)
    with listening(stream.url) as reader:
        assert reader.read_block()["event"] == "clock"
        assert [reader.read_block() for _ in range(2)] == [{"": ""}, {"": ""}]


def test_what_ends_a_stream_leaves_others(stream: Streaming) -> None:
    with listening(stream.url) as staying:
        with listening(stream.url) as leaving:
            leaving.read_block()
        stream.publish(make_state("After"))
        assert staying.read_state()[1]["item"]["name"] == "After"


@pytest.mark.parametrize("route", ROUTES)
def test_off_shows_nothing(start_stream: Callable[..., Streaming], route: str) -> None:
    stream = start_stream(now_playing="off")
    stream.publish(make_state())
    answer = requests.get(stream.url + route, timeout=20)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "NOW_PLAYING is off" in answer.json()["detail"]
    assert requests.get(f"{stream.url}/health", timeout=20).json() == {"status": "ok"}


def test_token_sees_its_listener_and_no_other(guarded: Streaming, make_token: MakeToken) -> None:
    guarded.publish(make_state(listener="Ana"))
    guarded.publish(make_state(listener="Bob"))
    wait_for_names(guarded.url, "Bob", headers=make_token("Bob"))
    assert read_names(guarded.url, make_token("Ana")) == ["Ana"]
    assert read_names(guarded.url, make_token("Ana", everyone=True)) == ["Ana"]
    with listening(guarded.url, **make_token("Ana")) as reader:
        assert reader.read_state()[1]["listener"] == "Ana"
        guarded.publish(make_state("Secret", listener="Bob"))
        guarded.publish(make_state("Next", listener="Ana"))
        assert reader.read_state()[1]["item"]["name"] == "Next"


@pytest.mark.parametrize("published", ["1", "ana", "ANA"])
def test_listener_is_known_by_key_account_and_name(
    guarded: Streaming, make_token: MakeToken, published: str
) -> None:
    guarded.publish(make_state(), listener=published)
    wait_for_names(guarded.url, "Ana", headers=make_token("Ana"))
    assert read_names(guarded.url, make_token("Bob")) == []


def test_name_of_two_is_shown_to_neither(
    guarded: Streaming, make_token: MakeToken, household: Connection
) -> None:
    with household.cursor() as cursor:
        cursor.execute("update warehouse.dim_listener set display_name = 'Ana'")
    guarded.publish(make_state(), listener="Ana")
    guarded.publish(make_state(), listener="bob")
    wait_for_names(guarded.url, "Ana", headers=make_token("2"))
    assert read_names(guarded.url, make_token("1")) == []


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer evh_" + "a" * 43},
        {"Authorization": "Bearer no token at all, by its letters"},
        {"Authorization": "Basic ZXZoOmV2aA=="},
        {"Cookie": "everheard=" + "a" * 43},
    ],
)
@pytest.mark.parametrize("route", ["/now-playing", "/now-playing/stream"])
def test_without_a_good_token_nothing_is_shown(
    guarded: Streaming, header: dict[str, str], route: str
) -> None:
    answer = requests.get(guarded.url + route, headers=header, timeout=20)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "python start.py token create NAME" in answer.json()["detail"]


def test_token_in_an_address_lets_nobody_in(guarded: Streaming, make_token: MakeToken) -> None:
    token = make_token()["Authorization"].removeprefix("Bearer ")
    for name in ("token", "access_token", "authorization"):
        answer = requests.get(f"{guarded.url}/now-playing?{name}={token}", timeout=20)
        assert answer.status_code == 401


def test_ledger_is_asked_once_for_a_token_and_never_for_what_is_none(
    start_stream: Callable[..., Streaming],
    make_token: MakeToken,
    household: Connection,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    read = stream_access.StreamAccess._read
    monkeypatch.setattr(
        stream_access.StreamAccess,
        "_read",
        lambda self, token_hash: (asked.append(token_hash), read(self, token_hash))[1],
    )
    guarded = start_stream(now_playing="token", database_url=database_url)
    for header in ({}, {"Authorization": "Bearer short"}, {"Cookie": "everheard=" + "a" * 43}):
        requests.get(f"{guarded.url}/now-playing", headers=header, timeout=20)
    assert asked == []
    token = make_token()
    with ExitStack() as stack:
        readers = [stack.enter_context(listening(guarded.url, **token)) for _ in range(10)]
        for number in range(5):
            guarded.publish(make_state(f"Song {number}"))
        for reader in readers:
            while reader.read_state()[1]["item"]["name"] != "Song 4":
                pass
    assert len(asked) == 1


def test_revoked_token_is_let_in_no_more(
    guarded: Streaming,
    make_token: MakeToken,
    household: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream_module, "LONGEST_S", 0.3)
    monkeypatch.setattr(stream_module, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(stream_access, "REMEMBERED_S", 0.0)
    token = make_token()
    with listening(guarded.url, **token) as reader:
        (row,) = read_tokens(household)
        revoke_token(household, row.api_token_key)
        with pytest.raises(EOFError):  # a stream ends now and then, and is asked for anew
            [reader.read_block() for _ in range(100)]
    answer = requests.get(f"{guarded.url}/now-playing", headers=token, timeout=20)
    assert answer.status_code == 401


def test_database_that_is_away_is_said_without_its_address(
    start_stream: Callable[..., Streaming], caplog: pytest.LogCaptureFixture
) -> None:
    with refusing(Refusal("password authentication failed for ada")) as address:
        stream = start_stream(now_playing="token", database_url=address)
        header = {"Authorization": "Bearer evh_" + "a" * 43}
        answer = requests.get(f"{stream.url}/now-playing", headers=header, timeout=60)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json()["detail"] == "The ledger cannot be asked just now."
    assert "evh_" not in caplog.text + answer.text
    assert "ada" not in answer.text


def test_strangers_are_counted_by_address_and_take_nothing_from_whom_we_know(
    start_stream: Callable[..., Streaming], make_token: MakeToken, database_url: str
) -> None:
    stream = start_stream(
        now_playing="token", database_url=database_url, api_rate_limit="5 per hour"
    )
    token = make_token()
    assert read_names(stream.url, token) == []
    codes = [
        requests.get(
            f"{stream.url}/now-playing",
            headers={"Authorization": f"Bearer {letter * 30}", "X-Forwarded-For": f"192.0.2.{n}"},
            timeout=20,
        ).status_code
        for n, letter in enumerate("abcdef")
    ]
    assert codes == [401] * 4 + [429] * 2
    assert read_names(stream.url, token) == []


@pytest.mark.parametrize(
    ("origins", "asking", "allowed"),
    [
        ((), "https://any.example", "*"),
        (("https://home.example",), "https://home.example", "https://home.example"),
        (("https://home.example",), "https://other.example", None),
        (("https://home.example",), "http://127.0.0.1:8898", "http://127.0.0.1:8898"),
        (("https://home.example",), "http://127.0.0.1.other.example", None),
    ],
)
def test_pages_read_that_may(
    start_stream: Callable[..., Streaming],
    origins: tuple[str, ...],
    asking: str,
    allowed: str | None,
) -> None:
    stream = start_stream(api_origins=origins)
    for method in ("GET", "OPTIONS"):
        answer = requests.request(
            method,
            f"{stream.url}/now-playing",
            headers={
                "Origin": asking,
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "authorization,last-event-id",
            },
            timeout=20,
        )
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_any_page_may_take_the_element_as_a_module(guarded: Streaming) -> None:
    answer = requests.get(f"{guarded.url}/now-playing.js", timeout=20)
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "customElements.define" in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_changed(stream: Streaming, method: str) -> None:
    answer = requests.request(method, f"{stream.url}/now-playing", timeout=20)
    assert answer.status_code == 405


def test_head_of_a_stream_ends(stream: Streaming) -> None:
    answer = requests.head(f"{stream.url}/now-playing/stream", timeout=20)
    assert answer.headers["Content-Type"].startswith("text/event-stream")


def test_port_that_is_taken_is_said(
    start_stream: Callable[..., Streaming], stream: Streaming
) -> None:
    with pytest.raises(ConfigurationError, match=f"Port {stream.port} at 127.0.0.1 cannot be used"):
        start_stream(port=stream.port)


def test_end_of_the_server_ends_its_streams(stream: Streaming) -> None:
    with listening(stream.url) as reader:
        reader.read_block()
        started = time.monotonic()
        stream.stop()
        assert time.monotonic() - started < 1.5
        with pytest.raises(EOFError):
            reader.read_block()


def test_who_takes_nothing_holds_nobody_up_and_is_hung_up_on(
    stream: Streaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Megabytes are told: far more than all buffers between hold."""
    monkeypatch.setattr(stream_server, "UNTAKEN_S", 1.0)
    with socket.socket() as slow, listening(stream.url) as quick:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        slow.connect(("127.0.0.1", stream.port))
        slow.sendall(b"GET /now-playing/stream HTTP/1.1\r\nHost: a\r\n\r\n")
        slow.recv(1)
        quick.read_block()
        for number in range(300):
            stream.publish(make_state(f"{number} " + "x" * 10_000))
            assert quick.read_state()[1]["item"]["name"].startswith(f"{number} ")
        taken = 0
        slow.settimeout(20)
        time.sleep(1.2)
        with suppress(ConnectionError):
            while received := slow.recv(65_536):
                taken += len(received)
        assert taken < 1_000_000


def test_who_is_slow_is_told_the_newest(stream: Streaming) -> None:
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        slow.connect(("127.0.0.1", stream.port))
        slow.sendall(b"GET /now-playing/stream HTTP/1.1\r\nHost: a\r\n\r\n")
        slow.recv(1)
        with listening(stream.url) as quick:
            quick.read_block()
            for number in range(300):
                stream.publish(make_state(f"{number} " + "x" * 10_000))
                quick.read_state()
        slow.settimeout(10)
        taken = b""
        while b'"299 xx' not in taken:
            taken += slow.recv(65_536)
        assert taken.count(b"event: state") < 60


def test_request_that_never_ends_is_hung_up_on(
    start_stream: Callable[..., Streaming], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_server, "PATIENCE_S", 1.0)
    stream = start_stream()
    for begun in (b"", b"GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: "):
        with socket.create_connection(("127.0.0.1", stream.port)) as one:
            one.sendall(begun)
            one.settimeout(10)
            with suppress(ConnectionError):
                assert one.recv(1) == b""


def test_half_open_connections_leave_room_for_others(
    stream: Streaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(socket.create_connection(("127.0.0.1", stream.port)))
        assert requests.get(f"{stream.url}/health", timeout=20).status_code == 200
