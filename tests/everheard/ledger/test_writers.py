"""Writers of different listeners share dimensions and never stand in each other's way."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import closing

import psycopg2

from tests.everheard.ledger.ledger import Ledger, add_listener
from tests.everheard.pages import make_item, make_track
from tests.postgres import Server


def load_rounds(url: str, listener_key: int, barrier: threading.Barrier, failures: list) -> None:
    rng = random.Random(listener_key)
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        ledger = Ledger(connection, listener_key)
        for turn in range(8):
            # The same new tracks and artists for all, met in another order, some told differently.
            numbers = rng.sample(range(turn * 40, turn * 40 + 60), 50)
            items = [
                make_item(
                    turn * 20_000 + place * 300,
                    make_track(f"Song {number}", [f"Band {number}", f"Guest {number % 25}"])
                    | {"duration_ms": 200_000 + rng.randrange(3)},
                )
                for place, number in enumerate(numbers)
            ]
            barrier.wait(30)
            try:
                ledger.poll(*items)
            except Exception as failure:  # noqa: BLE001 (told by the test, whatever it is)
                failures.append(failure)


def run_writers(url: str, count: int, work: Callable[..., None]) -> list[Exception]:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        keys = [add_listener(connection, f"account {n}").listener_key for n in range(count)]
    barrier, failures = threading.Barrier(count), []
    threads = [threading.Thread(target=work, args=(url, key, barrier, failures)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_three_writers_of_different_listeners_never_deadlock(
    postgres_server: Server, database_url: str
) -> None:
    before = postgres_server.read_log().count("deadlock detected")
    assert run_writers(database_url, 3, load_rounds) == []
    assert postgres_server.read_log().count("deadlock detected") == before
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select listener_key, count(*) from warehouse.fact_play group by 1")
        assert {count for _, count in cursor.fetchall()} == {400}
