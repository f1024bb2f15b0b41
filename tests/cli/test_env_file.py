"""Settings are written into .env, its owner's alone."""

import stat
from pathlib import Path

import pytest

from cli.env_file import write_settings

pytestmark = pytest.mark.posix


def test_link_stays_a_link_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    volume, code = tmp_path / "volume", tmp_path / "code"
    volume.mkdir()
    code.mkdir()
    env_file = code / ".env"
    env_file.symlink_to(volume / ".env")

    write_settings(env_file, {"SPOTIFY_REFRESH_TOKEN": "first"})
    write_settings(env_file, {"SPOTIFY_REFRESH_TOKEN": "second", "LISTENER_TIMEZONE": "UTC"})

    assert env_file.is_symlink()
    assert [path.name for path in code.iterdir()] == [".env"]
    kept = volume / ".env"
    assert kept.read_text() == "SPOTIFY_REFRESH_TOKEN='second'\nLISTENER_TIMEZONE='UTC'\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
