"""The ledger is a function of what was observed: partners, context, any order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg2.extensions import connection as Connection

from tests.everheard.ledger.ledger import HistoryRow, Ledger, Play, add_listener
from tests.everheard.pages import at, make_artist, make_item, make_track

ALBUM = "spotify:album:a"


SONG = make_track()
EDITION = make_track(edition="2")


def do_poll(ledger: Ledger) -> None:
    ledger.poll(
        make_item(0.4, SONG, ALBUM),
        make_item(300.4, SONG, ALBUM),
        make_item(900, make_track("Other")),
    )


def do_import(ledger: Ledger) -> None:
    ledger.import_rows(
        HistoryRow(0, SONG["id"], "Song", "Band", 199_000),
        HistoryRow(301, EDITION["id"], "song", "BAND", 150_000),
        HistoryRow(-5000, SONG["id"], "Song", "Band"),
    )


EXPECTED = [
    Play(at(-5000), SONG["uri"], 180_000, None),
    Play(at(0), SONG["uri"], 199_000, ALBUM),
    Play(at(301), EDITION["uri"], 150_000, ALBUM),
    Play(at(900), make_track("Other")["uri"], None, None),
]


@pytest.mark.parametrize(
    "steps",
    [
        [do_poll, do_import],
        [do_import, do_poll],
    ],
)
def test_poll_and_import_give_one_ledger_in_either_order(
    ledger: Ledger, steps: list[Callable[[Ledger], None]]
) -> None:
    for step in steps:
        step(ledger)
    assert ledger.plays() == EXPECTED


def test_partnered_poll_stays_in_the_source(ledger: Ledger) -> None:
    do_poll(ledger)
    do_import(ledger)
    assert ledger.read_one("select count(*) from warehouse.source_poll_play") == (3,)


def test_poll_again_after_the_import_adds_nothing(ledger: Ledger) -> None:
    for step in (do_poll, do_import, do_poll):
        step(ledger)
    assert ledger.plays() == EXPECTED


def test_history_row_by_name_alone_is_the_polled_track(ledger: Ledger) -> None:
    ledger.poll(make_item(0.4, SONG, ALBUM))
    ledger.import_rows(HistoryRow(0, None, "song", "band"))
    assert ledger.plays() == [Play(at(0), "song", 180_000, ALBUM)]


def test_namesake_of_another_artist_is_no_partner(ledger: Ledger) -> None:
    ledger.poll(make_item(0.4, SONG))
    ledger.import_rows(HistoryRow(0, None, "Song", "Stranger"))
    assert len(ledger.plays()) == 2


def test_plays_beyond_reach_stay_two(ledger: Ledger) -> None:
    ledger.poll(make_item(0, SONG))
    ledger.import_rows(HistoryRow(91, SONG["id"], "Song", "Band"))
    assert len(ledger.plays()) == 2


def test_poll_at_the_very_second_of_its_partner_keeps_the_history_row(ledger: Ledger) -> None:
    ledger.import_rows(HistoryRow(0, SONG["id"], "Song", "Band", 7))
    ledger.poll(make_item(0, SONG, ALBUM))
    assert ledger.plays() == [Play(at(0), SONG["uri"], 7, ALBUM)]


def test_short_track_on_repeat_is_counted_once_a_play(ledger: Ledger) -> None:
    ends = [40 * number for number in range(10)]
    ledger.poll(*(make_item(end + 30, SONG) for end in ends))
    ledger.import_rows(*(HistoryRow(end, SONG["id"], "Song", "Band", 40_000) for end in ends))
    assert [(play.played_at, play.ms_played) for play in ledger.plays()] == [
        (at(end), 40_000) for end in ends
    ]


def test_restart_that_only_the_history_saw_stays(ledger: Ledger) -> None:
    ledger.import_rows(
        HistoryRow(30, SONG["id"], "Song", "Band", 30_000),
        HistoryRow(230, SONG["id"], "Song", "Band"),
    )
    ledger.poll(make_item(231, SONG, ALBUM))
    assert [(play.played_at, play.context) for play in ledger.plays()] == [
        (at(30), None),
        (at(230), ALBUM),
    ]


def test_late_offline_play_may_change_who_is_paired_with_whom(ledger: Ledger) -> None:
    ledger.import_rows(
        HistoryRow(0, SONG["id"], "Song", "Band"), HistoryRow(70, SONG["id"], "Song", "Band")
    )
    ledger.poll(make_item(60, SONG, "spotify:album:late"))
    ledger.poll(make_item(85, SONG, ALBUM))
    assert [play.context for play in ledger.plays()] == ["spotify:album:late", ALBUM]


def test_cluster_that_grows_together_is_derived_again(ledger: Ledger) -> None:
    # Polls at 0 and 160 are two clusters until the history row at 80 lies between them.
    ledger.poll(make_item(0, SONG, ALBUM), make_item(160, SONG))
    ledger.import_rows(HistoryRow(81, SONG["id"], "Song", "Band"))
    assert [(play.played_at, play.ms_played) for play in ledger.plays()] == [
        (at(0), None),
        (at(81), 180_000),
    ]
    ledger.import_rows(HistoryRow(2, SONG["id"], "Song", "Band"))
    assert [(play.played_at, play.context) for play in ledger.plays()] == [
        (at(2), ALBUM),
        (at(81), None),
    ]


def test_other_listeners_plays_are_no_partners(ledger: Ledger, other_ledger: Ledger) -> None:
    ledger.poll(make_item(0, SONG))
    other_ledger.import_rows(HistoryRow(1, SONG["id"], "Song", "Band"))
    assert len(ledger.plays()) == len(other_ledger.plays()) == 1


# What later knowledge changes


def join(ledger: Ledger) -> None:
    """Load the duet that shows both names of the artist to be one song's."""
    ledger.poll(make_item(50_000, make_track("Song", ["Band", "Alias"])))


def test_joined_class_pairs_what_was_apart(ledger: Ledger) -> None:
    ledger.poll(make_item(0.4, SONG, ALBUM))
    ledger.import_rows(HistoryRow(0, None, "Song", "Alias"))
    assert len(ledger.plays()) == 2
    join(ledger)
    assert ledger.plays()[:-1] == [Play(at(0), "Song", 180_000, ALBUM)]


def test_split_class_takes_the_pair_apart_again(ledger: Ledger) -> None:
    stray = make_track("Song", ["Alias"])
    ledger.import_rows(HistoryRow(0, SONG["id"], "Song", "Band"))
    ledger.poll(make_item(0.4, stray | {"artists": [make_artist("Band")]}, ALBUM))
    assert ledger.plays() == [Play(at(0), SONG["uri"], 180_000, ALBUM)]
    ledger.poll(make_item(50_000, stray | {"name": "No, this one"}))
    assert ledger.plays()[:-1] == [
        Play(at(0), SONG["uri"], 180_000, None),
        Play(at(0.4), stray["uri"], None, ALBUM),
    ]


def test_changed_class_is_handed_to_other_listeners(ledger: Ledger, other_ledger: Ledger) -> None:
    other_ledger.poll(make_item(0.4, SONG, ALBUM))
    other_ledger.import_rows(HistoryRow(0, None, "Song", "Alias"))
    join(ledger)
    assert len(other_ledger.plays()) == 2
    assert ledger.read("select distinct listener_key from warehouse.etl_changed_class") == [
        (other_ledger.listener_key,)
    ]
    other_ledger.poll(make_item(0.4, SONG, ALBUM))
    assert other_ledger.plays() == [Play(at(0), "Song", 180_000, ALBUM)]
    assert ledger.read("select 1 from warehouse.etl_changed_class") == []


def test_split_class_is_handed_to_other_listeners(ledger: Ledger, other_ledger: Ledger) -> None:
    stray = make_track("Song", ["Alias"]) | {"artists": [make_artist("Band")]}
    other_ledger.import_rows(HistoryRow(0, SONG["id"], "Song", "Band"))
    other_ledger.poll(make_item(0.4, stray, ALBUM))
    ledger.poll(make_item(50_000, stray | {"name": "No, this one"}))
    other_ledger.poll(make_item(0.4, stray, ALBUM))
    assert other_ledger.plays() == [
        Play(at(0), SONG["uri"], 180_000, None),
        Play(at(0.4), stray["uri"], None, ALBUM),
    ]


def test_change_is_told_to_all_others_and_told_once(
    ledger: Ledger, other_ledger: Ledger, connection: Connection
) -> None:
    """Whose plays are in the class is not asked: they may be on their way."""
    third = add_listener(connection, "third")
    other_ledger.poll(make_item(0, SONG))
    other_ledger.import_rows(HistoryRow(9_000, None, "Song", "Alias"))
    join(ledger)
    told = "select distinct listener_key from warehouse.etl_changed_class order by 1"
    assert ledger.read(told) == [
        (other_ledger.listener_key,),
        (third.listener_key,),
    ]
    for each in (other_ledger, third):
        each.poll(make_item(90_000, make_track("Other")))
    assert ledger.read(told) == []
