from __future__ import annotations

import gc
import gzip
import itertools
import socket
import weakref
from pathlib import Path

import pytest
import requests

from everheard.sources.http import Patience, Sender
from everheard.sources.spotify.answer import SPOTIFY, is_quota_spent
from everheard.sources.spotify.errors import Unavailable
from tests.everheard.sources.conftest import MakeSender
from tests.everheard.sources.scripted_server import (
    FakeTime,
    Reply,
    ScriptedServer,
    as_json,
    quota_spent,
    refusal,
)


def test_answer_carries_status_headers_body_and_moment(
    server: ScriptedServer, sender: Sender, time: FakeTime
) -> None:
    server.will_answer(Reply(201, b"hello", {"X-Thing": "yes"}))

    answer = sender.send("GET", f"{server.url}/a", params={"q": "ä b"}, headers={"X-Mine": "1"})

    assert (answer.status, answer.headers["x-thing"], answer.body) == (201, "yes", b"hello")
    assert answer.received_at == time.start
    assert server.requests[0].query == {"q": ["ä b"]}
    assert server.requests[0].headers["x-mine"] == "1"


def test_data_goes_as_a_form(server: ScriptedServer, sender: Sender) -> None:
    server.will_answer(Reply())

    sender.send("POST", f"{server.url}/a", data={"a": "1&2"})

    assert server.requests[0].form == {"a": ["1&2"]}


def test_compressed_answer_is_unpacked(server: ScriptedServer, sender: Sender) -> None:
    body = b"a long answer " * 20_000
    server.will_answer(Reply(200, gzip.compress(body), {"Content-Encoding": "gzip"}))

    assert sender.send("GET", f"{server.url}/a").body == body
    assert "gzip" in server.requests[0].headers["accept-encoding"]


def test_connection_is_kept_between_requests(server: ScriptedServer, sender: Sender) -> None:
    server.will_answer(as_json({"a": 1}), as_json({"b": 2}))

    sender.send("GET", f"{server.url}/a")
    sender.send("GET", f"{server.url}/b")

    assert len({request.client_port for request in server.requests}) == 1


def test_closing_closes_connections_even_after_a_failure(
    server: ScriptedServer, make_sender: MakeSender
) -> None:
    server.will_answer(Reply(mood="hang_up"), Reply())
    sender = make_sender()
    gc.disable()
    try:
        sender.send("GET", f"{server.url}/a")
        manager = sender._session.get_adapter(server.url).poolmanager  # type: ignore[attr-defined]
        pools = [weakref.ref(each) for each in map(manager.pools.get, manager.pools.keys())]
        sender.close()
        assert [pool() for pool in pools] == [None]
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(Reply(500), id="500"),
        pytest.param(Reply(502, b"<html>Bad gateway</html>"), id="502"),
        pytest.param(Reply(503), id="503"),
        pytest.param(Reply(504), id="504"),
        pytest.param(Reply(408), id="408"),
        pytest.param(refusal(429, "API rate limit exceeded"), id="429 without Retry-After"),
        pytest.param(Reply(mood="hang_up"), id="connection lost"),
        pytest.param(Reply(body=b"{", mood="truncated"), id="body cut short"),
    ],
)
def test_passing_trouble_is_retried(
    trouble: Reply, server: ScriptedServer, sender: Sender, time: FakeTime
) -> None:
    server.will_answer(trouble, trouble, as_json({"fine": True}))

    answer = sender.send("GET", f"{server.url}/a")

    assert answer.status == 200
    assert sender.request_count == len(server.requests) == 3
    assert 0.25 <= time.sleeps[0] <= 0.5
    assert 0.5 <= time.sleeps[1] <= 1.0


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404])
def test_lasting_answer_is_not_retried(
    status: int, server: ScriptedServer, sender: Sender, time: FakeTime
) -> None:
    server.will_answer(Reply(status))

    assert sender.send("GET", f"{server.url}/a").status == status
    assert len(server.requests) == 1
    assert time.sleeps == []


def test_attempts_are_bounded(
    server: ScriptedServer, make_sender: MakeSender, time: FakeTime
) -> None:
    server.will_answer(*[Reply(503)] * 10)

    answer = make_sender(attempts=4).send("GET", f"{server.url}/a")

    assert answer.status == 503
    assert len(server.requests) == 4
    assert len(time.sleeps) == 3


def test_total_time_is_bounded(
    server: ScriptedServer, make_sender: MakeSender, time: FakeTime
) -> None:
    server.will_answer(*[Reply(503)] * 50)

    make_sender(attempts=50, total=45.0).send("GET", f"{server.url}/a")

    assert 30 < time.elapsed < 45
    assert max(time.sleeps) <= 8.0


def test_waits_named_by_the_server_count_against_the_total_time(
    server: ScriptedServer, sender: Sender, time: FakeTime
) -> None:
    server.will_answer(*[refusal(429, "slow down", Retry_After="25")] * 5)

    answer = sender.send("GET", f"{server.url}/a")

    assert answer.status == 429
    assert len(server.requests) == 2
    assert time.elapsed < 45


@pytest.mark.parametrize("status", [429, 503])
def test_short_retry_after_is_sat_out(
    status: int, server: ScriptedServer, sender: Sender, time: FakeTime
) -> None:
    server.will_answer(Reply(status, headers={"Retry-After": "3"}), Reply())

    assert sender.send("GET", f"{server.url}/a").status == 200
    assert 3.0 <= time.sleeps[0] <= 4.0


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("pause", ["31", "86400", "Sat, 21 Nov 2026 18:00:00 GMT"])
def test_long_retry_after_is_never_slept_on(
    status: int, pause: str, server: ScriptedServer, sender: Sender, time: FakeTime
) -> None:
    server.will_answer(Reply(status, headers={"Retry-After": pause}), Reply())

    assert sender.send("GET", f"{server.url}/a").status == status
    assert len(server.requests) == 1
    assert time.sleeps == []


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "2"}])
def test_spent_quota_is_not_retried(
    headers: dict[str, str], server: ScriptedServer, sender: Sender, time: FakeTime
) -> None:
    server.will_answer(quota_spent(**headers))

    assert is_quota_spent(sender.send("GET", f"{server.url}/a"))
    assert len(server.requests) == 1
    assert time.sleeps == []


def test_retries_can_be_switched_off(server: ScriptedServer, time: FakeTime) -> None:
    server.will_answer(Reply(503), Reply())

    with Sender(SPOTIFY, Patience(attempts=1), sleep=time.sleep) as sender:
        assert sender.send("GET", f"{server.url}/a").status == 503

    assert time.sleeps == []


def test_silent_server_times_out(server: ScriptedServer, make_sender: MakeSender) -> None:
    server.will_answer(*[Reply(mood="silent")] * 2)
    sender = make_sender(attempts=2, read=0.2)

    with pytest.raises(Unavailable, match=r"GET /a: it took too long") as caught:
        sender.send("GET", f"{server.url}/a")

    assert sender.request_count == 2
    assert caught.value.exit_code == 69


def test_body_that_drips_for_ever_is_given_up(server: ScriptedServer) -> None:
    server.will_answer(Reply(mood="dripping"))
    ticks = itertools.count(0, 10)

    with (
        Sender(
            SPOTIFY, Patience(attempts=1, total=45.0), clock=lambda: float(next(ticks))
        ) as sender,
        pytest.raises(Unavailable, match="it took too long"),
    ):
        sender.send("GET", f"{server.url}/a")


def test_timeouts_never_outlast_the_total_time(
    server: ScriptedServer, make_sender: MakeSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[float, float]] = []
    send = requests.Session.send

    def spy(*args: object, **options: object) -> object:
        given.append(options["timeout"])  # type: ignore[arg-type]
        return send(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(requests.Session, "send", spy)
    server.will_answer(Reply(503, headers={"Retry-After": "20"}), Reply())

    make_sender(total=24.0, connect=5.0, read=15.0).send("GET", f"{server.url}/a")

    assert given[0] == (5.0, 15.0)
    assert all(seconds <= 4.0 for seconds in given[1])


def test_unreachable_address_is_unavailable(make_sender: MakeSender) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        with pytest.raises(Unavailable, match=r"GET /a: the connection failed .* attempts: 5"):
            make_sender().send("GET", f"http://127.0.0.1:{port}/a")


def test_certificate_trouble_is_told_apart(server: ScriptedServer) -> None:
    with (
        Sender(SPOTIFY, Patience(attempts=1)) as sender,
        pytest.raises(Unavailable, match="certificate was not accepted"),
    ):
        sender.send("GET", f"https://127.0.0.1:{server.port}/a")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_not_followed(status: int, server: ScriptedServer, sender: Sender) -> None:
    server.will_answer(Reply(status, headers={"Location": f"{server.url}/elsewhere"}))

    answer = sender.send("GET", f"{server.url}/a", headers={"Authorization": "Bearer secret"})

    assert answer.status == status
    assert server.paths == ["/a"]


def test_netrc_does_not_replace_the_token(
    server: ScriptedServer, sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.will_answer(Reply())

    sender.send("GET", f"{server.url}/a", headers={"Authorization": "Bearer mine"})

    assert server.requests[0].headers["authorization"] == "Bearer mine"


def test_this_machine_is_not_asked_through_a_proxy(
    server: ScriptedServer, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    server.will_answer(Reply())

    assert sender.send("GET", f"{server.url}/a").status == 200


def test_proxy_of_the_environment_is_used_for_others(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    with pytest.raises(Unavailable, match="the proxy in the environment"):
        sender.send("GET", "http://spotify.invalid/a")


def test_answer_does_not_show_its_body(server: ScriptedServer, sender: Sender) -> None:
    server.will_answer(Reply(body=b"a-token", headers={"Set-Cookie": "a-cookie=1"}))

    shown = repr(sender.send("GET", f"{server.url}/a"))

    assert "a-token" not in shown
    assert "a-cookie" not in shown
