"""Answers about tracks, albums and artists -> rows, whatever state they are in."""

from __future__ import annotations

from typing import Any

import pytest

from everheard.rows import FROM_ANSWER, FROM_PLAY, NAMED
from everheard.sources.spotify.rows.catalogue import AnswerStage
from everheard.sources.spotify.rows.releases import ReleaseStage, hides_singles
from tests.everheard.pages import Json, make_album, make_artist, make_track


def make_full_album(*tracks: Json, next_url: str | None = None, **more: Any) -> Json:
    """Return an album's own answer: its tracks are simplified, without album and code."""
    dropped = ("album", "external_ids")
    listed = [{name: one[name] for name in one if name not in dropped} for one in tracks]
    return {**make_album(**more), "tracks": {"items": listed, "next": next_url}}


def test_track_is_filed_under_the_id_asked_for_with_the_other_beside_it() -> None:
    stage = AnswerStage()
    assert stage.add_track("asked", make_track("Song"))
    (track,), (answered,) = stage.rows.track, stage.rows.answered_track
    assert (track.track_id, track.track_uri) == ("asked", "spotify:track:asked")
    assert track.metadata_level == FROM_ANSWER
    assert answered == ("spotify:track:asked", make_track("Song")["id"])


def test_album_describes_itself_whole_and_its_tracks_as_a_play_would() -> None:
    stage = AnswerStage()
    one, two = make_track("One"), make_track("Two")
    assert stage.add_album("album", make_full_album(one, two))
    assert {album.album_id for album in stage.rows.album} == {"album"}
    assert max(album.metadata_level for album in stage.rows.album) == FROM_ANSWER
    assert [(track.track_id, track.metadata_level) for track in stage.rows.track] == [
        (one["id"], FROM_PLAY),
        (two["id"], FROM_PLAY),
    ]
    assert {track.album_ref for track in stage.rows.track} != {0}


@pytest.mark.parametrize("kind", ["track", "album", "artist"])
def test_blank_answer_is_owed_and_says_nothing(kind: str) -> None:
    stage = AnswerStage()
    assert not getattr(stage, f"add_{kind}")("asked", {"id": "asked", "name": ""})
    assert stage.rows.owed_answer == [(kind, "asked", "blank", 0)]
    assert stage.rows.track == stage.rows.album == stage.rows.artist == []


def test_blank_tracks_of_an_album_are_left_out() -> None:
    stage = AnswerStage()
    stage.add_album("album", make_full_album(make_track("One"), make_track("")))
    assert [track.name for track in stage.rows.track] == ["One"]


def test_further_pages_are_owed_from_where_the_last_ended() -> None:
    stage = AnswerStage()
    stage.add_album("album", make_full_album(make_track("One"), next_url="https://next"))
    stage.add_album_tracks("other", {"items": [make_track("Two")], "next": "https://more"}, 50)
    assert stage.rows.owed_answer == [
        ("album-tracks", "album", "pages", 1),
        ("album-tracks", "other", "pages", 51),
    ]
    assert stage.paged_albums == ["other"]


def test_page_that_comes_empty_ends_the_walk() -> None:
    stage = AnswerStage()
    stage.add_album_tracks("album", {"items": [], "next": "https://more"}, 50)
    assert stage.rows.owed_answer == []


def test_album_whose_first_page_comes_empty_is_asked_for_its_tracks() -> None:
    stage = AnswerStage()
    stage.add_album("album", make_full_album(next_url="https://more"))
    assert stage.rows.owed_answer == [("album-tracks", "album", "pages", 0)]


def test_alias_is_filed_by_name_where_both_sides_have_it_once() -> None:
    stage = AnswerStage()
    album = make_full_album(
        make_track("One"), make_track("Intro"), make_track("Intro", edition="2")
    )
    stage.add_album("album", album, [("old1", "one"), ("old2", "intro"), ("old3", "none")])
    filed = {track.track_id for track in stage.rows.track} & {"old1", "old2", "old3"}
    assert filed == {"old1"}
    assert stage.rows.answered_track == [("spotify:track:old1", make_track("One")["id"])]


def test_two_aliases_of_one_name_are_left_unresolved() -> None:
    stage = AnswerStage()
    stage.add_album("album", make_full_album(make_track("One")), [("a", "one"), ("b", "one")])
    assert stage.rows.answered_track == []


def test_guest_in_the_title_is_featured_where_one_artist_is_listed() -> None:
    stage = AnswerStage()
    stage.add_track("asked", make_track("Song (feat. Guest & Other)", artists=["Band"]))
    artists = {artist.artist_ref: artist for artist in stage.rows.artist}
    credits_ = [(artists[row.artist_ref].name, row.artist_role) for row in stage.rows.track_artist]
    assert credits_ == [("Band", "main"), ("Guest", "featured"), ("Other", "featured")]
    assert [one.metadata_level for one in artists.values() if one.artist_id is None] == [NAMED] * 2


def test_guest_in_the_title_is_not_added_to_a_list_of_several() -> None:
    stage = AnswerStage()
    stage.add_track("asked", make_track("Song (feat. Guest)", artists=["Band", "Guest"]))
    assert [row.artist_role for row in stage.rows.track_artist] == ["main", "featured"]


@pytest.mark.parametrize("genres", [None, [], [""], [3], "jazz"])
def test_absent_null_and_empty_genres_are_the_same(genres: Any) -> None:
    stage = AnswerStage()
    stage.add_artist("asked", {**make_artist("Band"), "genres": genres})
    assert stage.rows.artist_genre == []
    assert not stage.has_genres


def test_artist_of_an_answer_is_described_to_the_full() -> None:
    stage = AnswerStage()
    images = [{"url": "small", "width": 64}, {"url": "wide", "width": 640}]
    stage.add_artist("asked", {**make_artist("Band"), "images": images, "genres": ["folk"]})
    (artist,), (genre,) = stage.rows.artist, stage.rows.artist_genre
    assert (artist.artist_id, artist.image_url, artist.metadata_level) == ("asked", "wide", 3)
    assert genre == (artist.artist_ref, "folk", "spotify")


def test_release_without_id_or_name_is_left_out() -> None:
    stage = ReleaseStage()
    page = {"items": [make_album("Good"), make_album(""), make_album("No id", id=None), None]}
    assert stage.add_albums(page, "artist") == 1
    ((_, found_by, edition, is_first),) = stage.rows.release
    assert (found_by, edition, is_first) == ("artist", "good", False)


@pytest.mark.parametrize(
    ("kinds", "next_url", "hidden"),
    [
        (["album"] * 10, "more", True),
        (["album"] * 10, None, False),
        (["album"] * 9, "more", False),
        (["album"] * 9 + ["single"], "more", False),
        (["ALBUM"] * 10, "more", True),
    ],
)
def test_page_full_of_albums_hides_singles(
    kinds: list[str], next_url: str | None, hidden: bool
) -> None:
    items = [make_album(str(place), album_type=kind) for place, kind in enumerate(kinds)]
    assert hides_singles({"items": items, "next": next_url}, 10) is hidden
