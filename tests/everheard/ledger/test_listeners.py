"""A listener is known by either id, and made once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from everheard.failure import ConfigurationError
from everheard.ledger.listeners import (
    Listener,
    choose_listener,
    find_or_insert_listener,
    mend_timezones,
)
from everheard.ledger.operations.sign_ins import (
    KeptSignIn,
    read_known_listeners,
    upsert_sign_in,
)

Ids = tuple[str | None, str | None]


@pytest.fixture
def ledger(each_postgres_url: str) -> Iterator[Connection]:
    with closing(psycopg2.connect(each_postgres_url)) as connection:
        connection.autocommit = True
        yield connection


def sign_in(ledger: Connection, ids: Ids, token: str = "", zone: str | None = None) -> KeptSignIn:
    known = read_known_listeners(ledger, account_id=ids[0], user_id=ids[1], fingerprints=[])
    kept = upsert_sign_in(
        ledger,
        client_secret="s" * 32,
        refresh_token=token or f"AQ{ids}",
        account_id=ids[0],
        user_id=ids[1],
        display_name=None,
        timezone=zone,
    )
    is_taken_over = known.listener_key is None and not kept.is_new
    assert is_taken_over or (known.listener_key is None) is kept.is_new, "both find the same"
    return kept


def read(ledger: Connection) -> list[tuple[object, ...]]:
    with ledger.cursor() as cursor:
        cursor.execute("select account_id, user_id from warehouse.dim_listener order by 1, 2")
        return cursor.fetchall()


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ([(None, "ada"), ("A1", "ada")], [("A1", "ada")]),
        ([("A1", "ada"), (None, "ada")], [("A1", "ada")]),
        ([(None, "ada"), ("A1", "ada"), (None, "ada"), ("A1", None)], [("A1", "ada")]),
        ([("A1", None), ("A1", "ada"), (None, "ada")], [("A1", "ada")]),
        ([("A1", "ada"), ("A1", "countess"), (None, "countess")], [("A1", "countess")]),
        ([(None, "ada"), (None, "ben")], [("ada", "ada"), ("ben", "ben")]),
        ([("A1", "ada"), ("B1", "ben")], [("A1", "ada"), ("B1", "ben")]),
        ([("A1", "ada"), ("B1", "ada"), (None, "ada")], [("A1", None), ("B1", "ada")]),
        ([("A1", None), (None, "ada")], [("A1", None), ("ada", "ada")]),
    ],
)
def test_listener_is_the_same_by_either_id(
    ledger: Connection, told: list[Ids], kept: list[Ids]
) -> None:
    for number, ids in enumerate(told):
        sign_in(ledger, ids, f"AQ{number}")
    assert read(ledger) == kept


def test_listener_of_older_code_known_by_the_user_id_gains_the_account_id(
    ledger: Connection,
) -> None:
    with ledger.cursor() as cursor:
        cursor.execute("insert into warehouse.dim_listener (account_id) values ('ada'), ('B1')")
    assert sign_in(ledger, ("A1", "ada")).listener_key == 1
    assert sign_in(ledger, ("B1", "ben")).listener_key == 2
    assert read(ledger) == [("A1", "ada"), ("B1", "ben")]


def test_two_runners_at_once_make_one_listener(each_postgres_url: str) -> None:
    def register(number: int) -> int:
        with closing(psycopg2.connect(each_postgres_url)) as connection:
            connection.autocommit = True
            return upsert_sign_in(
                connection,
                client_secret="s" * 32,
                refresh_token=f"AQ{number}",
                account_id="A1" if number % 2 else None,
                user_id="ada",
                display_name="Ada",
                timezone="UTC",
            ).listener_key

    with ThreadPoolExecutor(6) as threads:
        keys = set(threads.map(register, range(12)))
    assert len(keys) == 1
    with closing(psycopg2.connect(each_postgres_url)) as connection:
        assert read(connection) == [("A1", "ada")]


@pytest.mark.parametrize("ids", [("A1", "ada"), (None, "ada"), ("A1", None)])
@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        ("Asia/Tokyo", "Europe/Berlin", "Asia/Tokyo"),
        (None, "Europe/Berlin", "Europe/Berlin"),
        ("Asia/Tokyo", None, "Asia/Tokyo"),
    ],
)
def test_imported_listener_is_taken_over_by_the_first_sign_in(
    ledger: Connection, ids: Ids, first: str | None, then: str | None, kept: str
) -> None:
    key, _ = find_or_insert_listener(ledger, None, first)
    assert find_or_insert_listener(ledger, None, "America/New_York") == (key, first or "UTC")
    assert sign_in(ledger, ids, zone=then) == (key, kept, False)
    assert sign_in(ledger, ("B1", "ben")).is_new


def test_known_listener_keeps_name_and_zone(ledger: Connection) -> None:
    assert sign_in(ledger, ("A1", "ada"), "AQ1", "Asia/Tokyo").timezone == "Asia/Tokyo"
    assert sign_in(ledger, ("A1", "ada"), "AQ2", "UTC") == (1, "Asia/Tokyo", False)


def test_zones_that_the_database_lacks_are_mended_for_good(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (account_id, timezone) values"
            " ('a', 'Europe/Atlantis'), ('b', 'Asia/Tokyo')"
        )
    (said,) = mend_timezones(ledger, "Europe/Kiev")
    assert "Europe/Atlantis: it is Europe/Kiev from now on" in said
    assert mend_timezones(ledger, None) == []


def make(key: int, name: str | None, account_id: str | None = None) -> Listener:
    return Listener(key, account_id, None, name, "UTC", datetime(2026, 1, 1, tzinfo=UTC))


KNOWN = [
    make(1, "Ana", "acc1"),
    make(2, "Bob", "acc2"),
    make(3, "ána"),
    make(4, None),
    make(5, "1"),
]


@pytest.mark.parametrize(
    ("wanted", "key"), [("acc2", 2), ("BOB", 2), (" bob ", 2), ("4", 4), ("1", 1), ("5", 5)]
)
def test_listener_is_found_by_any_of_their_names(wanted: str, key: int) -> None:
    found = choose_listener(KNOWN, wanted)
    assert found is not None
    assert found.listener_key == key


def test_unclear_listener_is_asked_for_with_what_can_be_typed() -> None:
    with pytest.raises(ConfigurationError, match=r"1 \(Ana\), Bob, 3 \(ána\), 4, 5 \(1\)"):
        choose_listener(KNOWN, None)
    with pytest.raises(ConfigurationError, match="take a number: 1, 3"):
        choose_listener(KNOWN, "ana")
    for wanted in ("Eve", "", " "):
        with pytest.raises(ConfigurationError, match="nobody is known"):
            choose_listener(KNOWN, wanted)
    with pytest.raises(ConfigurationError, match="one of: 1, 2, 3, 4, 5") as raised:
        choose_listener(KNOWN, "Ana Secret", shows_names=False)
    assert "Secret" not in str(raised.value)


def test_only_listener_needs_no_name_and_nobody_is_nobody() -> None:
    assert choose_listener(KNOWN[:1], None) == KNOWN[0]
    assert choose_listener([], None) is None
    with pytest.raises(ConfigurationError, match="nobody is in the ledger yet"):
        choose_listener([], "Ana")
