from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest
import requests

from everheard.config import PROJECT_DIR
from simulator.__main__ import main
from simulator.controls import SWITCHES
from simulator.moods import KINDS
from tests.simulator.caller import TIMEOUT

COMMAND = [sys.executable, "-W", "error", "-m", "simulator", "--tracks", "100"]


@contextmanager
def serving(*options: str) -> Iterator[dict[str, str]]:
    """Run the command; yield what it says to put into ``.env``, and its ready line under ``""``."""
    with subprocess.Popen(
        [*COMMAND, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT_DIR,
    ) as process:
        assert process.stdout is not None
        lines = {"": process.stdout.readline().strip()}
        for _ in range(5):
            name, _, value = process.stdout.readline().strip().partition("=")
            lines[name] = value
        yield lines
        process.send_signal(signal.SIGTERM)
        rest, faults = process.communicate(timeout=TIMEOUT)
        assert (rest, faults) == ("", "")
        if sys.platform != "win32":  # where SIGTERM ends a process without asking it
            assert process.returncode == 0


def read_page(env: dict[str, str]) -> requests.Response:
    token = requests.post(
        f"{env['SPOTIFY_ACCOUNTS_URL']}/api/token",
        data={"grant_type": "refresh_token", "refresh_token": env["SPOTIFY_REFRESH_TOKEN"]},
        auth=(env["SPOTIFY_CLIENT_ID"], env["SPOTIFY_CLIENT_SECRET"]),
        timeout=TIMEOUT,
    ).json()["access_token"]
    return requests.get(
        f"{env['SPOTIFY_API_URL']}/me/player/recently-played?limit=50",
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT,
    )


def test_command_says_where_it_is_and_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    recorded = tmp_path / "page.json"
    recorded.write_text(json.dumps({"items": [{"name": "Ü"}], "next": None}), encoding="utf-8")
    mood = "rate_limited,endpoint=recently_played,times=1,retry_after=null"
    with serving("--recently-played", str(recorded), "--mood", mood) as env:
        assert env[""].startswith(f"Simulated Spotify ready at {env['SPOTIFY_ACCOUNTS_URL']} ")
        limited, answered = read_page(env), read_page(env)
        assert limited.status_code == 429
        assert "Retry-After" not in limited.headers
        assert answered.json()["items"] == [{"name": "Ü"}]
        state = requests.get(f"{env['SPOTIFY_ACCOUNTS_URL']}/simulator/state", timeout=TIMEOUT)
        assert state.json()["speed"] == 0


def test_options_reach_the_world() -> None:
    options = ["--listeners", "quiet,light", "--app", "old", "--speed", "60", "--seed", "9"]
    with serving(*options, "--ceiling", "track=3", "--rate", "5") as env:
        url = f"{env['SPOTIFY_ACCOUNTS_URL']}/simulator/state"
        state = requests.get(url, timeout=TIMEOUT).json()
        assert state["listeners"] == {"ada": "quiet", "ben": "light"}
        assert (state["app"], state["speed"], state["seed"]) == ("old", 60, 9)
        assert state["quota"]["track"]["ceiling"] == 3


def test_help_fits_a_screen_and_names_every_switch_and_mood(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert len(text.splitlines()) <= 50
    assert max(map(len, text.splitlines())) <= 100
    assert {path for _, path in SWITCHES} <= set(text.replace("?", " ").split())
    assert all(kind in text for kind in KINDS)


def test_export_writes_the_listening_of_the_same_world(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "history.zip"
    options = ["--tracks", "100", "--listeners", "2", "--listener", "ben", "--out", str(out)]
    assert main(["export", *options]) == 0
    with ZipFile(out) as archive:
        count = sum(len(json.loads(archive.read(name))) for name in archive.namelist())
    assert capsys.readouterr().out == f"wrote {count} rows of ben to {out}\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--recently-played", "missing.json"], "missing.json"),
        (["--listeners", "loud"], "no listener is 'loud'"),
        (["--mood", "gloomy"], "no mood is called 'gloomy'"),
        (["--start", "soon"], "soon"),
        (["export", "--out", "no/such/folder/x.zip"], "no/such/folder"),
    ],
)
def test_what_cannot_be_used_ends_with_65_and_a_sentence(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(options) == 65
    assert words in capsys.readouterr().err


def test_recording_without_items_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded = tmp_path / "page.json"
    recorded.write_text("[]", encoding="utf-8")
    assert main(["--recently-played", str(recorded)]) == 65
    assert "it has no items" in capsys.readouterr().err
