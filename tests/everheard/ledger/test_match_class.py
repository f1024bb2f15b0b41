"""Which tracks count as one when plays are paired: by name and a shared artist."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest

from tests.everheard.ledger.ledger import Ledger
from tests.everheard.pages import Json, make_album, make_artist, make_item, make_track


def find_classes(ledger: Ledger) -> set[frozenset[str]]:
    rows = ledger.read(
        "select array_agg(coalesce(track_uri, name)) from warehouse.dim_track"
        " where track_key > 0 group by match_key"
    )
    return {frozenset(uris) for (uris,) in rows}


def group(*tracks: Sequence[Json]) -> set[frozenset[str]]:
    return {frozenset(track["uri"] for track in same) for same in tracks}


def load_all(ledger: Ledger, *tracks: Json) -> None:
    for number, track in enumerate(tracks):
        ledger.poll(make_item(number * 1000, track))


def test_same_name_and_a_shared_artist_make_one_class(ledger: Ledger) -> None:
    one = make_track("Song", ["Band"])
    duet = make_track("SONG", ["Guest", "Band"])
    load_all(ledger, one, duet)
    assert find_classes(ledger) == group([one, duet])


def test_namesakes_of_other_artists_stay_apart(ledger: Ledger) -> None:
    one, other = make_track("Intro", ["Band"]), make_track("Intro", ["Stranger"])
    load_all(ledger, one, other)
    assert find_classes(ledger) == group([one], [other])


def test_another_name_by_the_same_artist_stays_apart(ledger: Ledger) -> None:
    one, other = make_track("Song"), make_track("Song - Live")
    load_all(ledger, one, other)
    assert find_classes(ledger) == group([one], [other])


def test_artist_of_the_album_counts_as_shared(ledger: Ledger) -> None:
    one = make_track("Song", ["Singer"], album=make_album("Film", ["Composer"]))
    other = make_track("Song", ["Composer"])
    load_all(ledger, one, other)
    assert find_classes(ledger) == group([one, other])


def test_artists_are_compared_by_folded_name(ledger: Ledger) -> None:
    one, other = make_track("Song", ["Beyoncé"]), make_track("Song", ["BEYONCE"])
    load_all(ledger, one, other)
    assert find_classes(ledger) == group([one, other])


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_track_that_knows_both_joins_strangers_whatever_the_order(
    ledger: Ledger, order: tuple[int, ...]
) -> None:
    tracks = [make_track("Song", names) for names in (["A"], ["B"], ["A", "B"])]
    load_all(ledger, *(tracks[number] for number in order))
    assert find_classes(ledger) == group(tracks)


def test_nameless_tracks_stay_apart(ledger: Ledger) -> None:
    one, other = (make_track("", edition=edition) for edition in "12")
    load_all(ledger, one, other)
    assert find_classes(ledger) == group([one], [other])


def test_renamed_track_leaves_its_class(ledger: Ledger) -> None:
    first, second, third = (make_track("Song", edition=edition) for edition in "123")
    load_all(ledger, first, second, third)
    ledger.poll(make_item(9000, first | {"name": "Another song"}))
    assert find_classes(ledger) == group([first], [second, third])


def test_recredited_track_leaves_its_class(ledger: Ledger) -> None:
    first, second, third = (make_track("Song", edition=edition) for edition in "123")
    load_all(ledger, first, second, third)
    elsewhere = make_album("Elsewhere", ["Stranger"])
    ledger.poll(make_item(9000, first | {"artists": [make_artist("Stranger")], "album": elsewhere}))
    assert find_classes(ledger) == group([first], [second, third])


def test_album_that_gets_its_artist_later_joins_its_tracks(ledger: Ledger) -> None:
    nobody = make_album("Film", ["Composer"]) | {"artists": []}
    one = make_track("Song", ["Singer"], album=nobody)
    other = make_track("Song", ["Composer"])
    third = make_track("End credits", ["Singer"], album=make_album("Film", ["Composer"]))
    load_all(ledger, one, other, third)
    assert find_classes(ledger) == group([one, other], [third])


def test_artist_that_gets_a_name_later_joins_its_tracks(ledger: Ledger) -> None:
    nameless = make_track("Song", album={}) | {"artists": [make_artist("", "b" * 22)]}
    other = make_track("Song", ["Band"], edition="2", album={})
    third = make_track("Coda", album={}) | {"artists": [make_artist("Band", "b" * 22)]}
    load_all(ledger, nameless, other, third)
    assert find_classes(ledger) == group([nameless, other], [third])
