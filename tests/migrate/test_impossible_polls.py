"""What version 15 makes of polled plays that cannot have been played when they are told."""

from __future__ import annotations

from migrate.upgrade import upgrade
from tests.migrate.databases import lead_to, make_settings, read_rows

BEFORE = """
insert into warehouse.dim_listener (listener_key, account_id) values (1, 'ana'), (2, 'bob');
insert into warehouse.dim_track (track_key, track_uri, name, folded_name, folded_artist_name,
    match_key, metadata_level)
values (1, 'spotify:track:a', 'Song', 'song', 'band', 1, 2),
    (2, 'spotify:track:b', 'Song', 'song', 'band', 1, 2);
insert into warehouse.source_poll_play (played_at, track_key, context_key, listener_key)
select moment::timestamptz, track_key, 0, listener_key
from (values ('1905-01-01Z', 1, 1), ('2026-01-01Z', 1, 1), ('2026-01-02Z', 1, 1),
    ('2026-01-02Z', 2, 1), ('2931-01-01Z', 1, 1), ('2931-01-01Z', 0, 2)) as poll
    (moment, track_key, listener_key);
insert into warehouse.fact_play (played_at, track_key, listener_key, ms_source)
select played_at, track_key, listener_key, 0 from warehouse.source_poll_play;
insert into warehouse.etl_watermark (job, listener_key, watermark_at)
values ('get_last_50', 1, '2931-01-01Z'), ('get_last_50', 2, '2931-01-01Z');
insert into warehouse.etl_gap (listener_key, gap_start, gap_end)
values (1, '1905-01-01Z', '2026-01-01Z'), (1, '2026-01-01Z', '2026-01-02Z');
"""
YEARS = "select extract(year from played_at)::int, track_key from warehouse.{} order by 1, 2"


def test_they_are_kept_aside_and_the_watermark_goes_back(empty_database_url: str) -> None:
    lead_to(empty_database_url, 13)
    read_rows(empty_database_url, BEFORE)
    upgrade(make_settings(empty_database_url))

    def read(query: str) -> list[tuple[object, ...]]:
        return read_rows(empty_database_url, query)

    for table in ("source_poll_play", "fact_play"):
        assert read(YEARS.format(table)) == [(2026, 1), (2026, 1), (2026, 2)]
    assert read(
        "select listener_key, extract(year from played_at)::int, track_uri, reason"
        " from warehouse.etl_poll_skip order by 1, 2"
    ) == [
        (1, 1905, "spotify:track:a", "date before Spotify existed"),
        (1, 2931, "spotify:track:a", "date in the future"),
        (2, 2931, "", "date in the future"),
    ]
    assert read(
        "select listener_key, watermark_at = timestamptz '2026-01-02Z' from warehouse.etl_watermark"
    ) == [(1, True)]
    assert read("select gap_start = timestamptz '2026-01-01Z' from warehouse.etl_gap") == [(True,)]
    # Two ids of one moment wait to become one play.
    assert read("select listener_key, match_key from warehouse.etl_changed_class") == [(1, 1)]
