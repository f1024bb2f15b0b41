"""Samples become playbacks: what was heard, however it was sampled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks.now_playing import START_MS, compare, watch
from everheard.sources.fields import Json
from everheard.watcher.playbacks import Listening, Playback
from everheard.watcher.samples import PlayingKind, to_sample
from simulator.watched import WAYS, WatchedListener

START = datetime(2026, 3, 2, 20, tzinfo=UTC)
LENGTH = 200_000


def make_answer(
    progress_s: float | None, name: str = "a", *, is_playing: bool = True, **more: Any
) -> Json:
    kind = more.pop("kind", "track")
    item = {"uri": f"spotify:{kind}:{name}", "name": name, "duration_ms": LENGTH, **more}
    return {
        "item": item,
        "progress_ms": None if progress_s is None else round(progress_s * 1000),
        "is_playing": is_playing,
        "currently_playing_type": kind,
    }


def listen(*looks: tuple[float, Json | None]) -> list[Playback]:
    """Return the playbacks of some looks: seconds since the start, and the answer."""
    listening, ended = Listening(), []
    for seconds, answer in looks:
        ended += listening.take(to_sample(answer, START + timedelta(seconds=seconds)))
    return ended + listening.finish()


def tell(playbacks: list[Playback]) -> list[tuple[str, float, float, float, bool]]:
    """Return key, start, end and sound in seconds, and whether it was finished."""
    return [
        (
            one.key[-1],
            (one.started_at - START).total_seconds(),
            (one.ended_at - START).total_seconds(),
            one.listened_ms / 1000,
            one.is_finished,
        )
        for one in playbacks
    ]


def test_next_track_tells_when_this_one_ended() -> None:
    heard = listen((10, make_answer(10)), (190, make_answer(190)), (205, make_answer(5, "b")))
    assert tell(heard)[0] == ("a", 0, 200, 200, True)


def test_track_that_was_left_is_not_finished() -> None:
    heard = listen((10, make_answer(10)), (40, make_answer(3, "b")))
    assert tell(heard)[0] == ("a", 0, 37, 37, False)


def test_pause_is_no_listening() -> None:
    heard = listen(
        (10, make_answer(10)),
        (40, make_answer(25, is_playing=False)),
        (400, make_answer(25, is_playing=False)),
        (430, make_answer(45)),
        (460, make_answer(75)),
    )
    assert tell(heard) == [("a", 0, 460, 75, False)]


def test_pause_between_two_looks_is_seen_by_the_progress() -> None:
    assert tell(listen((10, make_answer(10)), (40, make_answer(28)))) == [("a", 0, 40, 28, False)]


def test_jump_forward_is_no_listening() -> None:
    assert tell(listen((10, make_answer(10)), (40, make_answer(120)))) == [("a", 0, 40, 40, False)]


def test_short_jump_back_is_taken_for_a_pause() -> None:
    heard = listen((100, make_answer(100)), (130, make_answer(115)))
    assert tell(heard) == [("a", 0, 130, 115, False)]  # or a pause: it looks the same


def test_repeated_track_is_two_playbacks() -> None:
    heard = listen((190, make_answer(190)), (215, make_answer(15)))
    assert tell(heard) == [("a", 0, 200, 200, True), ("a", 200, 215, 15, False)]


def test_track_begun_again_by_hand_is_two_playbacks() -> None:
    heard = listen((100, make_answer(100)), (130, make_answer(4)))
    assert tell(heard) == [("a", 0, 126, 126, False), ("a", 126, 130, 4, False)]


def test_episode_heard_faster_took_less_time() -> None:
    looks = [(30 * n, make_answer(60 * n, kind="episode")) for n in range(1, 4)]
    paused = make_answer(190, kind="episode", is_playing=False)
    (heard,) = listen((0, None), *looks, (120, paused))
    assert heard.kind is PlayingKind.EPISODE
    assert heard.listened_ms == 95_000


def test_what_stopped_between_two_looks_is_half_believed() -> None:
    assert tell(listen((30, make_answer(30)), (60, None))) == [("a", 0, 45, 45, False)]


def test_what_would_have_ended_by_itself_is_taken_for_finished() -> None:
    assert tell(listen((190, make_answer(190)), (220, None))) == [("a", 0, 200, 200, True)]


def test_paused_track_that_went_on_unseen_was_heard_to_its_end() -> None:
    paused = make_answer(100, is_playing=False)
    heard = listen((100, make_answer(100)), (130, paused), (430, make_answer(20, "b")))
    assert tell(heard)[0][3:] == (200, True)


def test_what_was_paused_before_anybody_looked_counts_from_there() -> None:
    paused = make_answer(100, is_playing=False)
    assert tell(listen((0, paused), (30, make_answer(120)))) == [("a", -100, 30, 20, False)]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (None, PlayingKind.NOTHING),
        ({"item": None, "currently_playing_type": "ad", "is_playing": True}, PlayingKind.AD),
        ({"item": None, "currently_playing_type": "unknown"}, PlayingKind.UNKNOWN),
        ({"item": {"name": None}, "is_playing": True}, PlayingKind.UNKNOWN),
        ({}, PlayingKind.UNKNOWN),
        (make_answer(1), PlayingKind.TRACK),
        (make_answer(1, kind="episode"), PlayingKind.EPISODE),
        (make_answer(None), PlayingKind.TRACK),
        (
            {"item": {"uri": "spotify:local:::x:60", "name": "x", "is_local": True}},
            PlayingKind.LOCAL,
        ),
    ],
)
def test_every_kind_is_named(answer: Json | None, kind: PlayingKind) -> None:
    assert to_sample(answer, START).kind is kind


def test_advertisement_ends_what_was_heard() -> None:
    ad = {"item": None, "currently_playing_type": "ad", "is_playing": True}
    assert len(listen((190, make_answer(190)), (205, ad), (220, make_answer(2, "b")))) == 2


def test_clock_that_was_set_back_ends_nothing() -> None:
    heard = listen((10, make_answer(10)), (5, make_answer(12)), (40, make_answer(40)))
    assert tell(heard) == [("a", 0, 40, 40, False)]


def test_odd_items_break_nothing() -> None:
    for item in (5, [], "x", {"uri": 7}, {"name": ["a"]}, {"uri": "u", "artists": [None, 4]}):
        odd = {"item": item, "progress_ms": "soon", "is_playing": "yes"}
        listen((0, odd), (30, odd), (60, None))


def test_week_of_three_listeners_is_near_the_truth() -> None:
    near, plays = 0.0, 0
    for way in WAYS:
        listener = WatchedListener(way, START_MS, 7, 1)
        watched = watch(listener, 7, failing=0.05)
        score = compare(listener.plays, watched)
        assert score.missing_count == 0
        assert score.total_error < 0.01
        assert max(watched.calls_by_day.values()) <= 2_000
        near += score.near_share * score.play_count
        plays += score.play_count
    assert near / plays >= 0.95
