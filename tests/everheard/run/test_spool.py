from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from everheard.run.spool import Spool, SpoolTrouble

SECRET = "c" * 32
OWNER, OTHER_OWNER = "a1" * 32, "b2" * 32


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "deep" / "spool", SECRET)


def read(spool: Spool, kind: str = "job", owner: str = OWNER) -> list[object]:
    kept, faults = spool.read(kind, owner)
    assert faults == []
    return [one.content for one in kept]


def test_what_is_kept_comes_back_oldest_first(spool: Spool) -> None:
    for number in range(12):
        spool.add("job", OWNER, {"items": [number, "é\ud83d"]})
    assert read(spool) == [{"items": [number, "é\ud83d"]} for number in range(12)]


def test_owners_and_kinds_are_kept_apart(spool: Spool) -> None:
    spool.add("job", OWNER, {"items": [1]})
    spool.add("job", OTHER_OWNER, {"items": [2]})
    spool.add("token", OWNER, {"refresh_token": "AQ"})
    assert read(spool) == [{"items": [1]}]


def test_removing_forgets_only_what_was_read(spool: Spool) -> None:
    spool.add("job", OWNER, {"items": [1]})
    kept, _ = spool.read("job", OWNER)
    spool.add("job", OWNER, {"items": [2]})
    spool.remove(kept)
    spool.remove(kept)
    assert read(spool) == [{"items": [2]}]


def test_empty_or_missing_folder_holds_nothing(spool: Spool) -> None:
    assert read(spool) == []


def test_files_show_nothing_of_what_they_hold(spool: Spool, tmp_path: Path) -> None:
    spool.add("job", OWNER, {"items": ["Ode to Joy" * 50]})
    (file,) = (tmp_path / "deep" / "spool").iterdir()
    assert b"Ode" not in file.read_bytes()
    assert OWNER not in file.name


if os.name == "posix":  # Windows has no such modes

    def test_only_the_owner_of_the_process_may_read(spool: Spool, tmp_path: Path) -> None:
        spool.add("job", OWNER, {})
        folder = tmp_path / "deep" / "spool"
        (file,) = folder.iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", ["empty", "cut", "noise", "another secret"])
def test_unreadable_file_is_told_of_and_left_alone(
    spool: Spool, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "deep" / "spool"
    spool.add("job", OWNER, {"items": [1]})
    (broken,) = folder.iterdir()
    encrypted = broken.read_bytes()
    contents = {"empty": b"", "cut": encrypted[:-9], "noise": b"\x80" * 99}
    if damage == "another secret":
        broken.unlink()
        Spool(folder, "d" * 32).add("job", OWNER, {"items": [1]})
        (broken,) = folder.iterdir()
    else:
        broken.write_bytes(contents[damage])
    spool.add("job", OWNER, {"items": [2]})
    before = broken.read_bytes()
    kept, faults = spool.read("job", OWNER)
    assert [one.content for one in kept] == [{"items": [2]}]
    assert len(faults) == 1
    assert broken.name in faults[0]
    assert broken.read_bytes() == before


def test_encrypted_nonsense_is_told_of(spool: Spool, tmp_path: Path) -> None:
    spool.add("job", OWNER, ["not an answer"])  # type: ignore[arg-type]
    kept, faults = spool.read("job", OWNER)
    assert (kept, len(faults)) == ([], 1)


def test_file_that_another_runner_has_just_drained_is_no_fault(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.add("job", OWNER, {"items": [1]})
    real_read = Path.read_bytes

    def drained(path: Path) -> bytes:
        path.unlink()
        return real_read(path)

    monkeypatch.setattr(Path, "read_bytes", drained)
    assert read(spool) == []


def test_half_written_file_is_never_read(spool: Spool, tmp_path: Path) -> None:
    spool.add("job", OWNER, {"items": [1]})
    (whole,) = (tmp_path / "deep" / "spool").iterdir()
    whole.rename(whole.with_name(whole.name + ".part"))
    assert read(spool) == []


def test_full_disk_leaves_nothing_behind(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No disk is filled: the system says what it says of a full one when the file is written."""

    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    for _ in range(3):
        with pytest.raises(SpoolTrouble, match="No space left"):
            spool.add("job", OWNER, {"items": [1]})
    assert list((tmp_path / "deep" / "spool").iterdir()) == []
    monkeypatch.undo()
    spool.add("job", OWNER, {"items": [1]})
    assert read(spool) == [{"items": [1]}]
