"""Rate, and rank: the contract, and what people send by mistake or on purpose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from psycopg2.extensions import connection as Connection


def count(ledger: Connection, table: str) -> int:
    with ledger.cursor() as cursor:
        cursor.execute(f"select count(*) from warehouse.{table}")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def rate(client: FlaskClient, album: str, rating: object, **more: Any) -> Any:
    return client.post("/rank", json={"album": album, "rating": rating, **more})


def test_rating_an_album_ranks_it(client: FlaskClient) -> None:
    answer = rate(client, "To Pimp a Butterfly", 95)
    assert answer.status_code == 201
    assert answer.json["is_known_by_name_only"]
    ranking = client.get("/rankings").json
    assert [list(row.items())[:3] for row in ranking] == [
        [("album", "To Pimp a Butterfly"), ("average_rating", 95), ("num_ratings", 1)]
    ]


def test_latest_rating_of_a_listener_counts_and_all_are_kept(
    client: FlaskClient, ledger: Connection
) -> None:
    for rating in (95, 40, 40):
        assert rate(client, "Ágætis byrjun", rating).status_code == 201
    (row,) = client.get("/rankings").json
    assert (row["average_rating"], row["num_ratings"]) == (40, 1)
    assert count(ledger, "fact_album_rating") == 3
    assert [one["rating"] for one in client.get("/ratings?all=true").json] == [40, 40, 95]
    assert [one["rating"] for one in client.get("/ratings").json] == [40]


@pytest.mark.parametrize(
    ("album", "more"),
    [
        ("agætis BYRJUN", {}),
        ("Ágætis byrjun", {"artist": "sigur ros"}),
        ("anything", {"album_id": "album1"}),
    ],
)
def test_album_is_found_by_id_or_folded_name(
    client: FlaskClient, ledger: Connection, album: str, more: dict[str, str]
) -> None:
    answer = rate(client, album, 90, **more)
    assert (answer.status_code, answer.json["album_id"]) == (201, "album1")
    assert answer.json["is_known_by_name_only"] is False
    assert count(ledger, "dim_album") == 4


def test_two_greatest_hits_stay_two_and_one_without_artist_is_refused(
    client: FlaskClient, ledger: Connection
) -> None:
    answer = rate(client, "Greatest Hits", 90)
    assert answer.status_code == 409
    assert {one["artist"] for one in answer.json["candidates"]} == {"Queen", "ABBA"}
    assert count(ledger, "fact_album_rating") == 0
    for artist, rating in (("queen", 90), ("Abba", 70)):
        assert rate(client, "Greatest Hits", rating, artist=artist).status_code == 201
    assert [row["artist"] for row in client.get("/rankings").json] == ["Queen", "ABBA"]


def test_unknown_album_is_one_name_however_often_it_is_rated(
    client: FlaskClient, ledger: Connection
) -> None:
    for album in ("Blue", "BLUE", " blue "):
        rate(client, album, 80, artist="Joni Mitchell")
    assert count(ledger, "dim_album") == 5
    assert len(client.get("/rankings").json) == 1


def test_unknown_id_is_not_found(client: FlaskClient) -> None:
    answer = rate(client, "Blue", 80, album_id="nowhere")
    assert answer.status_code == 404
    assert answer.json["errors"][0]["field"] == "album_id"


@pytest.mark.parametrize(
    ("rating", "stored"), [(0, 0), (100, 100), (87.5, 87.5), (33.333, 33.33), (1e-9, 0)]
)
def test_rating_is_kept_to_two_decimals(client: FlaskClient, rating: float, stored: float) -> None:
    assert rate(client, "Blue", rating).json["rating"] == stored


@pytest.mark.parametrize(
    "rating", [-1, 101, "ninety", "95", None, True, [95], {}, 1e308, -0.001, 10**30]
)
def test_bad_rating_is_refused_with_its_field(
    client: FlaskClient, ledger: Connection, rating: object
) -> None:
    answer = rate(client, "Blue", rating)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert [fault["field"] for fault in answer.json["errors"]] == ["rating"]
    assert count(ledger, "fact_album_rating") == 0


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_refused(client: FlaskClient, text: str) -> None:
    body = f'{{"album": "Blue", "rating": {text}}}'
    answer = client.post("/rank", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "rating"


@pytest.mark.parametrize(
    "album", ["", " ", "\t\n", "x" * 10_000, "a\0b", "\ud800", None, 7, ["Blue"], {"a": 1}]
)
def test_bad_title_is_refused(client: FlaskClient, ledger: Connection, album: object) -> None:
    answer = client.post("/rank", json={"album": album, "rating": 50})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "album"
    assert count(ledger, "dim_album") == 4


@pytest.mark.parametrize(
    "text",
    [
        "🔥💿",
        "'; drop table warehouse.fact_play; --",
        "<script>alert(1)</script>",
        "%s %(x)s {0}",
        "ﷺ" * 300,
        "音楽",
    ],
)
def test_odd_words_are_kept_as_they_are_in_every_field(client: FlaskClient, text: str) -> None:
    answer = rate(client, text, 50, artist=text)
    assert answer.status_code == 201
    assert (answer.json["album"], answer.json["artist"]) == (text, text)
    assert client.get("/rankings").json[0]["album"] == text
    for path in ("/rankings", "/albums", "/search"):
        assert client.get(path, query_string={"q": text}).status_code == 200
    assert client.get("/rankings", query_string={"artist": text}).json[0]["album"] == text
    assert client.get("/rankings", query_string={"method": text}).status_code == 422
    assert rate(client, "Blue", 50, album_id=text).status_code == 404


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ('{"album": "Blue", "rating": 5}', "text/plain", 415),
        ("album=Blue&rating=5", "application/x-www-form-urlencoded", 415),
        ('{"album": "Blue", "rating": 5}', None, 415),
        ('{"album": "Blue", ', "application/json", 400),
        ("", "application/json", 400),
        ("[" * 15_000, "application/json", 400),
        ('{"rating": ' + "9" * 5000 + "}", "application/json", 400),
        ('[{"album": "Blue", "rating": 5}]', "application/json", 422),
        ("null", "application/json", 422),
        ('"{\\"album\\": \\"Blue\\", \\"rating\\": 5}"', "application/json", 422),
        ("{}", "application/json", 422),
        ('{"album": "Blue"}', "application/json", 422),
        ('{"album": "Blue", "rating": 5, "stars": 3}', "application/json", 422),
        ('{"album": "' + "x" * 20_000 + '"}', "application/json", 413),
        (b'{"album": "\xff", "rating": 5}', "application/json", 400),
    ],
)
def test_bad_body_is_refused(
    client: FlaskClient, ledger: Connection, body: str, content_type: str | None, status: int
) -> None:
    answer = client.post("/rank", data=body, content_type=content_type)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert {"title", "status", "detail"} <= answer.json.keys()
    assert (status not in {400, 422}) or answer.json["errors"]
    assert count(ledger, "fact_album_rating") == 0


def test_bayesian_mean_is_drawn_to_the_prior(client: FlaskClient, rank: Callable[..., Any]) -> None:
    rate(client, "Blue", 100)
    rate(client, "Ágætis byrjun", 40)
    rank()
    # m is 2, C the mean of all ratings: (1 * 100 + 2 * 70) / 3
    scores = [row["score"] for row in client.get("/rankings?method=bayesian").json]
    assert scores == [80, 60]


def test_plays_go_by_time_per_track(client: FlaskClient, rank: Callable[..., Any]) -> None:
    rank()
    rows = client.get("/rankings?method=plays").json
    assert [(row["album"], row["score"]) for row in rows] == [
        ("Ágætis byrjun", 240_000),
        ("Greatest Hits", 30_000),
    ]
    assert rows[0]["average_rating"] is None


def test_rankings_are_sorted_filtered_and_paged(client: FlaskClient) -> None:
    for album, rating in (("Cc", 50), ("Aa", 70), ("Bb", 60)):
        rate(client, album, rating)

    def names(query: str) -> list[str]:
        return [row["album"] for row in client.get(f"/rankings?{query}").json]

    assert names("") == ["Aa", "Bb", "Cc"]
    assert names("sort=-album") == ["Cc", "Bb", "Aa"]
    assert names("sort=average_rating") == ["Cc", "Bb", "Aa"]
    assert names("min_rating=60") == ["Aa", "Bb"]
    assert names("q=b") == ["Bb"]
    page = client.get("/rankings?limit=1&offset=1")
    assert [row["album"] for row in page.json] == ["Bb"]
    assert page.headers["X-Total-Count"] == "3"
    assert 'offset=0>; rel="prev"' in page.headers["Link"]
    assert 'offset=2>; rel="next"' in page.headers["Link"]


def test_equal_scores_are_ranked_the_same_way_every_time(client: FlaskClient) -> None:
    for album in ("Beta", "alpha", "Gamma"):
        rate(client, album, 50)
    assert [row["album"] for row in client.get("/rankings").json] == ["alpha", "Beta", "Gamma"]


def test_history_shows_the_ranks_of_a_day(client: FlaskClient, rank: Callable[..., Any]) -> None:
    rate(client, "Blue", 90)
    rank()
    row = client.get("/rankings/history").json[0]  # of today, if midnight was a moment ago
    assert (row["album"], row["rank"]) == ("Blue", 1)
    assert client.get(f"/rankings/history?date={row['date']}").json == [row]
    assert client.get("/rankings/history?date=2020-01-01").json == []
    assert client.get("/rankings/history?date=1").status_code == 422
