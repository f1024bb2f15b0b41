"""What plays, in one line: from this machine's watcher where there is one, else from Spotify."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import simulator
from cli.playing import describe
from everheard.encryption import fingerprint
from everheard.watcher.playbacks import Listening
from everheard.watcher.samples import to_sample
from everheard.watcher.store import open_store
from simulator.server import SimulatedServer
from tests.cli.conftest import Type
from tests.everheard.pages import make_track
from tests.everheard.watcher.test_playbacks import START, make_answer


@pytest.fixture
def spotify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedServer]:
    with simulator.running(seed=5, tracks=1500, history_days=0, listeners=["quiet"]) as server:
        for name, value in server.environ().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("EVERHEARD_HOME", str(tmp_path))
        yield server


def test_silence_is_told(type_command: Type, spotify: SimulatedServer) -> None:
    assert type_command("playing", "--once") == (0, "nothing plays\n", "")


def test_what_plays_is_told(type_command: Type, spotify: SimulatedServer) -> None:
    world = spotify.world
    track = world.catalogue.tracks[0]
    world.hear(track, world.clock.now_ms + 60_000)
    code, out, _ = type_command("playing", "--once")
    assert code == 0
    assert out.startswith("▶ ")
    assert track.name[:15] in out


def test_watcher_of_this_machine_is_read_and_spotify_not_asked(
    type_command: Type, spotify: SimulatedServer, tmp_path: Path
) -> None:
    environ = spotify.environ()
    owner = fingerprint(environ["SPOTIFY_CLIENT_SECRET"], environ["SPOTIFY_REFRESH_TOKEN"])
    listening = Listening()
    answer = {"item": make_track("Watched"), "progress_ms": 1000, "is_playing": True}
    with open_store(tmp_path) as store:
        listening.take(to_sample(answer, datetime.now(UTC)))
        store.keep(owner, listening, [])
    asked = spotify.world.calls.count()
    code, out, _ = type_command("playing", "--once")
    assert code == 0
    assert "Watched" in out
    assert spotify.world.calls.count() == asked


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (None, "nothing plays"),
        ({"item": None, "currently_playing_type": "ad"}, "an advertisement"),
        (make_answer(50, "a", artists=[{"name": "B"}]), "▶ a – B  1:00 ━━━━━━────────────── 3:20"),
        (make_answer(50, "a", is_playing=False), "⏸ a  0:50 ━━━━━─────────────── 3:20"),
        (make_answer(None, "a"), "▶ a"),
        (make_answer(199, "\x1b[31ma\r\nb"), "▶ \N{REPLACEMENT CHARACTER}[31ma  b"),
    ],
)
def test_line_says_what_and_how_far(answer: dict[str, object] | None, line: str) -> None:
    said = describe(to_sample(answer, START), START + timedelta(seconds=10))
    assert said.startswith(line)
    assert "\x1b" not in said
