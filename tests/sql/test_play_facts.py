"""The play facts can be distributed by listener, and stay as narrow as designed."""

from __future__ import annotations

import pytest

from tests.migrate.databases import read_rows

FACT_PLAY = {
    "played_at": "timestamp with time zone",
    "track_key": "integer",
    "ms_played": "integer",
    "context_key": "integer",
    "play_detail_key": "integer",
    "listener_key": "smallint",
    "platform_key": "smallint",
    "ms_source": "smallint",
    "import_key": "smallint",
}
PLAY_FACTS = ["fact_play", "fact_episode_play", "source_poll_play"]


@pytest.fixture(scope="module")
def url(postgres_server, template_database) -> str:  # type: ignore[no-untyped-def]
    return postgres_server.locate(template_database)


def read_columns(url: str, table: str) -> dict[str, tuple[str, bool]]:
    rows = read_rows(
        url,
        "select column_name, data_type, is_nullable = 'YES' from information_schema.columns"
        f" where table_schema = 'warehouse' and table_name = '{table}'",
    )
    return {name: (kind, is_nullable) for name, kind, is_nullable in rows}


def read_indexes(url: str, table: str) -> list[tuple[bool, list[str]]]:
    rows = read_rows(
        url,
        "select i.indisunique, array(select a.attname::text from unnest(i.indkey) as k"
        " join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k)"
        f" from pg_index as i where i.indrelid = 'warehouse.{table}'::regclass",
    )
    return [(is_unique, columns) for is_unique, columns in rows]


def test_fact_play_has_the_columns_that_others_rely_on(url: str) -> None:
    columns = read_columns(url, "fact_play")
    assert {name: kind for name, (kind, _) in columns.items()} == FACT_PLAY
    assert [name for name, (_, is_nullable) in columns.items() if is_nullable] == ["ms_played"]


def test_play_facts_found_are_all_there_are(url: str) -> None:
    tables = read_rows(
        url,
        "select table_name::text from information_schema.columns where table_schema = 'warehouse'"
        " and column_name = 'played_at' order by 1",
    )
    assert sorted(name for (name,) in tables) == sorted(PLAY_FACTS)


@pytest.mark.parametrize("table", PLAY_FACTS)
def test_every_unique_key_of_a_play_fact_contains_listener_and_moment(url: str, table: str) -> None:
    unique = [columns for is_unique, columns in read_indexes(url, table) if is_unique]
    assert unique
    assert all({"listener_key", "played_at"} <= set(columns) for columns in unique)


@pytest.mark.parametrize("table", PLAY_FACTS)
def test_play_facts_have_at_most_nine_columns_and_one_more_index(url: str, table: str) -> None:
    assert len(read_columns(url, table)) <= 9
    assert sum(not is_unique for is_unique, _ in read_indexes(url, table)) <= 1


def test_fact_play_is_found_by_track(url: str) -> None:
    assert (False, ["track_key"]) in read_indexes(url, "fact_play")
    primary = {"listener_key", "played_at", "track_key"}
    assert primary in [set(columns) for is_unique, columns in read_indexes(url, "fact_play")]


@pytest.mark.parametrize("table", PLAY_FACTS)
def test_play_facts_carry_no_foreign_keys_and_no_triggers(url: str, table: str) -> None:
    assert (
        read_rows(
            url,
            f"select conname from pg_constraint where conrelid = 'warehouse.{table}'::regclass"
            " and contype = 'f'",
        )
        == []
    )
    assert (
        read_rows(
            url, f"select tgname from pg_trigger where tgrelid = 'warehouse.{table}'::regclass"
        )
        == []
    )
