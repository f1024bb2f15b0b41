"""One object's trouble costs no other: object by answer, for every job that keeps a queue.

The table of docs/metadata.md ("What one object's trouble costs") is what these tests find.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from everheard.sources.musicbrainz import client as musicbrainz
from jobs import artists_and_tracks, new_releases
from simulator.server import SimulatedServer
from tests.jobs.history import import_history
from tests.jobs.test_artists_and_tracks import find_albums, read

Start = Callable[..., SimulatedServer]
Run = Callable[..., str]

#: What one object may be answered with, for ever; each as the mood and its particulars.
ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "500": ("server_error", {"status": 500}),
    "502": ("server_error", {"status": 502}),
    "no answer": ("disconnected", {}),
    "null": ("null_answer", {}),
    "a web page": ("not_json", {}),
    "an empty 404": ("not_found", {}),
    "401": ("unauthorised", {}),
}
OWED = "select kind, spotify_id, reason from warehouse.etl_owed_answer where reason <> 'pages'"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let retries follow one another at once."""
    monkeypatch.setattr("everheard.sources.http._FIRST_BACKOFF_SECONDS", 0.0)
    monkeypatch.setattr(musicbrainz, "_PAUSE_SECONDS", 0.0)


def add_mood(spotify: SimulatedServer, answer: str, endpoint: str, *ids: str | None) -> None:
    kind, particulars = ANSWERS[answer]
    spotify.world.add_mood(kind, endpoint, ids=ids, **particulars)


def count_lacking(connection: Connection) -> int:
    ((count,),) = read(
        connection,
        "select count(*) from warehouse.dim_track where metadata_level < 2 and track_key <> 0",
    )
    return int(count)


@pytest.mark.product
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("kind", ["track", "album", "artist"])
def test_one_object_of_the_catalogue_costs_no_other(
    connection: Connection, start_spotify: Start, run_job: Run, kind: str, answer: str
) -> None:
    spotify = start_spotify()
    albums = find_albums(spotify, least=5)[:4]
    tracks = [track for album in albums for track in album.tracks[:4]]
    import_history(connection, [(track, 300_000 - place) for place, track in enumerate(tracks)])
    bad = {"track": tracks[0], "album": albums[0], "artist": albums[0].artists[0]}[kind]
    add_mood(spotify, answer, kind, bad.id)
    said = run_job(artists_and_tracks, spotify)
    assert "asked again later 1, left nothing" in said
    reason = "empty" if answer == "an empty 404" else "trouble"
    # A track that is not answered itself is described by its album, and no longer owed.
    assert read(connection, OWED) == ([] if kind == "track" else [(kind, bad.id, reason)])
    assert count_lacking(connection) == 0
    artists = "select count(*) from warehouse.dim_artist where artist_id is not null"
    lacking = read(connection, f"{artists} and metadata_level < 3")
    assert lacking == [(1 if kind == "artist" else 0,)]
    spotify.world.calls.reset()
    assert "calls 0" in run_job(artists_and_tracks, spotify)
    read(connection, "update warehouse.etl_owed_answer set ask_again_at = now() returning 1")
    spotify.world.moods.clear()
    run_job(artists_and_tracks, spotify)
    # An album whose tracks were described one by one is needed no more, and not asked for.
    assert read(connection, OWED) == ([(kind, bad.id, reason)] if kind == "album" else [])
    assert read(connection, f"{artists} and metadata_level < 3") == [(0,)]


def test_pause_grows_with_every_answer_in_vain(
    connection: Connection, start_spotify: Start, run_job: Run
) -> None:
    spotify = start_spotify()
    (track,) = find_albums(spotify, least=5)[0].tracks[:1]
    import_history(connection, [(track, 300_000)])
    add_mood(spotify, "500", "track", track.id)
    hours = []
    for _ in range(3):
        run_job(artists_and_tracks, spotify)
        ((pause,),) = read(
            connection,
            "select round(extract(epoch from ask_again_at - asked_at) / 3600)::integer"
            " from warehouse.etl_owed_answer",
        )
        hours.append(pause)
        read(connection, "update warehouse.etl_owed_answer set ask_again_at = now() returning 1")
    assert hours == [6, 12, 24]


@pytest.mark.parametrize("answer", ["500", "a web page"])
def test_many_bad_objects_in_front_of_good_ones_are_passed(
    connection: Connection, start_spotify: Start, run_job: Run, answer: str
) -> None:
    """Several in a row are taken for Spotify's trouble, and the next run goes on behind them."""
    spotify = start_spotify()
    albums = find_albums(spotify, least=5)[:8]
    tracks = [album.tracks[0] for album in albums]
    import_history(connection, [(track, 300_000 - place) for place, track in enumerate(tracks)])
    add_mood(spotify, answer, "track", *[track.id for track in tracks[:5]])
    run_job(artists_and_tracks, spotify, code=69)
    for _ in range(3):
        run_job(artists_and_tracks, spotify)
    assert count_lacking(connection) == 5


def test_spotify_that_is_away_altogether_is_asked_few_times(
    connection: Connection, start_spotify: Start, run_job: Run
) -> None:
    spotify = start_spotify()
    albums = find_albums(spotify, least=5)[:10]
    tracks = [track for album in albums for track in album.tracks[:2]]
    import_history(connection, [(track, 300_000) for track in tracks])
    add_mood(spotify, "500", "*")
    spotify.world.moods.clear("server_error", "*")
    for endpoint in ("track", "tracks", "album", "artist", "artists"):
        add_mood(spotify, "500", endpoint)
    said = run_job(artists_and_tracks, spotify, code=69)
    assert "Spotify is in trouble" in said
    assert spotify.world.calls.count() - spotify.world.calls.count("token") <= 18


@pytest.mark.product
@pytest.mark.parametrize("answer", [*ANSWERS, "403", "429", "an answer of another length"])
def test_batches_that_are_not_answered_give_way_to_single_calls(
    connection: Connection, start_spotify: Start, run_job: Run, answer: str
) -> None:
    spotify = start_spotify(app="old")
    tracks = find_albums(spotify, least=5)[0].tracks[:3]
    import_history(connection, [(track, 300_000) for track in tracks])
    for endpoint in ("tracks", "artists"):
        if answer in ANSWERS:
            add_mood(spotify, answer, endpoint)
        elif answer == "403":
            spotify.world.add_mood("server_error", endpoint, status=403)
        elif answer == "429":
            spotify.world.add_mood("rate_limited", endpoint, retry_after=None)
        else:
            spotify.world.add_mood("other_length", endpoint)
    assert run_job(artists_and_tracks, spotify).endswith("left nothing")
    assert count_lacking(connection) == 0


@pytest.mark.product
@pytest.mark.parametrize("answer", ANSWERS)
def test_one_object_that_spoils_a_batch_is_found(
    connection: Connection, start_spotify: Start, run_job: Run, answer: str
) -> None:
    spotify = start_spotify(app="old")
    albums = find_albums(spotify, least=5)[:12]
    first, *others = [track for album in albums for track in album.tracks[:5]]
    import_history(connection, [(first, 100_000)])
    run_job(artists_and_tracks, spotify)  # batches are known to be answered
    import_history(connection, [(track, 300_000 - n) for n, track in enumerate(others)])
    bad = others[7]
    add_mood(spotify, answer, "tracks", bad.id)
    said = run_job(artists_and_tracks, spotify)
    assert "asked again later 1, left nothing" in said
    assert count_lacking(connection) == 1
    assert [one for _, one, _ in read(connection, OWED)] == [bad.id]
    assert spotify.world.calls.count("track") == 0


def test_row_with_an_empty_id_costs_no_call_and_no_other(
    connection: Connection, start_spotify: Start, run_job: Run
) -> None:
    spotify = start_spotify()
    tracks = find_albums(spotify, least=5)[0].tracks[:3]
    import_history(connection, [(track, 300_000) for track in tracks])
    for statement in (
        "insert into warehouse.dim_track (track_id, track_uri, name, folded_name,"
        " folded_artist_name, match_key, metadata_level)"
        " values ('', 'spotify:track:', 'x', 'x', 'x', 999999, 1) returning 1",
        "insert into warehouse.dim_artist (artist_id, name, folded_name, metadata_level)"
        " values ('', 'x', 'x', 2) returning 1",
    ):
        read(connection, statement)
    assert run_job(artists_and_tracks, spotify).endswith("asked again later 2, left nothing")
    assert count_lacking(connection) == 1


@pytest.mark.product
@pytest.mark.parametrize("mood", ["odd_next", "repeating_next", "empty_page", "empty_id"])
def test_odd_links_and_items_end_no_album(
    connection: Connection, start_spotify: Start, run_job: Run, mood: str
) -> None:
    spotify = start_spotify(tracks=12_000)
    long, short = (
        find_albums(spotify, least=55, most=100)[0],
        find_albums(spotify, least=5, most=20)[0],
    )
    import_history(connection, [(one, 200_000) for one in [*long.tracks[:3], long.tracks[-1]]])
    import_history(connection, [(one, 100_000) for one in short.tracks[:3]])
    for endpoint in ("album", "album_tracks"):
        spotify.world.add_mood(mood, endpoint)
    assert run_job(artists_and_tracks, spotify).endswith("left nothing")
    assert spotify.world.calls.count("album_tracks") <= 3


@pytest.fixture
def followed(start_spotify: Start) -> SimulatedServer:
    return start_spotify(listeners=["steady"], ceilings={})


@pytest.mark.product
@pytest.mark.parametrize("answer", ANSWERS)
def test_one_artist_without_an_answer_costs_no_other_release(
    connection: Connection, followed: SimulatedServer, run_job: Run, answer: str
) -> None:
    run_job(new_releases, followed)
    ((bad, whole),) = read(
        connection,
        "select min(artist.artist_id), count(*) from warehouse.etl_artist_watch"
        " join warehouse.dim_artist as artist using (artist_key)",
    )
    read(connection, "delete from warehouse.etl_artist_watch returning 1")
    add_mood(followed, answer, "artist_albums", bad)
    assert "asked again later 1" in run_job(new_releases, followed)
    assert read(connection, "select count(*) from warehouse.etl_artist_watch") == [(whole - 1,)]
    assert [one for _, one, _ in read(connection, OWED)] == [bad]
    followed.world.calls.reset()
    run_job(new_releases, followed)
    assert followed.world.calls.count("artist_albums") == 0


@pytest.mark.product
@pytest.mark.parametrize("endpoint", ["search", "new_releases"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_list_that_is_not_answered_costs_no_artist(
    connection: Connection, followed: SimulatedServer, run_job: Run, endpoint: str, answer: str
) -> None:
    add_mood(followed, answer, endpoint)
    assert "artists asked 30" in run_job(new_releases, followed)
    calls = followed.world.calls.count(endpoint)
    run_job(new_releases, followed)
    assert followed.world.calls.count(endpoint) == calls


@pytest.mark.product
@pytest.mark.parametrize("mood", ["odd_next", "repeating_next", "empty_page", "empty_id"])
def test_list_of_an_old_app_with_odd_links_ends(
    connection: Connection, start_spotify: Start, run_job: Run, mood: str
) -> None:
    spotify = start_spotify(app="old", listeners=["steady"], tracks=6000)
    for endpoint in ("search", "new_releases", "artist_albums"):
        spotify.world.add_mood(mood, endpoint)
    assert "artists asked 30" in run_job(new_releases, spotify)


@pytest.mark.product
@pytest.mark.parametrize("answer", ANSWERS)
def test_followed_artists_that_do_not_come_cost_nothing_else(
    connection: Connection, followed: SimulatedServer, run_job: Run, answer: str
) -> None:
    run_job(new_releases, followed)
    read(connection, "update warehouse.etl_artist_watch set asked_at = '2020-01-01' returning 1")
    add_mood(followed, answer, "following")
    assert "artists asked 30" in run_job(new_releases, followed)
    assert read(connection, "select count(*) from warehouse.bridge_listener_artist") == [(30,)]


@pytest.mark.product
@pytest.mark.parametrize("mood", ["odd_next", "repeating_next", "empty_page", "other_length"])
def test_followed_artists_that_were_told_are_kept_and_nobody_is_dropped(
    connection: Connection, followed: SimulatedServer, run_job: Run, mood: str
) -> None:
    followed.world.add_mood(mood, "following")
    run_job(new_releases, followed)
    told = {"empty_page": 0, "other_length": 29}.get(mood, 30)
    kept = "select count(*) from warehouse.bridge_listener_artist"
    assert read(connection, kept) == [(told,)]
    followed.world.moods.clear()
    run_job(new_releases, followed)
    followed.world.add_mood("empty_page", "following")
    run_job(new_releases, followed)
    assert read(connection, kept) == [(30,)]


@pytest.mark.product
@pytest.mark.parametrize("answer", ["500", "null", "a web page", "no answer"])
def test_one_artist_without_genres_costs_no_other(
    connection: Connection, start_spotify: Start, run_job: Run, answer: str
) -> None:
    spotify = start_spotify()
    tracks = [album.tracks[0] for album in find_albums(spotify, least=5)[:5]]
    import_history(connection, [(track, 300_000 - n) for n, track in enumerate(tracks)])
    add_mood(spotify, answer, "musicbrainz_isrc", (tracks[0].isrc or "").upper())
    asked = {
        "MUSICBRAINZ_CONTACT": "me@example.org",
        "MUSICBRAINZ_URL": spotify.musicbrainz_url,
    }
    run_job(artists_and_tracks, spotify, **asked)
    assert [kind for kind, *_ in read(connection, OWED)] == ["genres"]
    told = "select count(*) > 2 from warehouse.dim_artist where genres_asked_at is not null"
    assert read(connection, told) == [(True,)]
    spotify.world.calls.reset()
    run_job(artists_and_tracks, spotify, **asked)
    assert spotify.world.calls.count("musicbrainz_isrc") == 0
