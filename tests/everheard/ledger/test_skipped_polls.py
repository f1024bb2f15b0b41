"""What a poll tells that cannot have been played then: kept aside, whatever page it is on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from everheard.ledger.rules.possible import find_reason
from tests.everheard.ledger.ledger import Ledger, read_tables
from tests.everheard.pages import (
    Json,
    at,
    make_answer,
    make_full_answer,
    make_item,
    make_track,
    to_text,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
BEFORE, AHEAD = "date before Spotify existed", "date in the future"


def make_odd(year: int) -> Json:
    return {**make_item(0, make_track("Odd")), "played_at": f"{year}-05-06T07:08:09.010Z"}


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (datetime(2006, 4, 22, 23, 59, 59, tzinfo=UTC), BEFORE),
        (datetime(2006, 4, 23, tzinfo=UTC), ""),
        (NOW + timedelta(days=1), ""),
        (NOW + timedelta(days=1, milliseconds=1), AHEAD),
    ],
)
def test_limits_are_those_of_an_import(moment: datetime, reason: str) -> None:
    assert find_reason(moment, NOW) == reason


def test_impossible_plays_are_kept_aside_with_a_word_that_is_said_once(ledger: Ledger) -> None:
    answer = make_answer(make_odd(2931), make_item(0), make_odd(1905), make_odd(1922))
    faults: list[str] = []
    assert ledger.load(answer, faults=faults) == (1, 0, 0, at(0))
    assert sorted(faults) == [
        f"2 plays were left out: {BEFORE}.",
        f"One play was left out: {AHEAD}.",
    ]
    assert [play.played_at for play in ledger.plays()] == [at(0)]
    assert ledger.read_one("select count(*) from warehouse.source_poll_play") == (1,)
    assert ledger.read("select watermark_at from warehouse.etl_watermark") == [(at(0),)]
    uri = make_track("Odd")["uri"]
    assert ledger.read(
        "select extract(year from played_at)::int, track_uri, reason"
        " from warehouse.etl_poll_skip order by 1"
    ) == [(1905, uri, BEFORE), (1922, uri, BEFORE), (2931, uri, AHEAD)]
    before = read_tables(ledger.connection)
    assert ledger.load(answer, faults=faults) == (0, 1, 0, at(0))
    assert read_tables(ledger.connection) == before
    assert len(faults) == 2


def test_page_of_nothing_else_moves_nothing(ledger: Ledger) -> None:
    assert ledger.poll(make_odd(2931)) == (0, 0, 0, None)
    assert ledger.read("select 1 from warehouse.etl_watermark") == []
    assert ledger.read("select count(*) from warehouse.etl_poll_skip") == [(1,)]


def test_clock_of_the_answer_counts_where_the_database_s_is_behind(ledger: Ledger) -> None:
    (now,) = ledger.read_one("select now()")
    later = {**make_item(0), "played_at": to_text(now + timedelta(days=30))}
    assert ledger.poll(later).new_count == 0
    assert ledger.load(make_answer(later), answered_at=now + timedelta(days=31)).new_count == 1


@pytest.mark.parametrize("odd", [1905, 2931])
@pytest.mark.parametrize("first", [20, 60])
def test_gaps_are_those_of_the_page_without_it(ledger: Ledger, odd: int, first: int) -> None:
    """A full page has one place less for plays: it is full, and ends where its plays end."""
    ledger.load(make_full_answer())
    page = make_full_answer(first=first, count=49)
    page["items"].insert(0 if odd > 2000 else 49, make_odd(odd))
    assert ledger.load(page).gap_count == (first > 49)
    gaps = ledger.read("select gap_start, gap_end from warehouse.etl_gap")
    assert gaps == ([(at(49 * 240), at(60 * 240))] if first > 49 else [])
    assert ledger.load(make_full_answer(first=first + 49)).gap_count == 1
