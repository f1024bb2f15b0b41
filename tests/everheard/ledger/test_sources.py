"""Four sources in an order of trust: a watcher and scrobbles beside polls and a history."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from tests.everheard.ledger.ledger import HistoryRow, Ledger, ToldPlay, read_tables
from tests.everheard.pages import Json, at, make_item, make_track

SONG = make_track()
EDITION = make_track(edition="2")
BY_NAME: Json = {"name": "Song", "artists": SONG["artists"]}
ALBUM = "spotify:album:a"
MINUTE = 60
Known = tuple[float, int | None, str | None, int]


def watch(seconds: float, ms_played: int | None, track: Json = SONG) -> ToldPlay:
    return ToldPlay(2, seconds, track, ms_played)


def scrobble(seconds: float, length_ms: int | None = None, track: Json = SONG) -> ToldPlay:
    return ToldPlay(3, seconds, track, None, length_ms)


def list_plays(ledger: Ledger) -> list[Known]:
    """Return the plays: seconds, measured time, context, source."""
    return ledger.read(
        """
        select extract(epoch from play.played_at - %s)::float, play.ms_played,
            context.context_uri, play.ms_source
        from warehouse.fact_play as play
        join warehouse.dim_context as context using (context_key)
        order by 1
        """,
        at(0),
    )


def test_each_source_lends_what_the_more_trusted_one_lacks(ledger: Ledger) -> None:
    ledger.tell(scrobble(-200))
    assert list_plays(ledger) == [(400, None, None, 3)]
    ledger.poll(make_item(0.4, SONG, ALBUM))
    assert list_plays(ledger) == [(0.4, None, ALBUM, 0)]
    ledger.tell(watch(1.5, 170_000, BY_NAME))
    assert list_plays(ledger) == [(1.5, 170_000, ALBUM, 2)]
    ledger.import_rows(HistoryRow(0, EDITION["id"], "Song", "Band", 171_000))
    assert list_plays(ledger) == [(0, 171_000, ALBUM, 1)]


STEPS: list[Callable[[Ledger], object]] = [
    lambda ledger: ledger.tell(scrobble(-200), scrobble(1000, 180_000)),
    lambda ledger: ledger.poll(make_item(0.4, SONG, ALBUM)),
    lambda ledger: ledger.tell(watch(1.5, 170_000, EDITION)),
    lambda ledger: ledger.import_rows(HistoryRow(0, SONG["id"], "Song", "Band", 171_000)),
]


@pytest.mark.product
@pytest.mark.parametrize("steps", list(itertools.permutations(STEPS)))
def test_four_sources_give_one_ledger_in_any_order(
    ledger: Ledger, steps: tuple[Callable[[Ledger], object], ...]
) -> None:
    for step in (*steps, STEPS[0], STEPS[1]):
        step(ledger)
    assert list_plays(ledger) == [(0, 171_000, ALBUM, 1), (1180, None, None, 3)]


def test_watcher_beside_a_history_is_no_play_of_its_own(ledger: Ledger) -> None:
    ledger.import_rows(HistoryRow(0, SONG["id"], "Song", "Band"))
    ledger.tell(watch(89, 5_000))
    assert list_plays(ledger) == [(0, 180_000, None, 1)]
    ledger.tell(watch(91, 6_000))
    assert [source for *_, source in list_plays(ledger)] == [1, 2]


@pytest.mark.parametrize(
    ("start", "is_its_own"),
    [
        (-170, False),  # when it began
        (-170 + 90, False),
        (-170 + 91, True),  # it was heard for longer than that
        (-170 - 30 * MINUTE, False),  # a pause of half an hour
        (-171 - 30 * MINUTE, True),
        (1, True),  # after its end
    ],
)
def test_start_belongs_to_a_measured_end(ledger: Ledger, start: float, is_its_own: bool) -> None:
    ledger.import_rows(HistoryRow(0, SONG["id"], "Song", "Band", 170_000))
    ledger.tell(scrobble(start))
    assert [source for *_, source in list_plays(ledger)].count(3) == is_its_own


def test_start_is_not_before_the_end_of_the_play_before(ledger: Ledger) -> None:
    rows = [HistoryRow(second, SONG["id"], "Song", "Band", 60_000) for second in (-600, 0)]
    ledger.import_rows(*rows)
    ledger.tell(scrobble(-601 - 90))
    assert len(list_plays(ledger)) == 2  # the play of -600 began with it
    ledger.tell(scrobble(-700))
    assert len(list_plays(ledger)) == 3  # and neither may go to the play of 0
    ledger.tell(scrobble(-600 - 90))
    assert len(list_plays(ledger)) == 3  # this one may


def test_start_of_a_polled_play_goes_by_the_track_s_length(ledger: Ledger) -> None:
    ledger.poll(make_item(0, SONG))  # 200 s
    ledger.tell(scrobble(-200 - 30 * MINUTE))
    assert len(list_plays(ledger)) == 1
    ledger.tell(scrobble(-1), scrobble(-201 - 30 * MINUTE))
    assert [source for *_, source in list_plays(ledger)] == [3, 3, 0]


def test_length_learnt_later_moves_pairs_and_estimated_ends(ledger: Ledger) -> None:
    unknown = {**SONG, "duration_ms": None}
    ledger.poll(make_item(0, unknown))
    ledger.tell(scrobble(-35 * MINUTE), scrobble(5000))
    assert list_plays(ledger) == [(0, None, None, 0), (5600, None, None, 3)]
    ledger.learn_length(SONG, 120_000)
    assert list_plays(ledger) == [
        (-33 * MINUTE, None, None, 3),
        (0, None, None, 0),
        (5120, None, None, 3),
    ]


def test_length_that_another_listener_learns_is_derived_too(
    ledger: Ledger, other_ledger: Ledger
) -> None:
    ledger.tell(scrobble(0))
    other_ledger.poll(make_item(0, SONG))
    ledger.tell(scrobble(90_000, 60_000))
    assert [play[0] for play in list_plays(ledger)][:1] == [0]  # the other's play
    plays = ledger.read(
        "select extract(epoch from played_at - %s)::float from warehouse.fact_play"
        " where listener_key = %s order by 1",
        at(0),
        ledger.listener_key,
    )
    assert plays == [(200,), (90_060,)]


def test_estimated_end_is_told_as_an_estimate(ledger: Ledger) -> None:
    ledger.tell(scrobble(0, 100_000), scrobble(50_000))
    assert ledger.read("select source, is_estimated, ms_listened from bi.play order by 3") == [
        ("scrobble", True, 0),  # of unknown length
        ("scrobble", True, 100_000),
    ]


def test_greatest_figures_stay_whatever_came_first(ledger: Ledger) -> None:
    for ms_played in (5_000, 7_000, 6_000, None):
        ledger.tell(watch(0, ms_played))
    assert list_plays(ledger) == [(0, 7_000, None, 2)]


def test_same_again_writes_nothing(ledger: Ledger) -> None:
    told = watch(0, 5_000), scrobble(9_000, 60_000)
    assert ledger.tell(*told) == 2
    before = read_tables(ledger.connection)
    assert ledger.tell(*told) == 0
    after = read_tables(ledger.connection)
    assert {name for name in before if before[name] != after[name]} <= {"etl_touched_span"}


def test_dry_run_leaves_no_trace(ledger: Ledger) -> None:
    before = read_tables(ledger.connection)
    assert ledger.tell(watch(0, 5_000), scrobble(9_000), dry_run=True) == 2
    assert read_tables(ledger.connection) == before


@pytest.mark.parametrize("tracks", list(itertools.permutations([SONG, EDITION])))
def test_poll_that_tells_two_ids_of_one_moment_tells_one_play(
    ledger: Ledger, tracks: tuple[Json, ...]
) -> None:
    for track in tracks:
        ledger.poll(make_item(0.5, track, ALBUM if track is EDITION else None))
    ledger.poll(make_item(0.501, SONG))
    least = min(SONG["uri"], EDITION["uri"])
    plays = ledger.plays()
    assert [(play.played_at, play.track) for play in plays] == [
        (at(0.5), least),
        (at(0.501), SONG["uri"]),
    ]
    assert plays[0].context == ALBUM
    assert ledger.read_one("select count(*) from warehouse.source_poll_play") == (3,)


def test_other_song_of_the_same_moment_is_another_play(ledger: Ledger) -> None:
    ledger.poll(make_item(0.5, SONG), make_item(0.5, make_track("Song", ("Stranger",))))
    assert len(ledger.plays()) == 2
