"""Settings are written into .env, its owner's alone."""

import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli.env_file import write_settings
from everheard.failure import ConfigurationError

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


def test_root_follows_no_link_of_somebody_else(
    scratch: Path, tmp_path: Path, second_user: dict[str, Any]
) -> None:
    secret = tmp_path / "shadow"
    secret.write_text("root's own\n")
    theirs = scratch / f"clone-{tmp_path.name}"
    theirs.mkdir()
    theirs.chmod(0o777)
    subprocess.run(["/bin/ln", "-s", secret, theirs / ".env"], check=True, cwd="/", **second_user)
    with pytest.raises(ConfigurationError, match="link that root did not make"):
        write_settings(theirs / ".env", {"DATABASE_URL": "postgresql://a:b@c/d"})
    assert secret.read_text() == "root's own\n"
    assert [path.name for path in theirs.iterdir()] == [".env"]
