from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from everheard.config import Settings, SignIn, read_settings
from everheard.failure import ConfigurationError, ExitCode

WHOLE = {
    "DATABASE_URL": "postgresql://ada:pw@db.example/music",
    "EVERHEARD_HOME": "/srv/everheard",
    "SPOTIFY_CLIENT_ID": "id1",
    "SPOTIFY_CLIENT_SECRET": "secret1",
    "SPOTIFY_REFRESH_TOKEN": "AQone",
}


def read(tmp_path: Path, **values: str) -> Settings:
    return read_settings({**WHOLE, **values}, env_file=tmp_path / "no.env")


def find_faults(tmp_path: Path, **values: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, **values)
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    return caught.value.faults


def test_defaults_lead_to_spotify_and_to_no_time_zone(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.api_url == "https://api.spotify.com/v1"
    assert settings.accounts_url == "https://accounts.spotify.com"
    assert settings.sign_ins == (SignIn("AQone", None),)
    assert settings.timezone is None
    assert settings.spool_dir == Path("/srv/everheard/spool")
    assert (settings.trigger, settings.is_actions, settings.step_summary) == ("hand", False, None)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    faults = find_faults(
        tmp_path,
        DATABASE_URL="mysql://db.example/music",
        SPOTIFY_CLIENT_ID="",
        SPOTIFY_CLIENT_SECRET=" ",
        SPOTIFY_REFRESH_TOKEN="",
        LISTENER_TIMEZONE="Mars/Olympus",
        SPOTIFY_API_URL="http://api.example",
        SPOTIFY_ACCOUNTS_URL="ftp://accounts.example",
    )
    for name in (
        "DATABASE_URL",
        "SPOTIFY_CLIENT_ID",
        "SPOTIFY_CLIENT_SECRET",
        "SPOTIFY_REFRESH_TOKEN",
        "LISTENER_TIMEZONE",
        "SPOTIFY_API_URL",
        "SPOTIFY_ACCOUNTS_URL",
    ):
        assert sum(fault.startswith(name) for fault in faults) == 1, name
    assert len(faults) == 7


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("DATABASE_URL", "db.example", "postgresql://"),
        ("DATABASE_URL", "host=db.example dbname=music", "postgresql://"),
        ("DATABASE_URL", "postgresql://ada:pw@db.example", "no database"),
        ("DATABASE_URL", "postgresql://ada:pw@db.example/?sslmode=require", "no database"),
        ("DATABASE_URL", "postgresql://ada:p#w@db.example/music", "%-encoding"),
        ("DATABASE_URL", "postgresql://ada:p/w@db.example/music", "%-encoding"),
        ("DATABASE_URL", "postgresql://ada:p[w@db.example/music", "%-encoding"),
        ("LISTENER_TIMEZONE", "CEST", "CEST"),
        ("LISTENER_TIMEZONE", "Europe", "Europe"),
        ("LISTENER_TIMEZONE", "../../etc/passwd", "no IANA"),
        ("LISTENER_TIMEZONE", "UTC,Europe/Berlin", "2 zones for 1"),
        ("LISTENER_TIMEZONE", ",", "LISTENER_TIMEZONE"),
        ("SPOTIFY_REFRESH_TOKEN", ",", "not set"),
        ("SPOTIFY_API_URL", "http://192.168.1.5/v1", "https"),
        ("SPOTIFY_API_URL", "https://", "https"),
        ("SPOTIFY_API_URL", "https://[::1/v1", "https"),
        ("SPOTIFY_ACCOUNTS_URL", "accounts.example", "https"),
    ],
)
def test_malformed_setting_is_a_sentence(tmp_path: Path, name: str, value: str, word: str) -> None:
    (fault,) = find_faults(tmp_path, **{name: value})
    assert fault.startswith(name)
    assert word in fault


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:hunter2@db.example",
        "mysql://ada:hunter2@h/d",
        "postgresql://a:hunter2#@h/d",
    ],
)
def test_faults_show_no_password(tmp_path: Path, url: str) -> None:
    assert "hunter2" not in " ".join(find_faults(tmp_path, DATABASE_URL=url))


@pytest.mark.parametrize("secret", ["pw", "secret1", "AQone"])
def test_settings_show_no_secret(tmp_path: Path, secret: str) -> None:
    assert secret not in repr(read(tmp_path))


def test_zones_stand_beside_their_tokens(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        SPOTIFY_REFRESH_TOKEN="AQone, AQtwo,",
        LISTENER_TIMEZONE="Europe/Berlin, Asia/Tokyo",
    )
    assert settings.sign_ins == (SignIn("AQone", "Europe/Berlin"), SignIn("AQtwo", "Asia/Tokyo"))


def test_one_zone_is_everybodys(tmp_path: Path) -> None:
    settings = read(tmp_path, SPOTIFY_REFRESH_TOKEN="a,b", LISTENER_TIMEZONE="Asia/Tokyo")
    assert [one.timezone for one in settings.sign_ins] == ["Asia/Tokyo"] * 2


@pytest.mark.parametrize("host", ["127.0.0.1:8888", "[::1]:8888", "localhost"])
def test_plain_http_is_good_enough_on_this_machine(tmp_path: Path, host: str) -> None:
    assert read(tmp_path, SPOTIFY_API_URL=f"http://{host}/v1/").api_url == f"http://{host}/v1"


def test_database_commands_need_no_spotify(tmp_path: Path) -> None:
    settings = read_settings({}, env_file=tmp_path / "no.env", needs_spotify=False)
    assert (settings.database_url, settings.sign_ins) == ("", ())


ENV_FILE = 'SPOTIFY_CLIENT_ID="from file"\nSPOTIFY_CLIENT_SECRET=s\nSPOTIFY_REFRESH_TOKEN=AQfile\n'


def test_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(ENV_FILE)
    settings = read_settings({}, env_file=tmp_path / ".env")
    assert (settings.client_id, settings.sign_ins[0].refresh_token) == ("from file", "AQfile")


def test_environment_wins_over_the_file_even_when_empty(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(ENV_FILE + "DATABASE_URL=postgresql://h/d\n")
    settings = read_settings(
        {"SPOTIFY_CLIENT_ID": "from outside", "DATABASE_URL": ""}, env_file=tmp_path / ".env"
    )
    assert (settings.client_id, settings.database_url) == ("from outside", "")


def test_env_file_as_notepad_saves_it_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(ENV_FILE, encoding="utf-8-sig")
    assert read_settings({}, env_file=tmp_path / ".env").client_id == "from file"


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_env_file_in_another_encoding_is_a_fault(tmp_path: Path, encoding: str) -> None:
    (tmp_path / ".env").write_bytes((ENV_FILE + "EVERHEARD_RUNNER=Zoë\n").encode(encoding))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        read_settings({}, env_file=tmp_path / ".env")


@pytest.mark.parametrize(
    ("values", "trigger"),
    [
        ({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "schedule"}, "schedule"),
        ({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_dispatch"}, "dispatch"),
        ({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push"}, "hand"),
        ({"INVOCATION_ID": "f00"}, "timer"),
        ({"EVERHEARD_TRIGGER": "timer"}, "timer"),
        ({}, "hand"),
    ],
)
def test_what_started_the_run_is_known(
    tmp_path: Path, values: dict[str, Any], trigger: str
) -> None:
    assert read(tmp_path, **values).trigger == trigger


def test_runner_is_named_after_actions_or_the_machine(tmp_path: Path) -> None:
    assert read(tmp_path, GITHUB_ACTIONS="true").runner == "actions"
    assert read(tmp_path, EVERHEARD_RUNNER="attic pi").runner == "attic pi"
    assert read(tmp_path).runner == "", "never the machine's own name"


@pytest.mark.parametrize("name", ["METADATA_CALLS_PER_DAY", "MUSICBRAINZ_CALLS_PER_DAY"])
@pytest.mark.parametrize("value", ["many", "-1", "3.5", "12345678"])
def test_calls_a_day_are_a_whole_number(tmp_path: Path, name: str, value: str) -> None:
    (fault,) = find_faults(tmp_path, **{name: value})
    assert fault.startswith(name)


def test_catalogue_is_asked_300_times_a_day_and_musicbrainz_not_at_all(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.calls_per_day, settings.musicbrainz_contact) == (300, "")
    assert settings.feed_path is None


def test_what_plays_is_shown_to_nobody_unasked(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.now_playing, settings.now_playing_url) == ("off", "http://127.0.0.1:8765")
    assert read(tmp_path, NOW_PLAYING="public").now_playing == "public"


@pytest.mark.parametrize(
    ("name", "value"), [("NOW_PLAYING", "yes"), ("NOW_PLAYING_URL", "http://live.example")]
)
def test_faults_of_now_playing_are_named(tmp_path: Path, name: str, value: str) -> None:
    (fault,) = find_faults(tmp_path, **{name: value})
    assert fault.startswith(f"{name} must be ")
