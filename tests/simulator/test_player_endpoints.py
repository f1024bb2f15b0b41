from __future__ import annotations

from typing import Any

import pytest

from simulator.clock import HOUR_MS, from_iso
from simulator.listening import Play
from tests.simulator.caller import Caller
from tests.simulator.conftest import Start


def test_page_shows_what_was_heard_newest_first(caller: Caller) -> None:
    world = caller.world
    world.clock.advance(hours=15)
    heard = world.heard()[:-51:-1]
    page = caller.read_page()
    assert [item["played_at"] for item in page] == [row.played_at for row in heard]
    assert [item["track"]["id"] for item in page] == [row.track_id for row in heard]
    assert [(item["context"] or {}).get("uri") for item in page] == [
        row.context_uri for row in heard
    ]


def test_only_fifty_are_ever_seen(caller: Caller) -> None:
    body = caller.read("/me/player/recently-played", limit=50)
    assert len(body["items"]) == 50
    assert len(caller.world.heard()) > 50
    older = caller.read(body["next"])
    assert older["items"] == []
    assert (older["next"], older["cursors"]) == (None, None)


def test_cursors_and_limit_choose_among_the_fifty(caller: Caller) -> None:
    page = caller.read_page()
    times = [from_iso(item["played_at"]) for item in page]
    body = caller.read("/me/player/recently-played", limit=7)
    assert body["items"] == page[:7]
    assert body["cursors"] == {"after": str(times[0]), "before": str(times[6])}
    assert body["limit"] == 7
    assert caller.read_page(before=times[6], limit=5) == page[7:12]
    assert caller.read_page(after=times[6]) == page[:6]
    assert len(caller.read("/me/player/recently-played")["items"]) == 20


@pytest.mark.parametrize("limit", ["51", "0", "-1", "many"])
def test_limit_out_of_bounds_is_refused(caller: Caller, limit: str) -> None:
    refused = caller.get("/me/player/recently-played", limit=limit)
    assert refused.status_code == 400
    assert refused.json() == {"error": {"status": 400, "message": "Invalid limit"}}


def test_late_plays_are_sorted_in_when_they_arrive(start: Start) -> None:
    caller = start(listeners=["quiet"])
    world = caller.world
    first, second = world.catalogue.tracks[:2]
    now_ms = world.clock.now_ms
    world.hear(second, now_ms)
    world.hear(first, now_ms - HOUR_MS, uploaded=now_ms + HOUR_MS)
    assert [item["track"]["id"] for item in caller.read_page()] == [second.id]
    assert len(world.heard()) == 1
    world.clock.advance(hours=1)
    caller.sign_in()
    assert [item["track"]["id"] for item in caller.read_page()] == [second.id, first.id]
    assert [row.track_id for row in world.heard()] == [first.id, second.id]


def test_each_listener_has_their_own_page(start: Start) -> None:
    caller = start(listeners=2)
    pages = []
    for name in ("ada", "ben"):
        caller.sign_in(name)
        assert caller.read("/me")["account_id"] == caller.world.listener(name).account_id
        pages.append(caller.read_page())
    assert pages[0] != pages[1]


def test_recorded_page_stands_in_for_the_listener(start: Start) -> None:
    recorded: dict[str, Any] = {"items": [{"n": 1}, {"n": 2}], "next": "https://elsewhere", "x": 1}
    caller = start(recently_played=recorded)
    assert caller.read("/me/player/recently-played", limit=50) == {**recorded, "limit": 50}
    assert caller.read_page(limit=1) == [{"n": 1}]


def find_play(caller: Caller, **signs: Any) -> Play:
    """Return the first play to come with these signs."""
    now_ms = caller.world.clock.now_ms
    for play in caller.world.listener().plays(now_ms + HOUR_MS, now_ms + 4000 * HOUR_MS):
        if all(getattr(play, name) == value for name, value in signs.items()):
            return play
    raise AssertionError(signs)


def move_into(caller: Caller, play: Play, elapsed_ms: int) -> Any:
    caller.world.clock.move_to(play.started_ms + elapsed_ms)
    caller.sign_in()
    return caller.get("/me/player/currently-playing")


def test_what_plays_is_shown_with_its_progress(caller: Caller) -> None:
    play = find_play(caller, offline=False, private=False, reason_end="trackdone")
    body = move_into(caller, play, 10_000).json()
    assert body["progress_ms"] == 10_000
    assert body["is_playing"] is True
    assert body["item"]["uri"] == getattr(play.item, "uri", None)
    assert body["currently_playing_type"] == "track"
    player = caller.read("/me/player")
    assert player["item"] == body["item"]
    assert player["device"]["is_active"] is True


def test_pause_stops_the_progress(caller: Caller) -> None:
    now_ms = caller.world.clock.now_ms
    plays = caller.world.listener().plays(now_ms + HOUR_MS, now_ms + 500 * HOUR_MS)
    play = next(
        one
        for one in plays
        if one.ended_ms - one.started_ms - one.ms_played > 20_000
        and not one.offline
        and not one.private
    )
    half_ms = play.ms_played // 2
    for elapsed_ms in (half_ms + 5000, half_ms + 15_000):
        body = move_into(caller, play, elapsed_ms).json()
        assert (body["progress_ms"], body["is_playing"]) == (half_ms, False)
    end = move_into(caller, play, play.ended_ms - play.started_ms - 1).json()
    assert (end["progress_ms"], end["is_playing"]) == (play.ms_played - 1, True)


def test_silence_private_and_offline_listening_are_204(caller: Caller) -> None:
    silent = caller.get("/me/player/currently-playing")
    assert (silent.status_code, silent.content) == (204, b"")
    assert caller.get("/me/player").status_code == 204
    for signs in ({"offline": True}, {"private": True}):
        play = find_play(caller, **signs)
        assert move_into(caller, play, 1).status_code == 204


def test_episode_shows_only_to_those_who_ask_for_it(caller: Caller) -> None:
    now_ms = caller.world.clock.now_ms
    play = next(
        one
        for one in caller.world.listener().plays(now_ms + HOUR_MS, now_ms + 4000 * HOUR_MS)
        if not hasattr(one.item, "album") and not one.offline and not one.private
    )
    hidden = move_into(caller, play, 1).json()
    assert (hidden["item"], hidden["currently_playing_type"]) == (None, "episode")
    shown = caller.read("/me/player/currently-playing", additional_types="track,episode")
    assert shown["item"]["id"] == play.item.id
    assert shown["item"]["show"]["type"] == "show"


def test_local_file_plays_without_ids_and_is_never_in_the_page(start: Start) -> None:
    caller = start(listeners=["quiet"])
    world = caller.world
    world.hear(world.catalogue.local_files[0], world.clock.now_ms + 60_000, ms_played=60_000)
    item = caller.read("/me/player/currently-playing")["item"]
    assert (item["id"], item["href"], item["is_local"]) == (None, None, True)
    assert item["album"]["artists"] == item["album"]["images"] == []
    world.clock.advance(61)
    assert caller.read_page() == []
    assert world.heard() == []
