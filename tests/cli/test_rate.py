"""Ratings and tokens from the command line, as people type them."""

from __future__ import annotations

import re

import pytest
from psycopg2.extensions import connection as Connection

from tests.cli.conftest import Type


def add_listeners(connection: Connection, *names: str) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(
                "insert into warehouse.dim_listener (account_id, display_name) values (%s, %s)",
                (name.lower(), name),
            )


def read_ratings(connection: Connection) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select rating::float, listener_key, rating_source from warehouse.fact_album_rating"
        )
        return cursor.fetchall()


def test_album_is_rated_in_an_empty_ledger(type_command: Type, connection: Connection) -> None:
    code, said, _ = type_command("rate", "Blue", "95", "--artist", "Joni Mitchell")
    assert code == 0
    assert said.startswith("Rated 'Blue': 95.")
    assert read_ratings(connection) == [(95, 1, "command")]


@pytest.mark.parametrize("rating", ["ninety", "101", "nan", "1.234"])
def test_bad_rating_is_named(type_command: Type, connection: Connection, rating: str) -> None:
    code, _, said = type_command("rate", "Blue", rating)
    assert code == 65
    assert rating in said
    assert read_ratings(connection) == []


def test_one_of_several_listeners_has_to_be_named(
    type_command: Type, connection: Connection
) -> None:
    add_listeners(connection, "Ana", "Bob")
    code, _, said = type_command("rate", "Blue", "95")
    assert code == 78
    assert "Ana, Bob" in said
    assert type_command("rate", "Blue", "95", "--listener", "Bob")[0] == 0
    assert read_ratings(connection) == [(95, 2, "command")]


def test_the_only_one_who_rates_need_not_be_named(
    type_command: Type, connection: Connection
) -> None:
    add_listeners(connection, "Ana", "Bob")
    type_command("rate", "Blue", "95", "--listener", "BOB")
    assert type_command("rate", "Hejira", "90") == (
        0,
        "Rated 'Hejira': 90, for Bob."
        " The ledger has not met this album yet and knows it by name.\n",
        "",
    )
    assert type_command("undo", "rating", "Hejira")[0] == 0
    assert type_command("rate", "Blue", "50", "--listener", "ana")[0] == 0
    assert type_command("rate", "Hejira", "90")[0] == 78
    assert read_ratings(connection) == [(95, 2, "command"), (50, 1, "command")]


def test_ambiguous_title_names_its_artists(type_command: Type, connection: Connection) -> None:
    for artist in ("Queen", "ABBA"):
        type_command("rate", "Greatest Hits", "90", "--artist", artist)
    code, _, said = type_command("rate", "greatest hits", "50")
    assert code == 65
    assert "ABBA" in said
    assert "Queen" in said
    assert len(read_ratings(connection)) == 2


def test_token_is_shown_once_listed_and_revoked(type_command: Type, connection: Connection) -> None:
    add_listeners(connection, "Ana")
    code, said, _ = type_command("token", "create", "phone", "--rate")
    token = said.split("\n")[0]
    assert code == 0
    assert re.fullmatch(r"evh_[\w-]{43}", token)
    _, listed, _ = type_command("token", "list")
    assert token not in listed
    assert "phone  (Ana; read, rate)" in listed
    assert "never used" in listed
    assert type_command("token", "revoke", "1")[0] == 0
    assert ", revoked 20" in type_command("token", "list")[1]
    assert type_command("token", "revoke", "1")[0] == 65


def test_token_needs_to_know_its_listener(type_command: Type, connection: Connection) -> None:
    assert type_command("token", "create", "phone")[0] == 65
    add_listeners(connection, "Ana", "Bob")
    assert type_command("token", "create", "phone")[0] == 65
    assert type_command("token", "create", "phone", "--listener", "Eve")[0] == 65
    assert type_command("token", "create", "phone", "--listener", "bob")[0] == 0


def test_day_of_a_rating_is_one_of_the_listener_s_calendar(
    type_command: Type, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_listeners(connection, "Ana")
    with connection.cursor() as cursor:
        cursor.execute("update warehouse.dim_listener set timezone = 'Asia/Tokyo'")
    monkeypatch.setenv("LISTENER_TIMEZONE", "America/New_York")
    type_command("rate", "Blue", "95", "--date", "2026-05-17")
    with connection.cursor() as cursor:
        cursor.execute("select rated_at at time zone 'UTC' from warehouse.fact_album_rating")
        ((rated_at,),) = cursor.fetchall()
    assert f"{rated_at}" == "2026-05-16 15:00:00"
