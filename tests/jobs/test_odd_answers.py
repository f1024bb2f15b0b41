"""Answers of every shape, for one object or a side place: none ends a run or stops a queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from jobs import artists_and_tracks, new_releases
from simulator.server import SimulatedServer
from tests.jobs.history import import_history
from tests.jobs.test_artists_and_tracks import find_albums, read
from tests.jobs.test_queues import ANSWERS, OWED, add_mood, count_lacking

Start = Callable[..., SimulatedServer]
Run = Callable[..., str]

#: What a 200 may carry; each is met by one track, one album and one artist.
BODIES: dict[str, Any] = {
    "nothing": "",
    "an empty object": {},
    "a list": [],
    "a word": '"later"',
    "half an object": '{"name": "x", "id"',
    "no UTF-8": "\udcff",
    "an error": {"error": {"status": 500, "message": "x"}},
    "numbers for texts": {"id": 5, "name": 5, "type": 5, "artists": 5, "album": 5, "tracks": 5},
    "nothing but a name": {"name": "x"},
    "lists of anything": {
        "name": "x",
        "artists": [None, 5, "x", {}, {"id": None, "name": None}],
        "album": [],
        "genres": {"a": 1},
        "images": [None, {"url": 5}],
        "tracks": {"items": [None, 5, {}, {"id": ""}], "next": 5, "total": "x"},
        "total_tracks": -1,
        "duration_ms": "x",
        "release_date": "2020-99-99",
        "release_date_precision": 5,
        "external_ids": [],
    },
    "numbers beyond all bounds": {
        "name": "x",
        "duration_ms": 10**30,
        "total_tracks": 10**30,
        "disc_number": 10**12,
        "track_number": -(10**12),
        "tracks": {"items": [], "total": 10**30, "next": "x"},
    },
    "signs that no text can hold": {"name": "\x00x\x00", "artists": [{"name": "\ud800"}]},
}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let retries follow one another at once."""
    monkeypatch.setattr("everheard.sources.http._FIRST_BACKOFF_SECONDS", 0.0)


@pytest.mark.product
@pytest.mark.parametrize("name", BODIES)
def test_odd_answer_for_one_of_each_kind_costs_no_other(
    connection: Connection, start_spotify: Start, run_job: Run, name: str
) -> None:
    spotify = start_spotify()
    albums = find_albums(spotify, least=5)[:6]
    tracks = [track for album in albums for track in album.tracks[:3]]
    import_history(connection, [(track, 300_000 - place) for place, track in enumerate(tracks)])
    body = BODIES[name] if isinstance(BODIES[name], str) else json.dumps(BODIES[name])
    bad = {tracks[0].id, albums[1].id, albums[2].artists[0].id}
    for endpoint in ("track", "album", "artist"):
        spotify.world.add_mood("odd_answer", endpoint, ids=bad, body=body)
    said = run_job(artists_and_tracks, spotify)
    assert said.endswith("left nothing")
    assert count_lacking(connection) <= 1
    artists = "select count(*) from warehouse.dim_artist where metadata_level < 3"
    assert read(connection, f"{artists} and artist_id is not null")[0][0] <= 1
    spotify.world.calls.reset()
    assert "calls 0" in run_job(artists_and_tracks, spotify)


@pytest.mark.product
@pytest.mark.parametrize("answer", ANSWERS)
def test_further_page_that_is_never_answered_costs_its_tracks_nothing(
    connection: Connection, start_spotify: Start, run_job: Run, answer: str
) -> None:
    spotify = start_spotify(tracks=12_000)
    album = find_albums(spotify, least=55, most=100)[0]
    import_history(connection, [(one, 200_000) for one in [*album.tracks[:3], *album.tracks[-2:]]])
    add_mood(spotify, answer, "album_tracks")
    assert "asked again later 1, left" in run_job(artists_and_tracks, spotify)
    assert count_lacking(connection) == 0
    assert [kind for kind, *_ in read(connection, OWED)] == ["album-tracks"]


@pytest.mark.product
@pytest.mark.parametrize("name", BODIES)
def test_odd_answers_of_side_places_cost_no_artist(
    connection: Connection, start_spotify: Start, run_job: Run, name: str
) -> None:
    spotify = start_spotify(listeners=["steady"], ceilings={})
    body = BODIES[name] if isinstance(BODIES[name], str) else json.dumps(BODIES[name])
    run_job(new_releases, spotify)
    ((bad, whole),) = read(
        connection,
        "select min(artist.artist_id), count(*) from warehouse.etl_artist_watch"
        " join warehouse.dim_artist as artist using (artist_key)",
    )
    read(connection, "delete from warehouse.etl_artist_watch returning 1")
    read(connection, "delete from warehouse.etl_capability returning 1")
    for endpoint in ("search", "new_releases", "following"):
        spotify.world.add_mood("odd_answer", endpoint, body=body)
    spotify.world.add_mood("odd_answer", "artist_albums", ids=[bad], body=body)
    assert f"artists asked {whole}" in run_job(new_releases, spotify)
    assert read(connection, "select count(*) from warehouse.etl_artist_watch")[0][0] >= whole - 1
    assert read(connection, "select count(*) from warehouse.bridge_listener_artist") == [(whole,)]


ENTRIES = {
    "null": None,
    "a number": 5,
    "an empty object": {},
    "numbers for texts": {"id": 5, "name": 5, "artists": 5, "release_date": 5},
    "no id": {"name": "x", "artists": [{"name": "x"}], "release_date": "2026-01-01"},
}


@pytest.mark.product
@pytest.mark.parametrize("name", ENTRIES)
def test_odd_entries_among_good_ones_cost_none_of_them(
    connection: Connection, start_spotify: Start, run_job: Run, name: str
) -> None:
    spotify = start_spotify(listeners=["steady"], ceilings={})
    page = {"items": [ENTRIES[name]] * 3, "next": None, "total": 3}
    for endpoint in ("search", "new_releases", "artist_albums"):
        inside = page if endpoint == "artist_albums" else {"albums": page}
        spotify.world.add_mood("odd_answer", endpoint, body=json.dumps(inside))
    assert "artists asked 30" in run_job(new_releases, spotify)
    assert read(connection, "select count(*) from warehouse.etl_artist_watch") == [(30,)]
