"""Every mood, as a client meets it."""

from __future__ import annotations

import pytest
import requests

from simulator.endpoints import NAMES, PATHS
from simulator.moods import Moods
from simulator.web_api import HANDLERS
from simulator.world import World, WorldSettings
from tests.simulator.caller import Caller
from tests.simulator.conftest import Start

PAGE = "/me/player/recently-played"


def test_rate_limit_comes_with_and_without_retry_after(caller: Caller) -> None:
    caller.world.add_mood("rate_limited", "recently_played", times=1, retry_after=7)
    caller.world.add_mood("rate_limited", "recently_played", times=1, retry_after=None)
    caller.sign_in()
    told, untold, well = (caller.get(PAGE) for _ in range(3))
    assert (told.status_code, told.headers["Retry-After"]) == (429, "7")
    assert told.json() == {"error": {"status": 429, "message": "API rate limit exceeded"}}
    assert untold.status_code == 429
    assert "Retry-After" not in untold.headers
    assert well.status_code == 200


def test_moods_meet_only_their_endpoint(caller: Caller) -> None:
    caller.world.add_mood("server_error", "recently_played")
    assert caller.get("/me").status_code == 200
    assert caller.get(PAGE).status_code == 503


def test_burst_of_server_errors_ends_after_its_times(caller: Caller) -> None:
    caller.sign_in()
    caller.world.add_mood("server_error", times=3, status=502)
    statuses = [caller.get(PAGE).status_code for _ in range(4)]
    assert statuses == [502, 502, 502, 200]


def test_quota_mood_tells_itself_from_the_rate_limit(caller: Caller) -> None:
    caller.world.add_mood("quota_exceeded", "recently_played")
    spent = caller.get(PAGE)
    assert spent.status_code == 429
    assert int(spent.headers["Retry-After"]) == 12 * 3600
    assert spent.json() == {
        "error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}
    }


def test_false_404_has_an_empty_body(caller: Caller) -> None:
    caller.world.add_mood("not_found", "track", times=1)
    path = f"/tracks/{caller.world.catalogue.tracks[0].id}"
    lying, true = caller.get(path), caller.get(path)
    assert (lying.status_code, lying.content) == (404, b"")
    assert true.status_code == 200


def test_spurious_401_meets_a_good_token(caller: Caller) -> None:
    caller.sign_in()
    caller.world.add_mood("unauthorised", times=1)
    assert [caller.get("/me").status_code for _ in range(2)] == [401, 200]


def test_lapsed_premium_is_a_403_in_plain_text(caller: Caller) -> None:
    caller.sign_in()
    caller.world.add_mood("premium_lapsed")
    refused = caller.get("/me")
    assert refused.status_code == 403
    assert refused.headers["Content-Type"].startswith("text/plain")
    assert refused.text.startswith("Active premium subscription required for the owner")


def test_body_that_is_not_json(caller: Caller) -> None:
    caller.world.add_mood("not_json", "me")
    answer = caller.get("/me")
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_hung_call_is_never_answered(caller: Caller) -> None:
    caller.sign_in()
    caller.world.add_mood("hung", "me", times=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        caller.get("/me", timeout=0.2)
    assert caller.get("/me").status_code == 200


def test_slow_call_is_answered_late(caller: Caller) -> None:
    caller.sign_in()
    caller.world.add_mood("slow", "me", times=2, delay_seconds=0.4)
    with pytest.raises(requests.exceptions.ReadTimeout):
        caller.get("/me", timeout=0.05)
    assert caller.get("/me").status_code == 200


def test_connection_breaks_before_and_within_an_answer(caller: Caller) -> None:
    caller.sign_in()
    caller.world.add_mood("disconnected", "me", times=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        caller.get("/me")
    caller.world.add_mood("dropped", "recently_played", times=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        caller.get(PAGE)
    assert caller.get(PAGE).status_code == 200


def test_token_endpoint_has_moods_too(caller: Caller) -> None:
    caller.world.add_mood("server_error", "token", times=1)
    caller.world.add_mood("dropped", "token", times=1)
    assert caller.refresh().status_code == 503
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        caller.refresh()
    assert caller.refresh().status_code == 200


def test_blanked_mood_blanks_the_named_tracks(caller: Caller) -> None:
    page = caller.read_page()
    blank_id = page[0]["track"]["id"]
    caller.world.add_mood("blanked", ids=[blank_id])
    for item in caller.read_page():
        track = item["track"]
        assert (track["name"] == "") is (track["id"] == blank_id)
    track = caller.read_page()[0]["track"]
    assert (track["duration_ms"], track["external_ids"]) == (0, {})
    assert track["album"]["release_date"] == "0000"
    assert track["album"]["images"] == []
    album_id = track["album"]["id"]
    names = {
        one["id"]: one["name"] for one in caller.read(f"/albums/{album_id}")["tracks"]["items"]
    }
    assert names[blank_id] == ""


def test_null_track_costs_one_item(caller: Caller) -> None:
    caller.world.add_mood("null_track", "recently_played", position=3)
    nulls = [item["track"] is None for item in caller.read_page()]
    assert nulls.index(True) == 3
    assert sum(nulls) == 1


def test_null_item_while_an_advertisement_plays(caller: Caller) -> None:
    play = caller.world.listener().window(caller.world.clock.now_ms + 86_400_000)[0]
    caller.world.clock.move_to(play.started_ms + 1000)
    caller.world.add_mood("null_item", "currently_playing", times=1)
    playing = caller.read("/me/player/currently-playing")
    assert (playing["item"], playing["currently_playing_type"]) == (None, "ad")
    assert caller.read("/me/player/currently-playing")["item"] is not None


def test_empty_page_still_has_a_next(caller: Caller) -> None:
    caller.world.add_mood("empty_page", "following", times=1)
    artists = caller.read("/me/following", type="artist", limit=5)["artists"]
    assert artists["items"] == []
    assert artists["next"]


def test_stalled_window_stands_still_for_hours(start: Start) -> None:
    caller = start(listeners=["heavy"])
    world = caller.world
    world.clock.advance(hours=9)
    before = [item["played_at"] for item in caller.read_page()]
    world.add_mood("stalled", "recently_played", hours=5)
    world.clock.advance(hours=4)
    caller.sign_in()
    assert [item["played_at"] for item in caller.read_page()] == before
    world.clock.advance(hours=1)
    caller.sign_in()
    after = [item["played_at"] for item in caller.read_page()]
    assert after != before
    assert after[0] == world.heard()[-1].played_at


def test_chance_is_seeded(start: Start) -> None:
    runs = []
    for _ in range(2):
        caller = start()
        caller.sign_in()
        caller.world.add_mood("server_error", "me", probability=0.5)
        runs.append([caller.get("/me").status_code for _ in range(40)])
    assert runs[0] == runs[1]
    assert 8 < runs[0].count(503) < 32


def test_moods_can_be_in_force_from_the_start(start: Start) -> None:
    caller = start(moods=[{"kind": "server_error", "endpoint": "me", "times": 1}])
    assert caller.get("/me").status_code == 503


def test_quota_bucket_ends_for_its_endpoint_and_returns_after_a_day(start: Start) -> None:
    caller = start(ceilings={"track": 3})
    track = f"/tracks/{caller.world.catalogue.tracks[0].id}"
    artist = f"/artists/{caller.world.catalogue.artists[0].id}"
    assert [caller.get(track).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert caller.get(artist).status_code == 200
    spent = caller.get(track)
    assert spent.json()["error"]["reason"] == "QUOTA_EXCEEDED"
    wait_seconds = int(spent.headers["Retry-After"])
    assert 6 * 3600 <= wait_seconds <= 24 * 3600
    caller.world.clock.advance(wait_seconds - 1)
    caller.sign_in()
    assert caller.get(track).status_code == 429
    caller.world.clock.advance(1)
    assert caller.get(track).status_code == 200


def test_new_app_begins_with_the_measured_ceilings(start: Start) -> None:
    assert start().world.limits.ceilings["artist_albums"] == 100
    assert start(app="old").world.limits.ceilings == {}


def test_rate_limit_counts_a_rolling_half_minute(start: Start) -> None:
    caller = start(rate=2)
    assert [caller.get("/me").status_code for _ in range(3)] == [200, 200, 429]
    assert caller.get("/me").headers["Retry-After"] == "30"
    caller.world.clock.advance(30)
    assert caller.get("/me").status_code == 200


def test_mood_for_an_endpoint_that_does_not_exist_is_refused() -> None:
    moods = Moods(1)
    with pytest.raises(ValueError, match="no endpoint is called 'tarck'"):
        moods.add("server_error", "tarck")
    with pytest.raises(ValueError, match="no endpoint is called 'tarck'"):
        World(WorldSettings(ceilings={"tarck": 1}, tracks=50))
    for name in NAMES:
        moods.add("server_error", name)


def test_mood_meets_the_objects_it_is_about() -> None:
    moods = Moods(1)
    moods.add("server_error", "track", ids=("bad",))
    assert moods.draw("track", 0, ["good"]) == []
    assert [mood.kind for mood in moods.draw("track", 0, ["bad"])] == ["server_error"]


def test_every_endpoint_has_a_path_and_somebody_who_answers() -> None:
    assert PATHS.keys() == HANDLERS.keys()
