"""A moved ledger is the ledger: the same rows, keys, indexes; the old one is only read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pytest

from everheard import SCHEMA_VERSION
from everheard.database.connect import check_schema
from everheard.failure import ConfigurationError, DatabaseTrouble, ExitCode, SchemaMismatch
from migrate.move.copy import MoveRefused, copy_ledger
from migrate.move.ends import End, find_end
from migrate.move.top_up import top_up
from migrate.move.verify import verify
from migrate.upgrade import upgrade
from tests.everheard.pages import at
from tests.migrate.databases import make_settings, read_catalogue, read_rows
from tests.migrate.move.conftest import Told, fill, make_end, poll_more
from tests.postgres import Server


def find_differing(old: End, new: End) -> list[str]:
    return [table.name for table in verify(old, new) if table.source != table.target]


def read_shape(url: str) -> dict[str, object]:
    """Return what a database consists of, but for the note that a move leaves."""
    found: dict[str, object] = dict(read_catalogue(url))
    del found["schemas"], found["sequences"]
    return found


def test_moved_ledger_is_the_same(old: End, each_empty_postgres_url: str) -> None:
    new = make_end("NEW_URL", each_empty_postgres_url)
    told = Told()
    moved = copy_ledger(old, new, told)
    assert all(table.source == table.target for table in moved.tables)
    assert find_differing(old, new) == []
    filled = {table.name for table in moved.tables if table.source.row_count}
    assert {"fact_play", "source_poll_play", "etl_gap", "fact_album_rating"} < filled
    assert told.byte_count > 10_000
    ((plays,),) = read_rows(each_empty_postgres_url, "select count(*) from bi.play")
    assert plays == told.tables["fact_play"] > 3000


def test_indexes_keys_and_comments_are_those_of_a_fresh_ledger(
    old: End, new: End, postgres_server: Server, template_database: str
) -> None:
    copy_ledger(old, new, Told())
    fresh = read_shape(postgres_server.locate(template_database))
    assert read_shape(new.settings.database_url) == fresh


def test_new_ledger_goes_on_counting(old: End, new: End) -> None:
    copy_ledger(old, new, Told())
    for end in (old, new):
        poll_more(end.settings.database_url, 90_000, "Next")
    tracks = "select track_key from warehouse.dim_track where name = 'Next'"
    assert read_rows(old.settings.database_url, tracks) == read_rows(
        new.settings.database_url, tracks
    )


def test_move_goes_through_poolers(
    old_url: str, empty_database_url: str, pgbouncer: Callable[[str], str]
) -> None:
    old = make_end("OLD_URL", pgbouncer(old_url))
    new = make_end("NEW_URL", pgbouncer(empty_database_url))
    copy_ledger(old, new, Told())
    assert find_differing(old, new) == []


def test_source_is_only_read(old: End, new: End, old_url: str) -> None:
    before = read_catalogue(old_url)
    read_rows(old_url, "create role only_reads login; grant pg_read_all_data to only_reads")
    try:
        copy_ledger(make_end("OLD_URL", as_role(old_url, "only_reads")), new, Told())
    finally:
        read_rows(old_url, "drop owned by only_reads; drop role only_reads")
    assert read_catalogue(old_url) == before


def as_role(url: str, role: str) -> str:
    return url + ("&" if "?" in url else "?") + f"options=-crole%3D{role}"


def test_what_comes_in_meanwhile_waits_for_the_topping_up(old: End, new: End, old_url: str) -> None:
    def poll(table: str) -> None:
        if table == "dim_artist":
            poll_more(old_url, 90_000, "Meanwhile")

    moved = copy_ledger(old, new, Told(poll))
    assert all(table.source == table.target for table in moved.tables)
    assert "fact_play" in find_differing(old, new)
    topped = top_up(old, new, Told())
    assert all(table.source == table.target for table in topped.tables)
    assert find_differing(old, new) == []


def test_topping_up_again_brings_nothing(old: End, new: End, old_url: str) -> None:
    copy_ledger(old, new, Told())
    poll_more(old_url, 90_000, "Later")
    top_up(old, new, Told())
    again = Told()
    top_up(old, new, again)
    assert again.tables == {}


def test_topping_up_finds_what_changed_long_ago(
    old: End, new: End, old_url: str, tmp_path: Path
) -> None:
    copy_ledger(old, new, Told())
    read_rows(old_url, "delete from warehouse.fact_play where played_at < '2015-01-01'")
    told = Told()
    top_up(old, new, told, datetime(2026, 1, 1, tzinfo=UTC))
    assert find_differing(old, new) == []


def test_topping_up_takes_of_large_tables_what_is_new(old: End, new: End, old_url: str) -> None:
    copy_ledger(old, new, Told())
    poll_more(old_url, 90_000, "Later")
    told = Told()
    top_up(old, new, told, at(80_000))
    ((count,),) = read_rows(old_url, "select count(*) from warehouse.fact_play")
    assert told.tables["fact_play"] is not None
    assert told.tables["fact_play"] < count / 10


def test_copy_that_was_written_to_is_not_topped_up(old: End, new: End, old_url: str) -> None:
    copy_ledger(old, new, Told())
    for end, name in ((old, "There"), (new, "Here")):
        poll_more(end.settings.database_url, 90_000, name)
    with pytest.raises(MoveRefused, match="NEW_URL has been written to since"):
        top_up(old, new, Told())
    here = read_rows(
        new.settings.database_url, "select name from warehouse.dim_track where name like '%ere'"
    )
    assert here == [("Here",)]


def test_database_that_is_no_copy_is_not_topped_up(old: End, new: End) -> None:
    upgrade(new.settings)
    with pytest.raises(MoveRefused, match="no whole copy of OLD_URL"):
        top_up(old, new, Told())


def test_ledger_with_plays_is_no_target(old: End, new: End, tmp_path: Path) -> None:
    upgrade(new.settings)
    fill(new.settings.database_url, tmp_path / "other", 300)
    before = read_rows(new.settings.database_url, "select * from warehouse.fact_play")
    with pytest.raises(MoveRefused, match=r"NEW_URL holds a ledger already, of \d+ plays"):
        copy_ledger(old, new, Told())
    assert read_rows(new.settings.database_url, "select * from warehouse.fact_play") == before


def test_made_tables_without_a_listener_are_a_target(old: End, new: End) -> None:
    upgrade(new.settings)
    copy_ledger(old, new, Told())
    assert find_differing(old, new) == []


def test_second_move_into_a_copy_says_how_to_go_on(old: End, new: End) -> None:
    copy_ledger(old, new, Told())
    with pytest.raises(MoveRefused, match="It is a copy of OLD_URL: --since brings along"):
        copy_ledger(old, new, Told())


def test_one_database_is_not_moved_into_itself(
    old: End, old_url: str, pgbouncer: Callable[[str], str]
) -> None:
    with pytest.raises(MoveRefused, match="OLD_URL and SAME_URL lead to the same database"):
        copy_ledger(old, make_end("SAME_URL", pgbouncer(old_url)), Told())


def test_database_without_a_ledger_is_no_source(old: End, new: End) -> None:
    with pytest.raises(SchemaMismatch, match="NEW_URL leads to a database without a ledger"):
        copy_ledger(new, old, Told())


@pytest.mark.parametrize(
    ("version", "cure"),
    [(SCHEMA_VERSION - 1, "migrate upgrade"), (SCHEMA_VERSION + 1, "git pull")],
)
def test_ledger_of_another_version_is_no_source(
    old: End, new: End, old_url: str, version: int, cure: str
) -> None:
    read_rows(old_url, f"update warehouse.etl_schema set version = {version}, oldest_code = 1")
    with pytest.raises(
        SchemaMismatch, match=f"OLD_URL holds a ledger of version {version}.*{cure}"
    ):
        copy_ledger(old, new, Told())
    assert read_rows(new.settings.database_url, "select to_regnamespace('warehouse')") == [(None,)]


def test_column_that_only_one_end_has_is_named(old: End, new: End, old_url: str) -> None:
    read_rows(old_url, "alter table warehouse.dim_artist add column mood text")
    with pytest.raises(SchemaMismatch, match=r"OLD_URL has dim_artist\.mood, which NEW_URL lacks"):
        copy_ledger(old, new, Told())


def cut_sessions(url: str) -> None:
    """End the sessions of a move in a database, as a network does."""
    read_rows(
        url,
        "select pg_terminate_backend(pid) from pg_stat_activity where datname ="
        " current_database() and application_name = 'everheard move'",
    )


@pytest.mark.parametrize("which", ["OLD_URL", "NEW_URL"])
def test_move_that_was_cut_goes_on(old: End, new: End, which: str) -> None:
    ends = {end.name: end for end in (old, new)}

    def cut(table: str) -> None:
        if table == "dim_track":
            cut_sessions(ends[which].settings.database_url)

    with pytest.raises(DatabaseTrouble, match=which):
        copy_ledger(old, new, Told(cut))
    told = Told()
    copy_ledger(old, new, told)
    assert told.tables["dim_track"] is None  # it was whole
    assert told.tables["source_poll_play"]
    assert find_differing(old, new) == []


def test_no_job_writes_into_what_is_not_whole(old: End, new: End) -> None:
    def cut(table: str) -> None:
        if table == "dim_track":
            cut_sessions(new.settings.database_url)

    with pytest.raises(DatabaseTrouble):
        copy_ledger(old, new, Told(cut))
    versions = "select version, oldest_code from warehouse.etl_schema"
    ((version, oldest_code),) = read_rows(new.settings.database_url, versions)
    with pytest.raises(SchemaMismatch, match="has not come to its end"):
        check_schema(version, oldest_code)
    with pytest.raises(SchemaMismatch, match="has not come to its end"):
        upgrade(new.settings)
    copy_ledger(old, new, Told())
    assert read_rows(new.settings.database_url, versions) == read_rows(
        old.settings.database_url, versions
    )


def test_value_that_the_target_refuses_is_told_by_its_rule(
    old: End, new: End, old_url: str
) -> None:
    read_rows(old_url, "alter table warehouse.fact_play drop constraint fact_play_ms_played_ck")
    read_rows(old_url, "update warehouse.fact_play set ms_played = -1 where ms_played = 0")
    with pytest.raises(DatabaseTrouble, match=r"NEW_URL: .*constraint fact_play_ms_played_ck"):
        copy_ledger(old, new, Told())


def test_target_that_is_full_is_told_as_such(old: End, new: End) -> None:
    """A tablespace cannot be filled up here; what PostgreSQL says then can be said."""
    upgrade(new.settings)
    read_rows(
        new.settings.database_url,
        "create function warehouse.say_full() returns trigger language plpgsql as"
        " $$ begin raise exception 'no space left' using errcode = '53100'; end $$;"
        " create trigger full_disk before insert on warehouse.dim_album"
        " execute function warehouse.say_full()",
    )
    with pytest.raises(DatabaseTrouble, match=r"NEW_URL: .*SQLSTATE 53100"):
        copy_ledger(old, new, Told())


def test_end_is_found_by_the_name_of_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEW_DATABASE_URL", "postgresql://ana:hidden-word@db.example/music")
    end = find_end("NEW_DATABASE_URL")
    assert end.name == "NEW_DATABASE_URL"
    assert end.settings.database_url.endswith("db.example/music")
    assert find_end("embedded").settings.database_url == ""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("NOWHERE_URL", "NOWHERE_URL is not set: put NOWHERE_URL="),
        ("postgresql://ana:hidden-word@db/x", "Give the name of a setting, not an address"),
        ("WRONG_URL", "WRONG_URL must begin with postgresql://"),
    ],
)
def test_name_that_leads_nowhere_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, fault: str
) -> None:
    monkeypatch.setenv("WRONG_URL", "mysql://ana:hidden-word@db/x")
    with pytest.raises(ConfigurationError, match=fault) as refused:
        find_end(name)
    assert "hidden-word" not in str(refused.value)


def test_database_that_is_away_is_named(old: End) -> None:
    away = End("NEW_URL", make_settings("postgresql://ana:hidden-word@127.0.0.1:1/x"))
    with pytest.raises(DatabaseTrouble, match=r"^NEW_URL: ") as refused:
        copy_ledger(old, away, Told())
    assert "hidden-word" not in str(refused.value)
    assert refused.value.exit_code == ExitCode.DATABASE_TROUBLE


def test_other_listeners_locks_are_waited_for(old: End, new: End, old_url: str) -> None:
    with closing(psycopg2.connect(old_url)) as other, other.cursor() as cursor:
        cursor.execute("lock table warehouse.fact_play in share row exclusive mode")
        copy_ledger(old, new, Told())  # a job that writes does not stop it
    assert find_differing(old, new) == []
