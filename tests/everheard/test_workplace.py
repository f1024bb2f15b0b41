"""The private folder of an import, beside those of others."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from everheard.config import PROJECT_DIR
from everheard.workplace import private_folder

_KILLED = """
import os, sys
from pathlib import Path
from everheard.workplace import private_folder
with private_folder(Path(sys.argv[1])) as folder:
    (folder / "0.json").write_text("[]")
    print(folder, flush=True)
    os._exit(9)
"""


def leave_folder(home: Path) -> Path:
    """Return the folder of an import that was killed."""
    command = [sys.executable, "-c", _KILLED, str(home)]
    said = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    return Path(said.stdout.strip())


def list_all(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_folder_goes_with_all_that_was_in_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), private_folder(tmp_path / "home") as folder:
        (folder / "nowhere" / "0.json").write_text("[]")
    assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.posix
def test_nobody_else_can_look_into_it(tmp_path: Path) -> None:
    with private_folder(tmp_path) as folder:
        assert folder.stat().st_mode & 0o077 == 0


def test_folder_in_use_is_left_to_its_owner(tmp_path: Path) -> None:
    with private_folder(tmp_path) as first, private_folder(tmp_path) as second:
        assert first != second
        assert first.is_dir()


def test_folder_of_an_import_that_was_killed_is_removed(tmp_path: Path) -> None:
    left = leave_folder(tmp_path)
    assert (left / "0.json").exists()
    with private_folder(tmp_path):
        assert not left.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_somebody_else_made_stays_whatever_it_is_called(tmp_path: Path) -> None:
    """A person's own history may lie in our home, under a name like one of ours."""
    for name in ("import-2024", "import-old.d", "import-" + "0" * 32):
        (tmp_path / name).mkdir()
        (tmp_path / name / "endsong_0.json").write_text("[]")
    for name in ("import-2024.lock", "import-notes", "import-x.lock"):
        (tmp_path / name).write_text("mine")
    before = list_all(tmp_path)
    with private_folder(tmp_path):
        pass
    assert list_all(tmp_path) == before


def test_copy_of_a_folder_is_not_the_folder(tmp_path: Path) -> None:
    left = leave_folder(tmp_path)
    shutil.copytree(left, tmp_path / "import-copy")
    with private_folder(tmp_path):
        assert (tmp_path / "import-copy" / "0.json").exists()


@pytest.mark.posix
def test_nothing_is_removed_through_a_link(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    left = leave_folder(home)
    shutil.move(left, elsewhere)
    left.symlink_to(elsewhere)
    before = list_all(elsewhere)
    with private_folder(home):
        pass
    assert list_all(elsewhere) == before
    assert left.is_symlink()


@pytest.mark.posix
def test_folder_made_on_the_way_is_its_owners_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with private_folder(tmp_path / "data" / "home") as folder:
            modes = [path.stat().st_mode & 0o077 for path in (folder, *folder.parents[:2])]
    finally:
        os.umask(old)
    assert modes == [0, 0, 0]
