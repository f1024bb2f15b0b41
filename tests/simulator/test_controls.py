from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.caller import Caller
from tests.simulator.conftest import Start


def read(caller: Caller, method: str, path: str, body: Any = None) -> Any:
    response = caller.switch(method, path, body)
    assert response.status_code == 200, response.text
    return response.json()


def test_clock_is_moved_and_read(caller: Caller) -> None:
    assert read(caller, "GET", "clock") == {"now": "2026-01-05T06:00:00.000Z", "speed": 0}
    moved = read(caller, "POST", "clock", {"advance_seconds": 90.5})
    assert moved["now"] == "2026-01-05T06:01:30.500Z"
    moved = read(caller, "POST", "clock", {"to": "2026-02-01T00:00:00Z"})
    assert moved["now"] == "2026-02-01T00:00:00.000Z"
    assert caller.world.clock.now_ms == caller.world.clock.now_ms
    assert read(caller, "POST", "clock", {"speed": 3600})["speed"] == 3600


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("clock", {"to": "2020-01-01T00:00:00Z"}, "only moves forward"),
        ("clock", {"advance": 3}, "nothing is called 'advance'"),
        ("clock", {"advance_seconds": "3"}, "advance_seconds must be a number"),
        ("clock", {"to": "tomorrow"}, "tomorrow"),
        ("clock", [1], "send a JSON object"),
        ("moods", {"kind": "gloomy"}, "no mood is called 'gloomy'"),
        ("moods", {"kind": "slow", "tines": 1}, "nothing is called 'tines'"),
        ("hear", {"track_id": "x"}, "track_id must be the id"),
        ("ceilings", {"track": "many"}, "track must be a number"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(
    caller: Caller, path: str, body: Any, words: str
) -> None:
    refused = caller.switch("POST", path, body)
    assert refused.status_code == 400
    assert words in refused.json()["error"]


def test_moods_are_switched_on_listed_and_cleared(caller: Caller) -> None:
    caller.sign_in()
    mood = {"kind": "server_error", "endpoint": "me", "times": 2, "status": 500}
    shown = read(caller, "POST", "moods", mood)["moods"]
    assert mood.items() <= shown[0].items()
    read(caller, "POST", "moods", {"kind": "slow", "endpoint": "me", "delay_seconds": 0})
    assert caller.get("/me").status_code == 500
    assert read(caller, "GET", "moods")["moods"][0]["times"] == 1
    left = read(caller, "DELETE", "moods?kind=server_error")["moods"]
    assert [one["kind"] for one in left] == ["slow"]
    assert caller.get("/me").status_code == 200
    assert read(caller, "DELETE", "moods")["moods"] == []


def test_calls_are_counted_and_forgotten(caller: Caller) -> None:
    caller.read_page()
    caller.get("/tracks/short")
    calls = read(caller, "GET", "calls")
    assert calls["by_endpoint"] == {"token": 1, "recently_played": 1, "track": 1}
    assert calls["by_status"] == {"200": 2, "400": 1}
    assert calls["latest"][1]["path"] == "/v1/me/player/recently-played?limit=50"
    assert caller.world.calls.count() == calls["total"] == 3
    assert caller.world.calls.count("track") == 1
    assert read(caller, "DELETE", "calls")["total"] == 0


def test_call_without_an_answer_is_counted_with_status_0(caller: Caller) -> None:
    caller.sign_in()
    caller.world.add_mood("disconnected", "me", times=1)
    caller.world.add_mood("hung", "me", times=1)
    for _ in range(2):
        with pytest.raises(OSError, match=r"Connection|timed out"):
            caller.get("/me", timeout=0.3)
    assert [call.status for call in caller.world.calls.log if call.endpoint == "me"] == [0, 0]


def test_heard_is_what_the_page_shows(caller: Caller) -> None:
    truth = read(caller, "GET", "heard?listener=ada")
    assert truth["listener"] == "ada"
    page = caller.read_page()
    shown = [(row["played_at"], row["track_id"]) for row in truth["heard"][:-51:-1]]
    assert shown == [(item["played_at"], item["track"]["id"]) for item in page]
    since = truth["heard"][-10]["played_at"]
    assert read(caller, "GET", f"heard?since={since}")["heard"] == truth["heard"][-10:]
    assert caller.switch("GET", "heard?listener=zoe").status_code == 400


def test_hear_lets_a_listener_hear_one_track(start: Start) -> None:
    caller = start(listeners=["quiet"])
    track_id = caller.world.catalogue.tracks[0].id
    read(caller, "POST", "hear", {"track_id": track_id, "ended": "2026-01-05T05:00:00.123Z"})
    page = caller.read_page()
    assert [(item["played_at"], item["track"]["id"]) for item in page] == [
        ("2026-01-05T05:00:00.123Z", track_id)
    ]


def test_listeners_come_with_all_that_a_job_needs(start: Start) -> None:
    caller = start(listeners=["light", "heavy"])
    shown = read(caller, "GET", "listeners")
    environ = caller.server.environ()
    assert environ == {
        "SPOTIFY_CLIENT_ID": shown["client_id"],
        "SPOTIFY_CLIENT_SECRET": shown["client_secret"],
        "SPOTIFY_REFRESH_TOKEN": ",".join(one["refresh_token"] for one in shown["listeners"]),
        "SPOTIFY_API_URL": caller.server.api_url,
        "SPOTIFY_ACCOUNTS_URL": caller.server.accounts_url,
    }
    assert [one["kind"] for one in shown["listeners"]] == ["light", "heavy"]
    only_ben = caller.server.environ("ben")["SPOTIFY_REFRESH_TOKEN"]
    assert only_ben == shown["listeners"][1]["refresh_token"]


def test_state_shows_the_world_without_secrets(caller: Caller) -> None:
    response = caller.switch("GET", "state")
    state = response.json()
    assert state["now"] == "2026-01-05T06:00:00.000Z"
    assert state["listeners"] == {"ada": "steady"}
    assert state["quota"]["track"]["used"] == 0
    assert caller.world.accounts.client_secret not in response.text
    assert caller.world.refresh_token() not in response.text


def test_ceilings_are_set_while_it_runs(caller: Caller) -> None:
    read(caller, "POST", "ceilings", {"me": 1})
    assert [caller.get("/me").status_code for _ in range(2)] == [200, 429]
