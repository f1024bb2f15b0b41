"""What new_releases finds, marks as new and describes: against a simulator that counts calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from psycopg2.extensions import connection as Connection

from jobs import artists_and_tracks, new_releases
from simulator.catalogue import SimulatedAlbum, SimulatedArtist, SimulatedTrack
from simulator.clock import DAY_MS
from simulator.discography import make_catalogue
from simulator.randomness import base62
from simulator.server import SimulatedServer
from tests.jobs.history import import_history

Start = Callable[..., SimulatedServer]
Run = Callable[..., str]


def read(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@pytest.fixture
def spotify(start_spotify: Start, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedServer]:
    """Start a simulator whose listener follows nobody, with a catalogue of its own to add to."""
    monkeypatch.setattr("simulator.library_endpoints.FOLLOWED_AMONG", 0)
    make_catalogue.cache_clear()
    yield start_spotify()
    make_catalogue.cache_clear()


@pytest.fixture
def artist(spotify: SimulatedServer) -> SimulatedArtist:
    """Return an artist with a few albums, nothing odd about them, and nothing to come."""
    now_ms = spotify.world.clock.now_ms
    return next(
        artist
        for artist in spotify.world.catalogue.artists
        if 2 <= len(artist.albums) <= 4
        and artist.popularity
        and artist.name
        and all(album.released_ms < now_ms - 90 * DAY_MS for album in artist.albums)
        and all(track.blanked_ms is None for album in artist.albums for track in album.tracks)
    )


@pytest.fixture
def heard(
    connection: Connection, spotify: SimulatedServer, artist: SimulatedArtist, run_job: Run
) -> SimulatedArtist:
    """Let the listener have heard the artist, and the ledger know whose id that is."""
    import_history(connection, [(artist.albums[0].tracks[0], 200_000)])
    run_job(artists_and_tracks, spotify)
    spotify.world.calls.reset()
    return artist


def release(
    spotify: SimulatedServer, artist: SimulatedArtist, name: str, track_count: int = 3, **more: Any
) -> SimulatedAlbum:
    """Let an artist release an album now; the simulated day is also the database's."""
    world = spotify.world
    now_ms = world.clock.now_ms
    fields = {
        "album_type": "album",
        "release_date": more.pop("released", None) or read_today(),
        "release_date_precision": "day",
        **more,
    }
    number = len(world.catalogue.album_by_id)
    album = SimulatedAlbum(
        id=base62("added", number),
        name=name,
        artists=(artist,),
        released_ms=now_ms,
        upc="",
        label="",
        **fields,
    )
    for place in range(track_count):
        track_id = base62("added", number, place)
        track = SimulatedTrack(
            track_id,
            f"{name} {place}",
            album,
            (artist,),
            1,
            place + 1,
            200_000,
            False,
            None,
            1,
            f"spotify:track:{track_id}",
        )
        album.tracks.append(track)
        world.catalogue.track_by_id[track_id] = track
    artist.albums.append(album)
    world.catalogue.album_by_id[album.id] = album
    return album


def read_today() -> str:
    return datetime.now(UTC).date().isoformat()


def let_a_day_pass(connection: Connection) -> None:
    """Let a day and more pass for the ledger."""
    read(
        connection,
        "update warehouse.etl_artist_watch set asked_at = asked_at - interval '3 days' returning 1",
    )


def list_new(connection: Connection) -> list[str]:
    return [
        name for (name,) in read(connection, "select album_name from bi.new_release order by 1")
    ]


def test_first_run_marks_what_is_older_as_seen_not_as_new(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    run_job(new_releases, spotify)
    seen = read(connection, "select is_new, count(*) from warehouse.fact_album_release group by 1")
    assert seen == [(False, len(heard.albums))]
    assert list_new(connection) == []


def test_new_album_is_found_once_with_all_its_tracks(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    run_job(new_releases, spotify)
    album = release(spotify, heard, "Long Awaited", track_count=70)
    let_a_day_pass(connection)
    assert "new 1" in run_job(new_releases, spotify)
    assert list_new(connection) == ["Long Awaited"]
    tracks = read(
        connection,
        "select track_id from warehouse.dim_track as track join warehouse.dim_album as album"
        " using (album_key) where album.name = 'Long Awaited' order by track_number",
    )
    assert [one for (one,) in tracks] == [track.id for track in album.tracks]
    spotify.world.calls.reset()
    let_a_day_pass(connection)
    assert "new 0" in run_job(new_releases, spotify)
    assert spotify.world.calls.count("album") == 0


def test_artist_is_not_asked_before_the_next_turn(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    run_job(new_releases, spotify)
    asked = spotify.world.calls.count("artist_albums")
    run_job(new_releases, spotify)
    assert spotify.world.calls.count("artist_albums") == asked


def test_followed_artists_are_watched(
    connection: Connection, start_spotify: Start, run_job: Run
) -> None:
    spotify = start_spotify(listeners=["steady"])
    run_job(new_releases, spotify)
    (followed,) = read(connection, "select count(*) from warehouse.bridge_listener_artist")
    assert followed == (30,)
    asked = read(connection, "select count(*) from warehouse.etl_artist_watch")
    assert asked == [(30,)]


def test_editions_of_one_album_are_new_once(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    run_job(new_releases, spotify)
    release(spotify, heard, "Blue Harbour")
    release(spotify, heard, "Blue Harbour (Deluxe Edition)", track_count=5)
    let_a_day_pass(connection)
    run_job(new_releases, spotify)
    assert len(list_new(connection)) == 1
    release(spotify, heard, "Blue Harbour [Expanded]")
    let_a_day_pass(connection)
    run_job(new_releases, spotify)
    assert len(list_new(connection)) == 1


@pytest.mark.parametrize(("days", "count"), [(50, 0), (70, 1)])
def test_edition_is_joined_within_sixty_days(
    connection: Connection,
    spotify: SimulatedServer,
    heard: SimulatedArtist,
    run_job: Run,
    days: int,
    count: int,
) -> None:
    earlier = datetime.now(UTC).date() - timedelta(days=days)
    release(spotify, heard, "Blue Harbour", released=earlier.isoformat())
    run_job(new_releases, spotify)
    release(spotify, heard, "Blue Harbour (Deluxe)")
    let_a_day_pass(connection)
    run_job(new_releases, spotify)
    assert len(list_new(connection)) == count


def test_single_of_the_same_name_is_no_edition(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    run_job(new_releases, spotify)
    release(spotify, heard, "Blue Harbour", album_type="single", track_count=1)
    release(spotify, heard, "Blue Harbour")
    let_a_day_pass(connection)
    run_job(new_releases, spotify)
    assert list_new(connection) == ["Blue Harbour", "Blue Harbour"]


def test_single_behind_a_page_full_of_albums_is_found(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    for number in range(10):
        release(spotify, heard, f"Old {number}", released="2020-01-01")
    release(spotify, heard, "Old Single", released="2020-01-01", album_type="single")
    run_job(new_releases, spotify)
    release(spotify, heard, "Fresh Single", album_type="single", track_count=1)
    let_a_day_pass(connection)
    run_job(new_releases, spotify)
    assert list_new(connection) == ["Fresh Single"]


def test_vague_date_is_new_only_if_the_artist_was_looked_at_before(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    vague = {"released": read_today()[:4], "release_date_precision": "year"}
    release(spotify, heard, "Sometime", **vague)
    run_job(new_releases, spotify)
    assert list_new(connection) == []
    release(spotify, heard, "This Year", **vague)
    let_a_day_pass(connection)
    run_job(new_releases, spotify)
    assert list_new(connection) == ["This Year"]


def test_refused_limit_is_lowered_once(
    connection: Connection,
    start_spotify: Start,
    spotify: SimulatedServer,
    heard: SimulatedArtist,
    run_job: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("everheard.enrich.releases.PAGE_SIZE", 20)
    searched = run_job(new_releases, spotify)
    assert "artists asked 1" in searched
    statuses = [call.status for call in spotify.world.calls.log if call.endpoint == "artist_albums"]
    assert statuses == [400, 200]


def test_quota_that_ends_while_describing_goes_on_next_time(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    run_job(new_releases, spotify)
    release(spotify, heard, "Long Awaited", track_count=70)
    let_a_day_pass(connection)
    spotify.world.limits.ceilings = {"album_tracks": 0}
    run_job(new_releases, spotify, code=75)
    spotify.world.limits.ceilings = {}
    spotify.world.calls.reset()
    read(connection, "delete from warehouse.etl_quota returning 1")
    run_job(new_releases, spotify)
    counts = spotify.world.calls.describe()["by_endpoint"]
    assert (counts.get("album"), counts["album_tracks"]) == (None, 1)


def test_old_app_reads_spotifys_own_list(
    connection: Connection, start_spotify: Start, run_job: Run
) -> None:
    spotify = start_spotify(app="old", listeners=["steady"], tracks=6000)
    run_job(new_releases, spotify)
    assert spotify.world.calls.count("new_releases") >= 1
    asked = {
        capability
        for (capability,) in read(
            connection, "select capability from warehouse.etl_capability where is_available"
        )
    }
    assert {"new-releases", "search-new"} <= asked


def test_new_app_is_tried_once_for_spotifys_own_list(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    run_job(new_releases, spotify)
    run_job(new_releases, spotify)
    assert spotify.world.calls.count("new_releases") == 1


def test_feed_lists_what_is_new(
    connection: Connection,
    spotify: SimulatedServer,
    heard: SimulatedArtist,
    run_job: Run,
    tmp_path: Path,
) -> None:
    feed = tmp_path / "web" / "releases.xml"
    run_job(new_releases, spotify, FEED_PATH=str(feed))
    release(spotify, heard, "Salt & <Silver>")
    let_a_day_pass(connection)
    run_job(new_releases, spotify, FEED_PATH=str(feed))
    atom = "{http://www.w3.org/2005/Atom}"
    titles = [title.text for title in ElementTree.parse(feed).findall(f"{atom}entry/{atom}title")]
    assert titles == [f"{heard.name}: Salt & <Silver>"]
    assert [path.name for path in feed.parent.iterdir()] == ["releases.xml"]


def test_releases_are_of_the_listener_who_plays_the_artist(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    run_job(new_releases, spotify)
    release(spotify, heard, "Long Awaited")
    let_a_day_pass(connection)
    run_job(new_releases, spotify)
    row = read(
        connection,
        "select artist_name, artist_play_count, is_followed, found_by, track_count"
        " from bi.new_release",
    )
    assert row == [(heard.name, 1, False, "artist", 3)]


def test_token_that_ends_in_mid_run_is_renewed(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    spotify.world.add_mood("unauthorised", "artist_albums", times=1)
    run_job(new_releases, spotify)
    assert read(connection, "select count(*) from warehouse.etl_artist_watch") == [(1,)]


@pytest.mark.parametrize("mood", ["not_found", "empty_page"])
def test_artist_whose_albums_do_not_come_has_had_the_turn(
    connection: Connection,
    spotify: SimulatedServer,
    heard: SimulatedArtist,
    run_job: Run,
    mood: str,
) -> None:
    spotify.world.add_mood(mood, "artist_albums")
    run_job(new_releases, spotify)
    run_job(new_releases, spotify)
    assert spotify.world.calls.count("artist_albums") == 1


def test_spent_quota_of_artists_ends_the_run_with_what_it_has(
    connection: Connection, start_spotify: Start, run_job: Run
) -> None:
    spotify = start_spotify(listeners=["steady"], ceilings={"artist_albums": 7})
    run_job(new_releases, spotify, code=75)
    assert read(connection, "select count(*) from warehouse.etl_artist_watch") == [(7,)]
    run_job(new_releases, spotify)
    assert spotify.world.calls.count("artist_albums") == 8


def test_sign_in_without_the_follow_scope_still_finds_what_is_played(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    world = spotify.world
    world.accounts.sign_in(world.listener().name, world.clock.now_ms, "user-read-recently-played")
    assert "artists asked 1" in run_job(new_releases, spotify)


def test_dry_run_asks_nothing(
    connection: Connection, spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    assert "artists whose turn it is 1" in run_job(new_releases, spotify, "--dry-run")
    assert spotify.world.calls.count() == 0


def test_spent_quota_of_a_day_is_said(
    spotify: SimulatedServer, heard: SimulatedArtist, run_job: Run
) -> None:
    """No calls, and no word why, would be a riddle."""
    assert "day's quota" not in run_job(new_releases, spotify)
    release(spotify, heard, "Blue Harbour")
    assert "calls 0, day's quota spent," in run_job(
        new_releases, spotify, METADATA_CALLS_PER_DAY="1"
    )
