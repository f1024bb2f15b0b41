"""What version 8 makes of the runs before it."""

from __future__ import annotations

from migrate.upgrade import MIGRATE_DIR
from tests.migrate.databases import lead_to, read_rows

BEFORE = """
insert into warehouse.dim_listener (listener_key, account_id) values (1, 'ana'), (2, 'bob');
insert into warehouse.etl_watermark (job, listener_key, watermark_at)
values ('get_last_50', 1, '2026-01-01T00:00Z');
insert into warehouse.etl_run (job, runner, trigger, started_at, outcome, exit_code)
values ('get_last_50', 'pi', 'timer', '2026-01-02T00:00Z', 'done', 0),
    ('get_last_50', 'pi', 'timer', '2026-01-03T00:00Z', 'failed', 69);
"""
LOOKS = "select (looked_at at time zone 'UTC')::date::text from warehouse.etl_watermark order by 1"


def test_finished_runs_were_the_listeners_where_only_one_was_polled(
    empty_database_url: str,
) -> None:
    text = (MIGRATE_DIR / "versions" / "0008_looks.sql").read_text(encoding="utf-8")
    (update,) = [part for part in text.split(";") if "update warehouse.etl_watermark" in part]
    lead_to(empty_database_url, 8)
    read_rows(empty_database_url, BEFORE)

    read_rows(empty_database_url, update)
    assert read_rows(empty_database_url, LOOKS) == [("2026-01-02",)]

    read_rows(
        empty_database_url,
        "update warehouse.etl_watermark set looked_at = null;"
        "insert into warehouse.etl_watermark (job, listener_key, watermark_at)"
        " values ('get_last_50', 2, '2026-01-01T00:00Z')",
    )
    read_rows(empty_database_url, update)
    assert read_rows(empty_database_url, LOOKS) == [(None,), (None,)]
