from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

import simulator
from tests.simulator.caller import TIMEOUT, Caller
from tests.simulator.conftest import Start


def test_nothing_is_left_when_it_stops() -> None:
    before = threading.active_count()
    with simulator.running(tracks=100) as server:
        caller = Caller(server)
        caller.sign_in()
        caller.world.add_mood("hung", "me")
        with pytest.raises(requests.exceptions.ReadTimeout):
            caller.get("/me", timeout=0.1)
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=TIMEOUT)


def test_stop_ends_a_call_that_hangs() -> None:
    hung = {"kind": "hung", "endpoint": "token", "times": 1}
    with ThreadPoolExecutor() as pool:
        with simulator.running(tracks=100, moods=[hung]) as server:
            url = f"{server.accounts_url}/api/token"
            pending = pool.submit(requests.post, url, timeout=TIMEOUT)
            while server.world.moods.describe():  # until the call has met the mood
                time.sleep(0.01)
        with pytest.raises(requests.exceptions.ConnectionError):
            pending.result()


def test_many_clients_at_once_are_all_counted(caller: Caller) -> None:
    caller.sign_in()
    with ThreadPoolExecutor(16) as pool:
        statuses = [r.status_code for r in pool.map(lambda _: caller.get("/me"), range(80))]
    assert statuses == [200] * 80
    assert caller.world.calls.count("me") == 80


def test_same_settings_make_the_same_world(start: Start) -> None:
    pages, tokens = [], []
    for steps in ([1800] * 48, [86_400]):
        caller = start()
        for seconds in steps:
            caller.world.clock.advance(seconds)
        tokens.append(caller.world.refresh_token())
        pages.append([(i["played_at"], i["track"]["id"]) for i in caller.read_page()])
    assert pages[0] == pages[1]
    assert tokens[0] == tokens[1]


def test_unknown_settings_are_refused() -> None:
    with (
        pytest.raises(ValueError, match="no listener is 'loud'"),
        simulator.running(listeners=["loud"]),
    ):
        pass
    with pytest.raises(TypeError, match="volume"), simulator.running(volume=11):
        pass


def test_musicbrainz_knows_recordings_by_isrc(caller: Caller) -> None:
    track = next(t for t in caller.world.catalogue.tracks if t.isrc and len(t.artists) > 1)
    url = f"{caller.server.musicbrainz_url}/ws/2/isrc"
    query = {"inc": "artist-credits+genres", "fmt": "json"}
    named = {"User-Agent": "Everheard/0.1 (tests)"}
    found = requests.get(f"{url}/{track.isrc}", params=query, headers=named, timeout=TIMEOUT)
    recording = found.json()["recordings"][0]
    assert [one["name"] for one in recording["artist-credit"]] == [a.name for a in track.artists]
    assert [one["name"] for one in recording["genres"]] == track.artists[0].genres
    bare = requests.get(f"{url}/{track.isrc}", headers=named, timeout=TIMEOUT).json()
    assert "genres" not in bare["recordings"][0]
    unknown = requests.get(f"{url}/XX0000000000", headers=named, timeout=TIMEOUT)
    assert (unknown.status_code, unknown.json()["error"]) == (404, "Not Found")
    assert requests.get(f"{url}/{track.isrc}", timeout=TIMEOUT).status_code == 403
    caller.world.add_mood("server_error", "musicbrainz_isrc", times=1)
    busy = requests.get(f"{url}/{track.isrc}", headers=named, timeout=TIMEOUT)
    assert busy.status_code == 503
