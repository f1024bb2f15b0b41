from __future__ import annotations

from itertools import pairwise

import pytest

from simulator.catalogue import Catalogue, SimulatedEpisode, SimulatedTrack
from simulator.clock import DAY_MS, HOUR_MS, MINUTE_MS, from_iso
from simulator.discography import make_catalogue
from simulator.listeners import SimulatedListener
from simulator.listening import Play

START_MS = from_iso("2026-01-05T06:00:00Z")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return make_catalogue(1, 2000, START_MS)


def make_listener(catalogue: Catalogue, kind: str = "steady", days: int = 200) -> SimulatedListener:
    return SimulatedListener(0, kind, 1, catalogue, START_MS - days * DAY_MS)


@pytest.fixture(scope="module")
def year(catalogue: Catalogue) -> list[Play]:
    listener = make_listener(catalogue, days=365)
    return list(listener.plays(0, START_MS))


def test_listening_is_the_same_however_the_clock_is_stepped(catalogue: Catalogue) -> None:
    at_once, stepped = make_listener(catalogue), make_listener(catalogue)
    whole = list(at_once.plays(START_MS, START_MS + 20 * DAY_MS))
    for hour in range(19 * 24, 0, -7):  # backwards, in odd steps
        stepped.window(START_MS + hour * HOUR_MS)
    parts = [
        play
        for day in range(20)
        for play in stepped.plays(START_MS + day * DAY_MS, START_MS + (day + 1) * DAY_MS)
    ]
    assert parts == whole
    assert len(whole) > 300


def test_another_seed_or_listener_hears_something_else(catalogue: Catalogue) -> None:
    one = make_listener(catalogue).window(START_MS)
    assert SimulatedListener(1, "steady", 1, catalogue, 0).window(START_MS) != one
    assert SimulatedListener(0, "steady", 2, catalogue, 0).window(START_MS) != one


def test_plays_follow_one_another(year: list[Play]) -> None:
    assert all(one.ended_ms < two.ended_ms for one, two in pairwise(year))
    assert all(one.ended_ms <= two.started_ms for one, two in pairwise(year))
    assert all(play.ended_ms - play.started_ms >= play.ms_played > 0 for play in year)


def test_nobody_hears_an_album_before_it_is_out(year: list[Play]) -> None:
    assert all(
        play.started_ms > play.item.album.released_ms
        for play in year
        if isinstance(play.item, SimulatedTrack)
    )


def test_favourites_are_heard_far_more_often(year: list[Play]) -> None:
    counts: dict[str, int] = {}
    for play in year:
        if isinstance(play.item, SimulatedTrack) and not play.item.is_local:
            artist = play.item.artists[0].id
            counts[artist] = counts.get(artist, 0) + 1
    ranked = sorted(counts.values(), reverse=True)
    assert sum(ranked[:20]) > 0.3 * sum(ranked)
    assert len(ranked) > 100


def test_nights_are_quiet(year: list[Play]) -> None:
    hours = [play.started_ms // HOUR_MS % 24 for play in year]
    assert 4 * sum(hour in (1, 2) for hour in hours) < sum(hour in (17, 18) for hour in hours)


def test_listening_has_every_oddity(year: list[Play]) -> None:
    assert {"trackdone", "fwdbtn", "endplay"} == {play.reason_end for play in year}
    assert any(play.ended_ms - play.started_ms - play.ms_played > 3000 for play in year)
    assert any(isinstance(play.item, SimulatedEpisode) for play in year)
    for sign in ("private", "offline", "is_video", "shuffle"):
        assert {getattr(play, sign) for play in year} == {True, False}
    assert any(isinstance(play.item, SimulatedTrack) and play.item.is_local for play in year)
    kinds = {(play.context_uri or "none").split(":")[1:2][0] for play in year if play.context_uri}
    assert {"album", "playlist", "artist", "collection", "show"} == kinds
    assert any(play.context_uri is None for play in year)


def test_short_tracks_are_started_again_within_90_seconds(year: list[Play]) -> None:
    due = [play for play in year if play.is_due]
    again = [
        two
        for one, two in pairwise(due)
        if one.item is two.item and two.ended_ms - one.ended_ms < 90_000
    ]
    assert len(again) > 10


def test_offline_plays_arrive_late_with_their_older_end(year: list[Play]) -> None:
    late = [play for play in year if play.uploaded_ms > play.ended_ms]
    assert late
    assert all(play.offline for play in late)
    assert max(play.uploaded_ms - play.ended_ms for play in late) > 2 * HOUR_MS


def test_window_holds_the_newest_fifty_that_are_due(catalogue: Catalogue) -> None:
    listener = make_listener(catalogue)
    window = listener.window(START_MS)
    due = [play for play in listener.plays(0, START_MS) if play.is_due]
    known = [play for play in due if play.uploaded_ms <= START_MS]
    assert window == known[:-51:-1]
    assert all(isinstance(play.item, SimulatedTrack) for play in window)


def test_heard_says_until_when_each_play_was_shown(catalogue: Catalogue) -> None:
    listener = make_listener(catalogue, "heavy", days=12)
    heard = listener.heard(START_MS)
    for row in heard[:: len(heard) // 40]:
        moments = [(row.uploaded_ms, True)]
        if row.lost_ms is not None:
            moments = [(row.uploaded_ms, row.uploaded_ms < row.lost_ms), (row.lost_ms, False)]
            moments += [(row.lost_ms - 1, row.uploaded_ms < row.lost_ms)]
        for moment_ms, is_shown in moments:
            ends = {play.ended_ms for play in listener.window(moment_ms)}
            assert (row.played_at_ms in ends) is is_shown


def test_a_poll_every_half_hour_sees_everything(catalogue: Catalogue) -> None:
    for kind in ("light", "steady", "heavy"):
        listener = make_listener(catalogue, kind, days=60)
        for row in listener.heard(START_MS):
            assert row.lost_ms is None or row.lost_ms - row.uploaded_ms >= 30 * MINUTE_MS


def test_quiet_listener_hears_only_what_a_test_says(catalogue: Catalogue) -> None:
    listener = make_listener(catalogue, "quiet")
    assert listener.heard(START_MS) == []
    first, second = catalogue.tracks[:2]
    listener.hear(second, START_MS + 500_000)
    listener.hear(first, START_MS, ms_played=31_000, uploaded=START_MS + HOUR_MS)
    assert [play.item for play in listener.window(START_MS + 600_000)] == [second]
    later = listener.window(START_MS + HOUR_MS)
    assert [play.item for play in later] == [second, first]
    rows = listener.heard(START_MS + HOUR_MS)
    assert [(row.track_id, row.ms_played) for row in rows] == [
        (first.id, 31_000),
        (second.id, second.duration_ms),
    ]
