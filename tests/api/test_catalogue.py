"""Albums, search, and one's own numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from psycopg2.extensions import connection as Connection

from tests.api.conftest import enter


def test_albums_are_the_ledgers(client: FlaskClient) -> None:
    rows = client.get("/albums").json
    assert [(row["album"], row["artist"]) for row in rows] == [
        ("Ágætis byrjun", "Sigur Rós"),
        ("Greatest Hits", "ABBA"),
        ("Greatest Hits", "Queen"),
    ]
    assert {row["source"] for row in rows} == {"ledger"}


def test_empty_ledger_shows_a_sample_and_says_so(
    make_client: Callable[..., FlaskClient], connection: Connection
) -> None:
    client = enter(make_client(), connection)
    rows = client.get("/albums?limit=5").json
    assert len(rows) == 5
    assert {row["source"] for row in rows} == {"sample"}
    assert client.get("/rankings").json == []
    assert client.get("/").json["plays"] == 0


def test_first_rating_of_an_empty_ledger_makes_its_listener(
    make_client: Callable[..., FlaskClient], connection: Connection
) -> None:
    client = enter(make_client(), connection)
    assert client.post("/rank", json={"album": "Blue", "rating": 90}).status_code == 201
    assert [row["album"] for row in client.get("/rankings").json] == ["Blue"]
    assert [row["source"] for row in client.get("/albums").json] == ["ledger"]


@pytest.mark.parametrize(
    ("query", "albums"),
    [
        ("q=GREATEST", [3, 2]),
        ("artist=queen", [2]),
        ("year=1999", [1]),
        ("sort=-release_date", [1, 2, 3]),
        ("sort=artist", [3, 2, 1]),
        ("limit=1&offset=1", [3]),
        ("q=nothing", []),
    ],
)
def test_albums_are_filtered_sorted_and_paged(
    client: FlaskClient, query: str, albums: list[int]
) -> None:
    assert [row["album_key"] for row in client.get(f"/albums?{query}").json] == albums


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("sigur rós", "Sigur Rós"),
        ("SIGUR ROS", "Sigur Rós"),
        ("sigor ros", "Sigur Rós"),
        ("sigu", "Sigur Rós"),
        ("agaetis byrjun", "Ágætis byrjun"),
        ("under presure", "Under Pressure"),
        ("svefn g englar", "Svefn-g-englar"),
        ("abba", "ABBA"),
    ],
)
def test_search_forgives_accents_and_typos(client: FlaskClient, typed: str, name: str) -> None:
    assert client.get("/search", query_string={"q": typed}).json[0]["name"] == name


def test_search_finds_nothing_where_nothing_is_near(client: FlaskClient) -> None:
    assert client.get("/search?q=zzzzqqqq").json == []


def test_search_can_be_narrowed_to_a_kind(client: FlaskClient) -> None:
    kinds = {row["kind"] for row in client.get("/search?q=greatest+hits&kind=album").json}
    assert kinds == {"album"}


def test_search_finds_what_has_just_been_rated(client: FlaskClient) -> None:
    assert client.get("/search?q=vespertine").json == []
    client.post("/rank", json={"album": "Vespertine", "rating": 90, "artist": "Björk"})
    found = client.get("/search?q=vespertin").json
    assert [(row["kind"], row["name"]) for row in found] == [("album", "Vespertine")]
    assert client.get("/search?q=bjork").json[0]["name"] == "Björk"


def test_artist_shows_own_numbers_as_main_artist_and_as_guest(client: FlaskClient) -> None:
    main = client.get("/artists/artist1").json
    assert (main["play_count"], main["main_play_count"], main["hours_listened"]) == (2, 2, 0.13)
    assert main["first_played_at"].startswith("2026-05-01T12:00:00")
    guest = client.get("/artists/artist4").json
    assert (guest["main_play_count"], guest["featured_play_count"]) == (0, 1)


def test_track_counts_all_tracks_of_its_recording(client: FlaskClient, ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            """
            insert into warehouse.dim_recording (recording_key, name) values (5, 'one');
            update warehouse.dim_track set recording_key = 5;
            """
        )
    track = client.get("/tracks/track1").json
    assert track["play_count"] == 3
    assert track["artists"] == [{"artist": "Sigur Rós", "artist_id": "artist1", "role": "main"}]


def test_album_shows_own_rating_and_is_found_by_key(client: FlaskClient) -> None:
    client.post("/rank", json={"album": "Ágætis byrjun", "rating": 91})
    assert client.get("/albums/album1").json["rating"] == 91
    assert client.get("/albums/1").json == client.get("/albums/album1").json
    unseen = client.get("/albums/album3").json
    assert (unseen["play_count"], unseen["certainty"]) == (None, "not seen")


@pytest.mark.parametrize("path", ["/albums/0", "/artists/nobody", "/tracks/99999", "/tracks/0"])
def test_unknown_thing_is_not_found(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_daily_report_shows_a_day(client: FlaskClient) -> None:
    report = client.get("/daily-report?date=2026-05-01").json
    assert (report["date"], report["play_count"], report["hours_listened"]) == (
        "2026-05-01",
        1,
        0.07,
    )
    assert client.get("/daily-report").json["is_today"] is True
    assert client.get("/daily-report?date=1999-01-01").status_code == 404
    assert client.get("/daily-report?date=tomorrow").status_code == 422
