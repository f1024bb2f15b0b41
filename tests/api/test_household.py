"""What a stranger of the household can tell of what others heard: nothing, on any route."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from psycopg2.extensions import connection as Connection

from everheard.ledger.operations.tokens import insert_token
from everheard.ledger.ranks import load_ranks
from everheard.ledger.ratings import find_album, insert_ratings
from everheard.rows import GivenRating
from tests.api.conftest import LEDGER, derive_summaries

HOUSEHOLD = """
insert into warehouse.dim_listener (listener_key, account_id, display_name, timezone) values
(1, 'ana', 'Ana', 'Europe/Berlin'), (2, 'bob', 'Bob', 'Europe/Berlin');
select setval(pg_get_serial_sequence('warehouse.dim_artist', 'artist_key'), 10),
    setval(pg_get_serial_sequence('warehouse.dim_album', 'album_key'), 10);
"""
#: Every route that answers of the ledger, by what Ana heard and rated.
ASKED = [
    "/",
    "/albums",
    "/albums?q=greatest",
    "/search?q=queen",
    "/search?q=greatest+hits",
    "/search?q=svefn",
    "/search?q=secret",
    *(f"/{kind}s/{one}" for kind in ("artist", "album", "track") for one in (f"{kind}1", 1, 2)),
    "/rankings",
    "/rankings?method=plays",
    "/rankings/history",
    "/rankings/history?album_id=album1",
    "/ratings?all=true",
    "/ratings?album_key=1",
    "/daily-report?date=2026-05-01",
    "/dashboard/index.html",
    "/dashboard/names.js",
    "/dashboard/news",
]
RATED = [
    {"album": "Greatest Hits", "rating": 50},
    {"album": "Greatest Hits", "artist": "Queen", "rating": 50},
    {"album": "Blue", "album_id": "album1", "rating": 50},
    {"album": "Ágætis byrjun", "rating": 50},
]
#: Moments and keys differ between any two runs.
_VARYING = re.compile(r'"(album_key|rated_at)": ?("[^"]*"|\d+)|data-version="\w+"|^\w{32}$')


def ask_all(
    client: FlaskClient, token: dict[str, str], asked: list[str] = ASKED
) -> dict[str, tuple[int, str, int]]:
    """Ask every route twice; return what was answered, and how often the ledger was asked."""
    ledger = client.application.extensions["ledger"]
    sent: list[str] = []
    original = ledger._read

    def note(statement: str, parameters: dict[str, Any]) -> Any:
        sent.append(statement)
        return original(statement, parameters)

    ledger._read = note
    found = {}
    for path in [*asked, *asked]:
        sent.clear()
        answer = client.get(path, headers=token)
        key = path if path not in found else f"{path} again"
        found[key] = (answer.status_code, _VARYING.sub("", answer.text), len(sent))
    for number, body in enumerate(RATED):
        sent.clear()
        answer = client.post("/rank", json=body, headers=token)
        found[f"rate {number}"] = (answer.status_code, _VARYING.sub("", answer.text), len(sent))
    return found


@pytest.fixture
def household(connection: Connection) -> Connection:
    with connection.cursor() as cursor:
        cursor.execute(HOUSEHOLD)
    return connection


def fill(connection: Connection) -> None:
    """Let Ana hear and rate."""
    with connection.cursor() as cursor:
        start, end = map(LEDGER.index, ("insert into warehouse.dim_artist", "select setval"))
        cursor.execute(LEDGER[start:end])
    derive_summaries(connection, 1)
    given = [
        GivenRating("Secret", Decimal(90), "Nobody"),
        GivenRating("Greatest Hits", Decimal(80), "Queen"),
    ]
    insert_ratings(connection, listener_key=1, source="api", ratings=given)


def test_stranger_of_the_household_is_told_what_an_empty_ledger_tells(
    household: Connection, make_client: Callable[..., FlaskClient]
) -> None:
    token = insert_token(household, name="bob", listener="Bob", may_rate=True, may_read_all=False)
    bob = {"Authorization": f"Bearer {token}"}
    empty = ask_all(make_client(), bob)
    with household.cursor() as cursor:
        cursor.execute("delete from warehouse.fact_album_rating")
    fill(household)
    assert ask_all(make_client(), bob) == empty


#: Ana's import listed the track of Queen under a name; polls have brought its album's id since.
FOUND_OUT = """
update warehouse.dim_album set same_as_album_key = 2 where known_by_name = 'a night';
update warehouse.dim_artist set same_as_artist_key = 2 where known_by_name = 'queen';
update warehouse.dim_track set named_album_key =
    (select album_key from warehouse.dim_album where known_by_name = 'a night')
where track_key = 2
"""


def test_name_that_another_has_found_out_stays_a_name(
    household: Connection, make_client: Callable[..., FlaskClient]
) -> None:
    token = insert_token(household, name="bob", listener="Bob", may_rate=True, may_read_all=False)
    bob = {"Authorization": f"Bearer {token}"}
    named = GivenRating("A Night", Decimal(70), "Queen")
    (kept,) = insert_ratings(household, listener_key=2, source="api", ratings=[named])
    asked = [*ASKED, f"/albums/{kept.album_key}", "/search?q=a+night"]
    empty = ask_all(make_client(), bob, asked)
    with household.cursor() as cursor:
        cursor.execute("delete from warehouse.fact_album_rating")
    insert_ratings(household, listener_key=2, source="api", ratings=[named])
    fill(household)
    with household.cursor() as cursor:
        cursor.execute(FOUND_OUT)
        assert find_album(cursor, 2, named) == kept.album_key
        assert find_album(cursor, 1, named) == 2
    assert ask_all(make_client(), bob, asked) == empty


def test_ranking_job_resolves_for_each_listener_alone(
    household: Connection, make_client: Callable[..., FlaskClient]
) -> None:
    fill(household)
    rated = [GivenRating("Ágætis byrjun", Decimal(50), "")]
    for listener_key in (1, 2):
        insert_ratings(household, listener_key=listener_key, source="api", ratings=rated)
    load_ranks(household)
    with household.cursor() as cursor:
        cursor.execute(
            "select listener_key, coalesce(found_album_key, album_key) = 1"
            " from warehouse.fact_album_rating where rating = 50 order by listener_key"
        )
        assert cursor.fetchall() == [(1, True), (2, False)]


def test_own_albums_are_found_among_many_of_others(
    household: Connection, make_client: Callable[..., FlaskClient]
) -> None:
    """What fits is filtered before it is cut off at the limit."""
    fill(household)
    with household.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_album"
            " (album_id, name, folded_name, folded_artist_name, metadata_level)"
            " select 'many' || n, 'Greatest Hits', 'greatest hits', 'band ' || n, 3"
            " from generate_series(1, 500) as n returning album_key"
        )
        cursor.execute(
            "insert into warehouse.fact_album_rating"
            " (listener_key, album_key, rating, is_dated, rating_source)"
            " select case when album_id = 'many500' then 2 else 1 end, album_key, 50, false, 'api'"
            " from warehouse.dim_album where album_id like 'many%'"
        )
    token = insert_token(household, name="bob", listener="Bob", may_rate=True, may_read_all=False)
    bob = {"Authorization": f"Bearer {token}"}
    for path in ("/search?q=greatest+hits&limit=1", "/albums?q=greatest+hits"):
        found = make_client().get(path, headers=bob).json
        assert [row.get("id", row.get("album_id")) for row in found] == ["many500"]
