"""Handing the settings to GitHub: a stand-in for gh, a real git repository beside a real remote."""

import io
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest
from tzlocal import reload_localzone, windows_tz

from cli.github import client as github
from cli.github import schedule_minutes as minutes
from cli.setup.actions import hand_over
from cli.setup.steps import ask_windows, guess_timezone
from everheard.config import Settings, read_settings
from everheard.failure import Failure
from everheard.zones import is_zone
from tests.gh import FakeGitHub
from tests.repository.project import PROJECT_DIR

pytestmark = pytest.mark.posix  # the stand-ins for gh and the clipboard are scripts

SETTINGS = {
    "DATABASE_URL": "postgresql://ada:pass-word@db.example.org/everheard",
    "SPOTIFY_CLIENT_ID": "client-id",
    "SPOTIFY_CLIENT_SECRET": "client-secret",
    "SPOTIFY_REFRESH_TOKEN": "token-a,token-b",
    "LISTENER_TIMEZONE": "Europe/Berlin",
    "GITHUB_REPOSITORY": FakeGitHub.repository,
}


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lend a clone with our workflows, and the remote it came from."""
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    git(tmp_path, "clone", "--quiet", str(remote), str(clone))
    git(clone, "checkout", "--quiet", "-b", "main")
    for name, value in {"name": "Ada", "email": "ada@example.org"}.items():
        git(clone, "config", f"user.{name}", value)
    shutil.copytree(PROJECT_DIR / ".github", clone / ".github")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--message", "first")
    git(clone, "push", "--quiet", "--set-upstream", "origin", "main")
    monkeypatch.setattr(github, "PROJECT_DIR", clone)
    monkeypatch.setattr(
        minutes.commit_new_minutes, "__defaults__", (clone / ".github" / "workflows",)
    )
    return clone


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    def make(**changes: str) -> Settings:
        return read_settings({**SETTINGS, **changes}, env_file=tmp_path / "no")

    return make


def test_gh_gets_every_secret_on_its_standard_input(
    repository: Path,
    make_settings: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake = FakeGitHub(tmp_path / "gh")
    fake.put_on_path(monkeypatch)

    said = hand_over(make_settings()) + capsys.readouterr().out

    state = fake.read()
    assert state["secrets"] == {
        name: value for name, value in SETTINGS.items() if name.startswith(("DATABASE", "SPOTIFY"))
    }
    assert state["variables"] == {
        "LISTENER_TIMEZONE": "Europe/Berlin,Europe/Berlin",
        "EVERHEARD": "on",
    }
    words = " ".join(word for call in state["calls"] for word in call)
    for secret in ("pass-word", "client-secret", "token-a"):
        assert secret not in words + said, "no process list and no terminal shows a secret"
    log = git(repository, "log", "--format=%s", "origin/main").splitlines()
    assert log[0] == "Draw minutes for the schedules"


def test_without_gh_each_value_goes_by_the_clipboard_and_is_cleared(
    repository: Path,
    make_settings: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "git").symlink_to(shutil.which("git") or "")
    copied = tmp_path / "copied"
    clipboard = programs / ("pbcopy" if sys.platform == "darwin" else "wl-copy")
    clipboard.write_text(f'#!/bin/sh\n/bin/cat >> "{copied}"; echo "|" >> "{copied}"\n')
    clipboard.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n" * 6))

    hand_over(make_settings())

    assert opened == ["https://github.com/ada/everheard/settings/secrets/actions/new"]
    values = [SETTINGS[name] for name in list(SETTINGS)[:4]]
    assert copied.read_text().split("|\n") == [*values, "", ""], "each in turn, then nothing"
    said = capsys.readouterr().out
    assert [value for value in values if value in said] == []
    assert "EVERHEARD = on" in said


def test_copy_without_a_repository_is_told_how_to_get_one(
    make_settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github, "PROJECT_DIR", tmp_path)
    with pytest.raises(Failure, match="Use this template"):
        hand_over(make_settings(GITHUB_REPOSITORY=""))


def test_time_zone_is_read_off_the_machine(tmp_path: Path) -> None:
    zone = tmp_path / "zoneinfo" / "Europe" / "Berlin"
    zone.parent.mkdir(parents=True)
    zone.touch()
    link = tmp_path / "localtime"
    link.symlink_to(zone)
    assert guess_timezone(link) == "Europe/Berlin"
    assert guess_timezone(tmp_path / "missing") == "UTC"


def test_zone_that_a_library_finds_is_one_that_we_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked on Windows, tried here by the variable that overrides a machine's zone."""
    monkeypatch.setenv("TZ", "Europe/Lisbon")
    reload_localzone()
    assert ask_windows() == "Europe/Lisbon"
    for name in ("W. Europe Standard Time", "Tokyo Standard Time", "Eastern Standard Time"):
        assert is_zone(windows_tz.win_tz[name])
