"""What happens when root starts the server; elsewhere these rules have nothing to do."""

import os
import stat
from pathlib import Path

import pytest

from everheard.warehouse import embedded, embedded_account
from everheard.warehouse.embedded_account import Account, settle_account, settle_programs

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


def test_programs_out_of_reach_are_copied_once(private_home: Path) -> None:
    account = settle_account()
    hidden = private_home / "pginstall" / "bin"
    hidden.mkdir(parents=True)
    for part in ("lib", "share"):
        (hidden.parent / part).mkdir()
    program = hidden / "postgres"
    program.write_text("#!/bin/sh\necho postgres\n")
    program.chmod(0o700)
    found = settle_programs(hidden, account)
    if not IS_ROOT:
        assert found == hidden
        return
    assert found.is_relative_to(embedded_account.SHARED_FOLDER)
    assert stat.S_IMODE((found / "postgres").stat().st_mode) == 0o755
    assert settle_programs(hidden, account) == found
    assert [path.name for path in found.parent.parent.iterdir()] == [found.parent.name]


def test_ordinary_user_runs_the_programs_where_they_are(tmp_path: Path) -> None:
    assert settle_programs(tmp_path, Account()) == tmp_path
    assert Account().can_enter(tmp_path / "missing")
    assert Account().options() == {}
