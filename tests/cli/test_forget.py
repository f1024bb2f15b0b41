"""Everything of a listener goes, of nobody else anything; what is out of reach is named."""

from __future__ import annotations

import re
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from everheard.config import read_settings
from everheard.encryption import fingerprint
from everheard.failure import DatabaseTrouble
from everheard.run.spool import Spool
from everheard.watcher.playbacks import Listening
from everheard.watcher.samples import to_sample
from everheard.watcher.store import open_store
from tests.cli.conftest import Type
from tests.everheard.ledger.ledger import HistoryRow, Ledger, add_listener
from tests.everheard.pages import make_full_answer, make_item, make_track
from tests.everheard.watcher.test_playbacks import START, make_answer
from tests.migrate.databases import read_rows
from tests.repository.project import read

SECRET = "app-secret-of-the-test"
WITH_LISTENER = """
    select table_name from information_schema.columns
    where table_schema = 'warehouse' and column_name = 'listener_key'
        and table_name in (
            select table_name from information_schema.tables
            where table_schema = 'warehouse' and table_type = 'BASE TABLE'
        )
"""
RATED = """
    insert into warehouse.fact_album_rating (
        listener_key, album_key, rating, is_dated, rating_source
    )
    select listener_key, album_key, 87, false, 'command'
    from warehouse.dim_listener
    cross join (select max(album_key) as album_key from warehouse.dim_album) as album
"""
SIGNED_IN = """
    insert into warehouse.etl_sign_in (
        fingerprint, listener_key, encrypted_token, authorised_at, is_authorised_at_exact
    )
    values (%s, %s, 'x', now(), true)
"""


@pytest.fixture
def household(
    connection: Connection, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Ledger, Ledger]:
    """Ana and Ben, each with plays, a rating and a sign-in, and a setting for both."""
    env_file = tmp_path / ".env"
    env_file.write_text(
        f"SPOTIFY_CLIENT_ID=id\nSPOTIFY_CLIENT_SECRET={SECRET}\n"
        "SPOTIFY_REFRESH_TOKEN=token-ana,token-ben\nLISTENER_TIMEZONE=Europe/Berlin,Asia/Tokyo\n"
    )
    monkeypatch.setitem(read_settings.__kwdefaults__, "env_file", env_file)
    monkeypatch.setenv("EVERHEARD_HOME", str(home))
    for line in env_file.read_text().splitlines():
        monkeypatch.delenv(line.partition("=")[0])
    people = add_listener(connection, "ana"), add_listener(connection, "ben")
    for place, (one, name) in enumerate(zip(people, ("Ana", "Ben"), strict=True)):
        one.load(make_full_answer(count=20))
        one.poll(make_item(95_000, make_track("Own"), f"spotify:user:{name.lower()}:collection"))
        one.import_rows(HistoryRow(90_000 + place, None, "Only Here", "Band"))
        with connection.cursor() as cursor:
            mark = fingerprint(SECRET, f"token-{name.lower()}")
            cursor.execute(SIGNED_IN, (mark, one.listener_key))
            cursor.execute(
                "update warehouse.dim_listener set display_name = %s where listener_key = %s",
                (name, one.listener_key),
            )
    with connection.cursor() as cursor:
        cursor.execute(RATED)
    return people


def read_whole(connection: Connection) -> dict[str, list[Any]]:
    """Return every row of the tables that name a listener, by table and listener."""
    found: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(WITH_LISTENER)
        for (table,) in cursor.fetchall():
            cursor.execute(f"select listener_key, t::text from warehouse.{table} as t")
            for key, row in cursor.fetchall():
                found.setdefault(f"{table} of {key}", []).append(row)
    return {name: sorted(rows) for name, rows in found.items()}


def test_everything_of_one_goes_and_nothing_of_the_other(
    household: tuple[Ledger, Ledger], connection: Connection, type_command: Type
) -> None:
    ana, ben = household
    before = read_whole(connection)
    tracks = ben.read("select * from warehouse.dim_track")
    code, out, _ = type_command("forget", "--listener", "ana", "--yes")
    assert code == 0
    assert "Of Ana would go, for good:\n  22 plays, 20" in out
    assert "1 rating" in out
    assert "nothing of Ana is in the ledger any more" in out
    after = read_whole(connection)
    assert after == {
        name: rows for name, rows in before.items() if name.endswith(f" of {ben.listener_key}")
    }
    assert any(name.endswith(f" of {ana.listener_key}") for name in before)
    contexts = {uri for (uri,) in ben.read("select context_uri from warehouse.dim_context")}
    assert "spotify:user:ben:collection" in contexts
    assert "spotify:user:ana:collection" not in contexts
    assert ben.read("select * from warehouse.dim_track") == tracks


def test_every_table_that_names_a_listener_is_thought_of(database_url: str) -> None:
    statement = read("sql/load/listeners/forgotten_listener.sql")
    named = {table for (table,) in read_rows(database_url, WITH_LISTENER)}
    forgotten = set(re.findall(r"delete from warehouse\.(\w+)", statement))
    assert named - forgotten == set()


def test_nobody_is_forgotten_unasked(
    household: tuple[Ledger, Ledger], connection: Connection, type_command: Type
) -> None:
    before = read_whole(connection)
    code, out, err = type_command("forget", "--listener", "Ana")
    assert code == 65
    assert "would go" in out
    assert "add --yes" in err
    assert read_whole(connection) == before


def test_what_this_machine_keeps_goes_too(
    household: tuple[Ledger, Ledger], type_command: Type, tmp_path: Path
) -> None:
    settings = read_settings(needs_spotify=False)
    spool = Spool(settings.spool_dir, SECRET)
    for name in ("ana", "ben"):
        spool.add("page", fingerprint(SECRET, f"token-{name}"), {"items": []})
    listening = Listening()
    with open_store(settings.home) as store:
        for seconds, name in ((10, "a"), (40, "b")):
            sample = to_sample(make_answer(5, name), START + timedelta(seconds=seconds))
            store.keep(fingerprint(SECRET, "token-ana"), listening, listening.take(sample))
    code, out, _ = type_command("dashboard", "--to", str(settings.home / "dashboard"))
    assert code == 0
    code, out, _ = type_command("forget", "--listener", "Ana", "--yes")
    assert code == 0
    assert "forgotten: 1 token in .env" in out
    assert "forgotten: 1 spooled file" in out
    assert "forgotten: 1 playback of the watcher" in out
    env = (tmp_path / ".env").read_text()
    assert "token-ana" not in env
    assert "SPOTIFY_REFRESH_TOKEN='token-ben'" in env
    assert "LISTENER_TIMEZONE='Asia/Tokyo'" in env
    assert spool.read("page", fingerprint(SECRET, "token-ben"))[0]
    assert not spool.read("page", fingerprint(SECRET, "token-ana"))[0]
    assert not list((settings.home / "dashboard").rglob("*.html"))


def test_exports_of_this_machine_are_made_anew(
    household: tuple[Ledger, Ledger], type_command: Type, tmp_path: Path
) -> None:
    ana, _ = household
    whole, alone = tmp_path / "whole", tmp_path / "alone"
    assert type_command("export", f"csv:{whole}")[0] == 0
    assert type_command("export", f"csv:{alone}", "--listener", "Ana")[0] == 0
    assert "Ana" in "".join(path.read_text() for path in whole.rglob("*.csv"))
    _, out, _ = type_command("forget", "--listener", "Ana", "--yes")
    assert f"theirs alone, and yours to delete: csv:{alone}" in out
    left = "".join(path.read_text() for path in whole.rglob("*.csv"))
    assert "Ben" in left
    assert "Ana" not in left
    assert not list(whole.rglob(f"*listener={ana.listener_key}*"))


def test_forgetting_waits_for_a_job_that_writes(
    household: tuple[Ledger, Ledger], database_url: str, type_command: Type
) -> None:
    ana, _ = household
    with closing(psycopg2.connect(database_url)) as job, job.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_lock (lock_name, lock_key) values ('listener', %s)"
            " on conflict do nothing",
            (str(ana.listener_key),),
        )
        cursor.execute(
            "select 1 from warehouse.etl_lock where lock_name = 'listener' and lock_key = %s"
            " for update",
            (str(ana.listener_key),),
        )
        ended = threading.Timer(1, job.commit)
        ended.start()
        code, _, _ = type_command("forget", "--listener", "Ana", "--yes")
        ended.join()
    assert code == 0


def test_job_that_comes_after_says_why_it_keeps_nothing(
    household: tuple[Ledger, Ledger], connection: Connection, type_command: Type
) -> None:
    ana, _ = household
    assert type_command("forget", "--listener", "Ana", "--yes")[0] == 0
    with pytest.raises(DatabaseTrouble, match="The listener was forgotten meanwhile"):
        ana.poll(make_item(200_000, make_track("Too Late")))
    assert not any(name.endswith(f" of {ana.listener_key}") for name in read_whole(connection))


def test_name_that_nobody_has_forgets_nobody(
    household: tuple[Ledger, Ledger], connection: Connection, type_command: Type
) -> None:
    before = read_whole(connection)
    code, _, err = type_command("forget", "--listener", "Cleo", "--yes")
    assert code != 0
    assert "Cleo" in err
    assert read_whole(connection) == before


def test_documented_statements_leave_nothing_of_ours(database_url: str) -> None:
    block = read("docs/forget.md").split("```sql")[1].split("```")[0]
    read_rows(database_url, block)
    left = read_rows(
        database_url,
        "select nspname, relname from pg_class inner join pg_namespace"
        " on pg_class.relnamespace = pg_namespace.oid"
        " where nspname !~ '^pg_' and nspname <> 'information_schema'",
    )
    assert left == []
    assert read_rows(database_url, "select to_regnamespace('warehouse')") == [(None,)]
