"""Settings are written into .env, its owner's alone."""

import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values

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


def test_every_value_comes_back_as_it_was_and_other_lines_stay(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    before = "# mine\r\nexport A=1\nB='two\nlines' # said\n\nDATABASE_URL=old\nlast = 3"
    env_file.write_bytes(before.encode())
    values = {"DATABASE_URL": 'it\'s \\ a # "b" $HOME é', "NEW": "\\'"}
    write_settings(env_file, values)
    assert {**dotenv_values(env_file)} == {"A": "1", "B": "two\nlines", "last": "3", **values}
    write_settings(env_file, {"DATABASE_URL": "old"})
    written = env_file.read_bytes().decode()
    assert written == before.replace("=old", "='old'") + "\nNEW='\\\\\\''\n"


def test_file_that_is_no_utf_8_is_named_and_stays(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"NAME=caf\xe9\n")
    with pytest.raises(ConfigurationError, match="save it as UTF-8"):
        write_settings(tmp_path / ".env", {"DATABASE_URL": ""})
    assert (tmp_path / ".env").read_bytes() == b"NAME=caf\xe9\n"


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
