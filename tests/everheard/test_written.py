"""A folder where a listener works: what is theirs stays; all of it is new, or nothing is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from everheard.failure import ConfigurationError
from everheard.written import RECORD, Written


def read_all(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != RECORD]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_what_was_written_is_known_again(tmp_path: Path) -> None:
    Written(tmp_path).write({"a": b"1", "below/b": b"2"})
    again = Written(tmp_path)
    assert again.names == {"a", "below/b"}
    assert again.find_strange(["a", "c"]) == []
    assert again.find_theirs(["a", "below/b", "c"]) == []
    assert again.knows({"a": b"1"})
    assert not again.knows({"a": b"2"})


def test_what_is_not_ours_is_refused_by_name_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    written = Written(tmp_path)
    with pytest.raises(ConfigurationError, match=r"index\.html, which Everheard did not write"):
        written.refuse_strange(["index.html", "pages.css"], "name another")
    assert read_all(tmp_path) == {"index.html": b"mine"}


def test_file_that_was_changed_since_is_theirs(tmp_path: Path) -> None:
    Written(tmp_path).write({"a": b"1", "b": b"2"})
    (tmp_path / "a").write_text("mine")
    assert Written(tmp_path).find_theirs(["a", "b"]) == ["a"]


def test_outdated_files_go_and_others_stay(tmp_path: Path) -> None:
    Written(tmp_path).write({"old": b"1", "kept": b"2"})
    (tmp_path / "mine").write_text("x")
    written = Written(tmp_path)
    written.write({"new": b"3"}, outdated={"old"})
    assert read_all(tmp_path) == {"new": b"3", "kept": b"2", "mine": b"x"}
    assert Written(tmp_path).names == {"new", "kept"}


def test_one_file_in_the_way_and_all_is_as_it_was(tmp_path: Path) -> None:
    Written(tmp_path).write({"a": b"1", "z": b"1", "old": b"1"})
    before = read_all(tmp_path)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "inside").write_text("x")
    (tmp_path / "n").write_text("no folder")
    with pytest.raises(OSError) as caught:  # noqa: PT011
        Written(tmp_path).write({"a": b"2", "n/b": b"2", "z": b"2"}, outdated={"old"})
    assert str(caught.value.filename).endswith("n/b")
    assert read_all(tmp_path) == {**before, "m/inside": b"x", "n": b"no folder"}
    Written(tmp_path).write({"a": b"3", "z": b"3"})
    assert read_all(tmp_path)["a"] == b"3", "it goes on once nothing is in the way"


def test_record_that_cannot_be_kept_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "records").write_text("no folder")
    with pytest.raises(OSError):  # noqa: PT011
        Written(tmp_path / "own", records=tmp_path / "records").write({"a": b"1"})
    assert list((tmp_path / "own").iterdir()) == []


def test_files_that_stand_as_they_are_to_be_are_not_touched(tmp_path: Path) -> None:
    Written(tmp_path).write({"a": b"1"})
    before = (tmp_path / "a").stat().st_ino
    Written(tmp_path).write({"a": b"1"})
    assert (tmp_path / "a").stat().st_ino == before


@pytest.mark.posix
def test_published_files_are_readable_and_others_are_their_owners_alone(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        Written(tmp_path / "web", is_public=True).write({"a": b"1", "b/c": b"1"})
        Written(tmp_path / "own").write({"a": b"1", "b/c": b"1"})
    finally:
        os.umask(old)
    for folder, modes in (("web", (0o755, 0o644)), ("own", (0o700, 0o600))):
        for path in (tmp_path / folder, *(tmp_path / folder).rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == modes[path.is_file()], path


def test_damaged_record_knows_of_nothing(tmp_path: Path) -> None:
    Written(tmp_path).write({"a": b"1"})
    (tmp_path / RECORD).write_text("{")
    assert Written(tmp_path).find_strange(["a"]) == ["a"]
