"""Our own files: private whatever the umask, whole or not at all, and never through a link."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from everheard.files import (
    make_folder,
    make_link,
    move,
    open_file,
    own_folder,
    read_file,
    remove_file,
    remove_folder,
    touch_file,
    write_file,
)

pytestmark = pytest.mark.posix
SECRET = "root's own\n"


@pytest.fixture(params=[0, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    old = os.umask(request.param)
    yield
    os.umask(old)


def read_mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_file_and_folder_are_their_owners_alone_under_every_umask(
    umask: None, tmp_path: Path
) -> None:
    folder = make_folder(tmp_path / "a" / "b")
    write_file(folder / "pages", "About.")
    touch_file(folder / "done")
    assert [read_mode(path) for path in (folder.parent, folder)] == [0o700, 0o700]
    assert [read_mode(path) for path in sorted(folder.iterdir())] == [0o600, 0o600]


def test_file_that_is_to_be_published_is_readable_under_every_umask(
    umask: None, tmp_path: Path
) -> None:
    folder = make_folder(tmp_path / "web", mode=0o755)
    write_file(folder / "index.html", b"About.", mode=0o644)
    assert (read_mode(folder), read_mode(folder / "index.html")) == (0o755, 0o644)


def test_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o751)
    make_folder(tmp_path)
    assert read_mode(tmp_path) == 0o751


def test_file_is_whole_or_the_one_before(tmp_path: Path) -> None:
    write_file(tmp_path / "page", "before")
    with pytest.raises(TypeError):
        write_file(tmp_path / "page", None)  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["page"]
    assert read_file(tmp_path / "page") == b"before"


@pytest.mark.parametrize("read", [read_file, open_file, touch_file])
def test_link_and_pipe_in_the_place_of_a_file_are_refused(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    (tmp_path / "elsewhere").write_text(SECRET)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="link"):
        read(tmp_path / "link")
    os.mkfifo(tmp_path / "pipe")
    if read is read_file:
        with pytest.raises(OSError, match="no plain file"):
            read(tmp_path / "pipe")


def test_file_of_ours_takes_the_place_of_a_link_and_leaves_what_it_leads_to(
    tmp_path: Path,
) -> None:
    (tmp_path / "elsewhere").write_text(SECRET)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    write_file(tmp_path / "link", "ours")
    assert (tmp_path / "elsewhere").read_text() == SECRET
    assert not (tmp_path / "link").is_symlink()


@pytest.fixture
def theirs(scratch: Path, tmp_path_factory: pytest.TempPathFactory, second_user: Any) -> Path:
    """Lend root a folder that belongs to somebody else."""
    folder = scratch / tmp_path_factory.mktemp("theirs").name
    folder.mkdir(mode=0o755)
    os.chown(folder, second_user["user"], second_user["group"])
    return folder


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Lend a file of root's alone, in a folder of root's."""
    path = make_folder(tmp_path / "etc") / "shadow"
    write_file(path, SECRET)
    return path


def check_untouched(secret: Path) -> None:
    for path, mode in ((secret, 0o600), (secret.parent, 0o700)):
        assert (path.stat().st_uid, read_mode(path)) == (0, mode), path
    assert secret.read_text() == SECRET
    assert list(secret.parent.iterdir()) == [secret]


def link(place: Path, target: Path, second_user: dict[str, Any]) -> None:
    subprocess.run(["/bin/ln", "-s", target, place], check=True, **second_user)


def test_root_hands_over_what_it_makes_in_the_folder_of_somebody(
    theirs: Path, second_user: dict[str, Any]
) -> None:
    write_file(theirs / "file", "x")
    touch_file(theirs / "done")
    make_folder(theirs / "a" / "b")
    made = [theirs / name for name in ("file", "done", "a", "a/b")]
    assert {path.stat().st_uid for path in made} == {second_user["user"]}


def test_root_takes_no_file_over_that_was_there(theirs: Path) -> None:
    (theirs / "kept").write_text("x")  # root's own, in their folder
    touch_file(theirs / "kept")
    assert (theirs / "kept").stat().st_uid == 0


WAYS: dict[str, Callable[[Path], object]] = {
    "write": lambda folder: write_file(folder / "shadow", "x"),
    "read": lambda folder: read_file(folder / "shadow"),
    "open": lambda folder: open_file(folder / "shadow"),
    "touch": lambda folder: touch_file(folder / "shadow"),
    "make": lambda folder: make_folder(folder / "more"),
    "link": lambda folder: make_link(folder / "more", Path("/")),
    "move": lambda folder: move(folder / "shadow", folder / "gone"),
    "remove": lambda folder: remove_file(folder / "shadow"),
    "own": lambda folder: own_folder(folder, (65534, 65534)),  # type: ignore[arg-type]
    "clear": lambda folder: remove_folder(folder / "shadow"),
}


@pytest.mark.parametrize("way", WAYS)
def test_root_never_goes_through_a_folder_that_is_somebodys_link(
    theirs: Path, secret: Path, second_user: dict[str, Any], way: str
) -> None:
    link(theirs / "inside", secret.parent, second_user)
    with pytest.raises(OSError, match=r"link that root did not make|Not a directory"):
        WAYS[way](theirs / "inside")
    check_untouched(secret)


@pytest.mark.parametrize("way", ["write", "touch", "open", "remove"])
def test_root_never_writes_through_a_link_in_the_place_of_a_file(
    theirs: Path, secret: Path, second_user: dict[str, Any], way: str
) -> None:
    link(theirs / "shadow", secret, second_user)
    if way in {"write", "remove"}:
        WAYS[way](theirs)
    else:
        with pytest.raises(OSError, match="link"):
            WAYS[way](theirs)
    check_untouched(secret)


def test_root_follows_its_own_links(tmp_path: Path, second_user: dict[str, Any]) -> None:
    real = make_folder(tmp_path / "real" / "deep")
    (tmp_path / "absolute").symlink_to(tmp_path / "real")
    (tmp_path / "relative").symlink_to("real/../absolute")
    write_file(tmp_path / "relative" / "deep" / "file", "x")
    assert (real / "file").read_text() == "x"
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(OSError, match="symbolic links"):
        write_file(tmp_path / "round" / "file", "x")


def test_root_gives_no_folder_away_that_holds_something(
    theirs: Path, second_user: dict[str, Any]
) -> None:
    kept = theirs / "kept"
    (kept / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="somebody else put there"):
        own_folder(kept, (second_user["user"], second_user["group"]))  # type: ignore[arg-type]
    assert kept.stat().st_uid == 0
