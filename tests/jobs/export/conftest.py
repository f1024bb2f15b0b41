"""A ledger with something of everything, and the job that brings it out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection

from jobs import export
from tests.sql.ledger import LISTENERS, add_imported, add_play

Export = Callable[..., str]
#: Names that files and formats stumble over.
ODD_NAME = "“Ünï”,\n\t\\N \"quoted\" \\. 'it''s' 🎧"
_REST = """
update warehouse.dim_listener set display_name = 'Ana' where listener_key = 1;
update warehouse.dim_listener set display_name = 'Bob' where listener_key = 2;
update warehouse.dim_track set name = %(odd)s where track_key = 1;
insert into warehouse.dim_platform (platform_key, name) values (2, 'attic, "pi"');
insert into warehouse.dim_play_detail (play_detail_key, reason_end, is_skipped, country)
values (1, 'trackdone', false, 'DE');
insert into warehouse.dim_context (context_key, context_uri, context_type)
values (1, 'spotify:album:b1', 'album');
insert into warehouse.dim_show (show_key, show_id, name, folded_name, metadata_level)
values (1, 's1', 'Show', 'show', 2);
insert into warehouse.dim_episode
(episode_key, episode_id, name, folded_name, folded_show_name, show_key, metadata_level)
values (1, 'e1', 'Episode', 'episode', 'show', 1, 2);
insert into warehouse.fact_episode_play (played_at, episode_key, ms_played, listener_key, ms_source)
values ('2025-03-01 10:00:00+00', 1, 60000, 1, 1);
insert into warehouse.fact_album_rating
(rated_at, album_key, rating, listener_key, is_dated, rating_source)
values ('2025-03-02 10:00:00+00', 1, 87.5, 1, true, 'api');
insert into warehouse.dim_exclusion (listener_key, rule, track_key) values (1, 'track', 2);
insert into warehouse.etl_gap (listener_key, gap_start, gap_end)
values (1, '2025-05-01 10:00:00+00', '2025-05-01 12:00:00+00');
insert into warehouse.source_poll_play (played_at, track_key, context_key, listener_key)
values ('2025-03-30 01:30:00.123+00', 1, 1, 1);
insert into warehouse.etl_sign_in
(fingerprint, listener_key, encrypted_token, authorised_at, is_authorised_at_exact)
values ('f00d', 1, 'AQD-secret-token', now(), true);
"""


def fill(ledger: Connection) -> None:
    """Give Ana plays of three years, of every source, across midnights and clocks; Bob has one."""
    with ledger.cursor() as cursor:
        cursor.execute(LISTENERS)
        cursor.execute(_REST, {"odd": ODD_NAME})
    add_imported(ledger, "2023-12-31 23:30:00+00", 240_000)
    add_imported(ledger, "2024-07-01 12:00:00+00", 10_000, track_key=2)
    add_play(ledger, "2024-07-01 12:00:00+00", 3, ms_played=0, ms_source=2, platform_key=2)
    add_play(ledger, "2025-03-30 01:30:00.123+00", 1, context_key=1)
    add_play(ledger, "2025-03-30 01:31:00.123+00", 2, play_detail_key=1)
    add_play(ledger, "2025-10-26 00:30:00+00", 1, ms_source=3)
    add_play(ledger, "2025-10-26 01:30:00+00", 1)
    add_play(ledger, "2025-06-01 01:30:00+00", 1, listener_key=2)


@pytest.fixture
def ledger(connection: Connection) -> Connection:
    fill(connection)
    return connection


@pytest.fixture
def run(
    connection: Connection,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Export:
    """Run the job; return what it printed."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def start(*words: str, code: int = 0) -> str:
        ended = export.main(list(words))
        said = capsys.readouterr()
        assert ended == code, said.out + said.err
        return said.out

    return start


def read_marks(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return name -> when it was written, and what is in it, of every file below a folder."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
