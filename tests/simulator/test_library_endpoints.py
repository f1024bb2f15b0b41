from __future__ import annotations

from tests.simulator.caller import Caller


def test_followed_artists_are_paged_by_cursor(caller: Caller) -> None:
    page = caller.read("/me/following", type="artist", limit=12)["artists"]
    followed = page["items"]
    while page["next"]:
        assert page["cursors"]["after"] == followed[-1]["id"]
        page = caller.read(page["next"])["artists"]
        followed += page["items"]
    assert page["cursors"] == {"after": None}
    assert len({artist["id"] for artist in followed}) == len(followed) == page["total"] > 12


def test_following_asks_for_a_type(caller: Caller) -> None:
    assert caller.get("/me/following").status_code == 400
    assert caller.get("/me/following", type="artist", limit=51).status_code == 400


def test_followed_artists_stay_the_same_through_the_years(caller: Caller) -> None:
    before = caller.read("/me/following", type="artist", limit=50)
    caller.world.clock.advance(days=150)
    caller.sign_in()
    assert caller.read("/me/following", type="artist", limit=50) == before


def test_saved_albums_and_tracks_are_paged(caller: Caller) -> None:
    for path, kind in (("/me/albums", "album"), ("/me/tracks", "track")):
        page = caller.read(path, limit=10)
        assert set(page["items"][0]) == {"added_at", kind}
        assert len(page["items"]) == 10
        rest = caller.read(page["next"])["items"]
        assert rest[0] != page["items"][0]
        assert page["items"][0]["added_at"].endswith("Z")


def test_top_artists_are_the_ones_most_heard(caller: Caller) -> None:
    top = [one["id"] for one in caller.read("/me/top/artists", limit=50)["items"]]
    heard = [item["track"]["artists"][0]["id"] for item in caller.read_page()]
    assert len(set(heard) & set(top)) > len(set(heard)) / 4
    assert caller.read("/me/top/tracks", limit=5)["items"][0]["type"] == "track"
    assert caller.get("/me/top/albums").status_code == 400
