"""The private folder of an import, beside those of others."""

from pathlib import Path

import pytest

from everheard.sources.spotify_export.folder import private_folder


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


def test_folder_that_nobody_holds_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "import-left"
    left.mkdir()
    (left / "0.json").write_text("[]")
    beside = tmp_path / "import.txt"
    beside.touch()
    with private_folder(tmp_path):
        assert not left.exists()
    assert list(tmp_path.iterdir()) == [beside]
