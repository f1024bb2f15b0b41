"""Listeners from the command line: shown, named, moved."""

from __future__ import annotations

import pytest
from psycopg2.extensions import connection as Connection

from everheard.ledger import listeners
from tests.cli.conftest import Type
from tests.cli.test_rate import add_listeners


def read_listeners(connection: Connection) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select listener_key, display_name, timezone from warehouse.dim_listener order by 1"
        )
        return cursor.fetchall()


def test_listeners_are_shown(type_command: Type, connection: Connection) -> None:
    assert "python start.py authorize" in type_command("listener")[1]
    add_listeners(connection, "Ana", "Bob")
    code, said, _ = type_command("listener")
    assert code == 0
    first, second, last = said.splitlines()
    assert first.startswith("  1  Ana  UTC  since 20")
    assert second.startswith("  2  Bob  UTC  since 20")
    assert last == "listener: 2"


def test_only_listener_moves_and_says_what_changed(
    type_command: Type, connection: Connection
) -> None:
    add_listeners(connection, "Ana")
    code, said, _ = type_command("listener", "--timezone", "Asia/Tokyo", "--name", "Ana  María")
    assert code == 0
    assert (
        said.splitlines()[-1]
        == "listener: Ana María: name Ana → Ana María, time zone UTC → Asia/Tokyo"
    )
    assert read_listeners(connection) == [(1, "Ana María", "Asia/Tokyo")]
    assert "as it was" in type_command("listener", "--timezone", "Asia/Tokyo")[1]


def test_one_of_several_is_named_in_any_case(type_command: Type, connection: Connection) -> None:
    add_listeners(connection, "Ana", "Zoë")
    code, _, said = type_command("listener", "--timezone", "Asia/Tokyo")
    assert (code, "Ana, Zoë" in said) == (78, True)
    for number, name in enumerate(["ZOE", "zoë", "2"]):
        zone = ["Asia/Tokyo", "Europe/Kyiv", "UTC"][number]
        assert type_command("listener", "--listener", name, "--timezone", zone)[0] == 0
        assert read_listeners(connection) == [(1, "Ana", "UTC"), (2, "Zoë", zone)]
    code, _, said = type_command("listener", "--listener", "Eve", "--name", "Ana")
    assert (code, "nobody is known as 'Eve'" in said, "Ana, Zoë" in said) == (78, True, True)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "localtime", "", "CEST"])
def test_zone_that_nobody_knows_is_refused(
    type_command: Type, connection: Connection, zone: str
) -> None:
    add_listeners(connection, "Ana")
    code, _, said = type_command("listener", "--timezone", zone, "--name", "Eve")
    assert (code, "no IANA time zone" in said) == (78, True)
    assert read_listeners(connection) == [(1, "Ana", "UTC")]


def test_zone_that_the_database_lacks_changes_nothing(
    type_command: Type, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_listeners(connection, "Ana")
    monkeypatch.setattr(listeners, "list_zone_names", lambda zone: ["Europe/Atlantis"])
    code, _, said = type_command("listener", "--timezone", "Asia/Tokyo", "--name", "Eve")
    assert (code, "The database does not know the time zone Asia/Tokyo" in said) == (78, True)
    assert read_listeners(connection) == [(1, "Ana", "UTC")]


def test_zone_is_kept_by_the_name_that_the_database_knows(
    type_command: Type, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_listeners(connection, "Ana")
    names = ["Europe/Atlantis", "Europe/Kyiv"]
    monkeypatch.setattr(listeners, "list_zone_names", lambda zone: names)
    code, said, _ = type_command("listener", "--timezone", "Europe/Kiev")
    assert (code, "The database knows Europe/Kiev as Europe/Kyiv." in said) == (0, True)
    assert read_listeners(connection) == [(1, "Ana", "Europe/Kyiv")]


def test_setting_that_says_another_zone_is_named(
    type_command: Type, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_listeners(connection, "Ana")
    monkeypatch.setenv("LISTENER_TIMEZONE", "Europe/Berlin")
    said = type_command("listener", "--timezone", "Asia/Tokyo")[1]
    assert "LISTENER_TIMEZONE still says Europe/Berlin" in said


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\x07b"])
def test_name_that_is_none_is_refused(
    type_command: Type, connection: Connection, name: str
) -> None:
    add_listeners(connection, "Ana")
    assert type_command("listener", "--name", name)[0] == 78
    assert read_listeners(connection) == [(1, "Ana", "UTC")]


def test_name_of_somebody_else_is_refused(type_command: Type, connection: Connection) -> None:
    add_listeners(connection, "Ana", "Bob")
    code, _, said = type_command("listener", "--listener", "Bob", "--name", "ANA")
    assert (code, "take another name" in said) == (78, True)
