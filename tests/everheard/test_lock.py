"""The lock that keeps two processes from making one folder at once."""

import subprocess
import sys
from pathlib import Path

import pytest

from everheard.lock import lock_file
from tests.postgres import PROJECT_DIR

HOLD = """
import sys
from pathlib import Path
from everheard.lock import lock_file
with lock_file(Path(sys.argv[1]), wait_seconds=10):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_held_lock_keeps_others_out_until_its_owner_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT_DIR,
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"held\n"
        with pytest.raises(TimeoutError), lock_file(path, wait_seconds=0.2):
            pass
        owner.kill()
    with lock_file(path, wait_seconds=10):
        pass


def test_error_inside_lets_go_of_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), lock_file(path, wait_seconds=1):
        _ = 1 / 0
    with lock_file(path, wait_seconds=0):
        pass
