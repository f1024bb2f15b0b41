"""Rules of exclusion from the command line, as people type them."""

from __future__ import annotations

import pytest
from psycopg2.extensions import connection as Connection

from tests.cli.conftest import Type
from tests.sql.ledger import LISTENERS, add_imported, read, sum_up

NAMESAKE = "6vWDO969PvNqNYHIOW5v0m"
ADD_NAMESAKE = f"""
insert into warehouse.dim_artist (artist_key, artist_id, name, folded_name, metadata_level)
values (5, '{NAMESAKE}', 'Guest', 'guest', 2);
insert into warehouse.bridge_track_artist values (2, 5, 1, 'featured');
"""
COUNTED = "select coalesce(sum(play_count), 0) from bi.daily_listening"


@pytest.fixture
def heard(connection: Connection) -> Connection:
    """Let one listener have heard track 1 twice and track 2 once, 30 minutes in all."""
    with connection.cursor() as cursor:
        cursor.execute(LISTENERS)
        cursor.execute("delete from warehouse.dim_listener where listener_key = 2")
    add_imported(connection, "2024-05-01T10:00:00Z", 600_000)
    add_imported(connection, "2024-05-01T11:00:00Z", 600_000)
    add_imported(connection, "2024-05-01T22:00:00Z", 600_000, track_key=2)
    sum_up(connection)
    return connection


def test_artist_is_left_out_listed_and_let_count_again(
    type_command: Type, heard: Connection
) -> None:
    """Case and accents do not matter, and a guest is an artist too."""
    two = "2 plays (0.3 h)"
    left_out = f"exclude: {two} are left out; all rules together leave out {two}\n"

    assert type_command("exclude", "artist", "GUÉST") == (0, left_out, "")
    assert read(heard, COUNTED) == [(1,)]
    listed = f"artist Guest\nexclude: {two} are left out of every sum\n"
    assert type_command("exclude", "--list") == (0, listed, "")
    code, said, _ = type_command("exclude", "artist", "Guest", "--undo")
    none = "all rules together leave out 0 plays (0.0 h)"
    assert (code, said) == (0, f"exclude: {two} count again; {none}\n")
    assert read(heard, COUNTED) == [(3,)]
    assert type_command("exclude", "--list")[1].startswith("No rule leaves anything out.\n")


def test_same_rule_twice_is_one_rule(type_command: Type, heard: Connection) -> None:
    for _ in range(2):
        assert type_command("exclude", "hours", "0-1")[0] == 0
    assert type_command("exclude", "--list")[1].splitlines() == [
        "hours 0 to 1",
        "exclude: 1 play (0.2 h) is left out of every sum",
    ]
    assert type_command("exclude", "hours", "0-1", "--undo")[0] == 0
    assert read(heard, "select count(*) from bi.exclusion") == [(0,)]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("artist", "Nobody"), "There is no artist 'Nobody' in the ledger: names are compared"),
        (("artist", "Guest", "--undo"), "There is no artist 'Guest' among the rules:"),
        (("hours", "3-4", "--undo"), "There is no hours '3-4' among the rules:"),
        (("hours", "25-3"), "'25-3' are no hours like 23-7"),
        (("dates", "2024-05-02..2024-05-01"), "'2024-05-02..2024-05-01' ends before it begins."),
        (("album", f"spotify:artist:{NAMESAKE}"), "is no album: say `exclude artist`."),
        (("artist",), "Say what to leave out: `python start.py exclude artist"),
    ],
)
def test_what_cannot_be_left_out_is_named_and_nothing_changes(
    type_command: Type, heard: Connection, words: tuple[str, ...], fault: str
) -> None:
    code, _, said = type_command("exclude", *words)

    assert code == 65
    assert fault in said
    assert read(heard, "select count(*) from bi.exclusion") == [(0,)]
    assert read(heard, COUNTED) == [(3,)]


def test_all_of_one_name_are_left_out_and_a_link_chooses_one(
    type_command: Type, heard: Connection
) -> None:
    """One of the two named "Guest" is on track 1, the other on track 2."""
    with heard.cursor() as cursor:
        cursor.execute(ADD_NAMESAKE)

    code, said, _ = type_command("exclude", "artist", "guest")
    assert code == 0
    assert said.startswith("2 artists are called 'guest', and all are left out.")
    assert read(heard, COUNTED) == [(0,)]
    assert type_command("exclude", "--list")[1].splitlines()[:-1] == ["artist Guest"]
    assert type_command("exclude", "artist", "guest", "--undo")[0] == 0

    link = f"https://open.spotify.com/intl-de/artist/{NAMESAKE}?si=abc"
    one = "1 play (0.2 h)"
    left_out = f"exclude: {one} is left out; all rules together leave out {one}\n"
    assert type_command("exclude", "artist", link) == (0, left_out, "")
    assert read(heard, COUNTED) == [(2,)]
    assert type_command("exclude", "artist", f"spotify:artist:{NAMESAKE}", "--undo")[0] == 0
    assert read(heard, COUNTED) == [(3,)]


def test_name_that_turned_out_to_be_one_artist_is_one(
    type_command: Type, heard: Connection
) -> None:
    code, said, _ = type_command("exclude", "artist", "main")

    assert code == 0
    assert said.startswith("exclude: 3 plays (0.5 h) are left out;")
    assert type_command("exclude", "artist", "main", "--undo")[0] == 0
    assert read(heard, COUNTED) == [(3,)]


def test_a_rule_counts_what_it_leaves_out_itself(type_command: Type, heard: Connection) -> None:
    """The other rule leaves out two plays, which are not the doing of this one."""
    assert type_command("exclude", "artist", "Guest")[0] == 0

    said = type_command("exclude", "hours", "0-1")[1]

    assert said == (
        "exclude: 1 play (0.2 h) is left out; all rules together leave out 3 plays (0.5 h)\n"
    )


def test_rules_of_everybody_are_listed_and_of_whom_is_named(
    type_command: Type, heard: Connection
) -> None:
    with heard.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (listener_key, account_id, display_name)"
            " values (2, 'bob', 'Bob')"
        )
    assert type_command("exclude", "artist", "Guest", "--listener", "BOB")[0] == 0

    code, said, _ = type_command("exclude", "--list")

    assert code == 0
    assert said.splitlines()[-3:] == [
        "Bob:",
        "artist Guest",
        "exclude: of Bob: 0 plays (0.0 h) are left out of every sum",
    ]
    assert type_command("exclude", "--list", "--listener", "bOb")[1].startswith("artist Guest\n")


def test_several_listeners_are_asked_whose(type_command: Type, heard: Connection) -> None:
    with heard.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (listener_key, account_id) values (2, 'bob')"
        )

    code, _, said = type_command("exclude", "artist", "Guest")
    assert code == 78
    assert "Add --listener with one of: ana, bob" in said
    assert type_command("exclude", "artist", "Guest", "--listener", "bob")[0] == 0
    assert read(heard, "select count(*) from bi.play where not is_counted") == [(0,)]
