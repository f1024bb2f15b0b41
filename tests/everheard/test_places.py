"""Where a file is: root goes through no link of somebody else's, to no file of theirs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from everheard.files import lend_folder, open_file, read_file, touch_file, write_file
from everheard.places import find_real, is_roots_own

pytestmark = pytest.mark.posix


@pytest.fixture
def theirs(scratch: Path, tmp_path_factory: pytest.TempPathFactory, second_user: Any) -> Path:
    """Lend root a folder that belongs to somebody else."""
    folder = scratch / tmp_path_factory.mktemp("theirs").name
    folder.mkdir(mode=0o755)
    os.chown(folder, second_user["user"], second_user["group"])
    return folder


def test_links_lead_where_they_lead_and_what_is_none_is_itself(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "second").symlink_to(tmp_path / "link")
    for name in ("real", "link", "second"):
        assert find_real(tmp_path / name) == tmp_path / "real"
    assert find_real(tmp_path / "missing") == tmp_path / "missing"


def test_root_is_led_nowhere_by_somebody_elses_link(
    theirs: Path, tmp_path: Path, second_user: dict[str, Any]
) -> None:
    subprocess.run(["/bin/ln", "-s", tmp_path / "new", theirs / "link"], check=True, **second_user)
    with pytest.raises(OSError, match="link that root did not make"):
        find_real(theirs / "link")


def test_folder_is_roots_own_where_all_it_is_in_are(theirs: Path, tmp_path: Path) -> None:
    assert is_roots_own(tmp_path)
    inside = theirs / "inside"
    inside.mkdir()
    assert not is_roots_own(inside)
    tmp_path.chmod(0o777)
    assert not is_roots_own(tmp_path)


def test_second_name_of_somebody_elses_file_is_neither_read_nor_touched(
    theirs: Path, scratch: Path
) -> None:
    """The kernel may allow such a link, and a folder may have had another owner."""
    secret = scratch / f"secret-{theirs.name}"
    secret.write_text("root's own")
    os.utime(secret, (1, 1))
    os.link(secret, theirs / "done")
    for way in (read_file, open_file, touch_file):
        with pytest.raises(OSError, match="another name of somebody else's file"):
            way(theirs / "done")
    write_file(theirs / "done", "new")
    assert (secret.read_text(), secret.stat().st_mtime) == ("root's own", 1)
    os.link(theirs / "done", theirs / "snapshot")  # their own may have as many as they like
    assert read_file(theirs / "snapshot") == b"new"


def test_folder_that_is_lent_among_somebody_elses_cannot_be_taken_away(
    theirs: Path, tmp_path: Path
) -> None:
    with lend_folder(theirs / "lent") as lent:
        (theirs / "lent").rename(theirs / "moved")
        (theirs / "lent").symlink_to(tmp_path)
        (lent / "0.json").write_text("[]")
    assert list(tmp_path.iterdir()) == []
    assert (theirs / "moved" / "0.json").stat().st_uid == 0
