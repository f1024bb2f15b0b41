"""Pages are drawn when the ledger changes, once, and nobody waits long for newer ones."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from api import live_pages
from api.ledger import LedgerReader
from api.live_pages import LivePages
from everheard.config import Settings
from tests.api.test_dashboard import add_play
from tests.jobs.report_ledger import ZONE_NAME


@pytest.fixture
def live(settings: Settings, ledger: Connection) -> Iterator[LivePages]:
    """Lend live pages of the test's ledger, whose listener lives where it is noon."""
    with ledger.cursor() as cursor:
        cursor.execute("update warehouse.dim_listener set timezone = %s", (ZONE_NAME,))
    opened = LedgerReader(settings)
    yield LivePages(opened)
    opened.close()


def test_pages_are_kept_until_the_ledger_changes(live: LivePages, ledger: Connection) -> None:
    first = live.find(1)
    assert first is not None
    assert live.find(1) is first
    add_play(ledger)
    second = live.find(1)
    assert second is not None
    assert second is not first
    assert second.make("index.html") != first.make("index.html")


@pytest.mark.parametrize(
    "change",
    [
        "update warehouse.dim_listener set display_name = 'Anna'",
        "insert into warehouse.etl_gap (listener_key, gap_start, gap_end)"
        " values (1, '2026-05-01', '2026-05-02')",
        "insert into warehouse.etl_watermark (job, listener_key, watermark_at, polled_at)"
        " values ('get_last_50', 1, '2026-05-03', now())",
        "insert into warehouse.fact_album_rating (album_key, rating, listener_key, is_dated,"
        " rating_source) values (1, 90, 1, true, 'api')",
        "insert into warehouse.dim_exclusion (listener_key, rule, artist_key)"
        " values (1, 'artist', 1)",
    ],
)
def test_version_follows_what_the_pages_show(
    live: LivePages, ledger: Connection, change: str
) -> None:
    before = live.read_version(1)
    assert live.read_version(1) == before
    with ledger.cursor() as cursor:
        cursor.execute(change)
    assert live.read_version(1) != before


def test_version_is_another_on_another_day(live: LivePages, ledger: Connection) -> None:
    """The two zones are 26 hours apart: it is never the same day in both."""
    versions = set()
    for zone in ("Etc/GMT-14", "Etc/GMT+12"):
        with ledger.cursor() as cursor:
            cursor.execute("update warehouse.dim_listener set timezone = %s", (zone,))
        versions.add(live.read_version(1))
    assert len(versions) == 2


def test_old_pages_are_drawn_again_though_nothing_was_heard(
    live: LivePages, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = live.find(1)
    monkeypatch.setattr(live_pages, "LONGEST_S", 0.0)
    assert live.find(1) is not first


def test_who_has_pages_need_not_wait_for_newer_ones(
    live: LivePages, ledger: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_pages, "PATIENCE_S", 0.05)
    first = live.find(1)
    add_play(ledger)
    holding = psycopg2.connect(database_url)
    with holding.cursor() as cursor:
        cursor.execute("lock table warehouse.dim_album in access exclusive mode")
    assert live.find(1) is first
    assert live.find(1) is first
    holding.rollback()
    holding.close()
    monkeypatch.setattr(live_pages, "PATIENCE_S", 60.0)
    assert live.find(1) is not first


def test_many_who_look_at_once_are_shown_the_same_pages(live: LivePages) -> None:
    with ThreadPoolExecutor(8) as people:
        pages = list(people.map(lambda _: live.find(1), range(8)))
    assert len({id(page) for page in pages}) == 1
