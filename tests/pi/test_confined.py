"""The jobs under the restrictions of the Pi's unit, as far as a process can have them here."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import simulator
from everheard.database.embedded.account import Account, settle_account
from tests.repository.project import PROJECT_DIR, find_files

SERVICE = PROJECT_DIR / "pi/units/everheard@.service"
JOBS = sorted(
    path.stem.removeprefix("everheard-") for path in find_files("everheard-*.timer", "pi/units")
)
#: What must be refused for the rest to mean anything; each line of it ends in "refused".
FORBIDDEN = """
import ctypes, mmap, os, socket
def attempt(name, call):
    try:
        call()
    except OSError as error:
        print(name, "refused", flush=True)
    else:
        print(name, "possible", flush=True)
attempt("code that was written", lambda: mmap.mmap(-1, 4096, prot=7))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
attempt("priority", lambda: os.nice(-5))
attempt("another's file", lambda: os.chown("/etc/passwd", 1, 1))
attempt("device", lambda: os.mknod("/var/tmp/everheard-device", 0o20600, 0x101))
libc = ctypes.CDLL(None)
print("namespace", "refused" if libc.unshare(0x20000) else "possible")
print("mount", "refused" if libc.mount(b"x", b"/mnt", b"tmpfs", 0, None) else "possible")
status = dict(line.split(":") for line in open("/proc/self/status"))
print(status["CapEff"].strip(), status["NoNewPrivs"].strip(), status["Seccomp"].strip())
"""

pytestmark = [pytest.mark.posix, pytest.mark.usefixtures("systemd")]


@pytest.fixture(scope="module")
def spotify() -> Iterator[simulator.SimulatedServer]:
    with simulator.running(listeners=["light"], tracks=150) as server:
        yield server


@pytest.fixture(scope="module")
def account() -> Account:
    """Return the user of the unit, where it can reach this Python; else whoever runs the tests.

    Root is as powerless there as anybody, but for being the owner of root's files.
    """
    own = settle_account()
    if own.uid is not None and own.can_enter(Path(sys.executable).resolve().parent):
        return own
    return Account(os.getuid(), os.getgid())


def run_confined(account: Account, *arguments: str, environ: dict[str, str]) -> str:
    """Run this Python as the unit would."""
    confine = [sys.executable, str(PROJECT_DIR / "tests/pi/confine.py"), str(SERVICE)]
    done = subprocess.run(
        [*confine, str(account.uid), str(account.gid), sys.executable, *arguments],
        cwd=PROJECT_DIR,
        env={**os.environ, **environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_what_a_job_has_no_need_of_is_refused(account: Account) -> None:
    *attempts, status = run_confined(account, "-c", FORBIDDEN, environ={}).splitlines()
    assert len(attempts) == 7
    assert [attempt for attempt in attempts if not attempt.endswith(" refused")] == []
    assert status == "0000000000000000 1 2"  # no capability, no new privileges, a filter


def test_every_job_of_the_pi_runs_confined(
    account: Account, spotify: simulator.SimulatedServer, pooled_url: str, scratch: Path
) -> None:
    home = scratch / "confined"
    home.mkdir()
    account.own(home)
    environ = {**spotify.environ(), "DATABASE_URL": pooled_url, "EVERHEARD_HOME": str(home)}
    for job in ["get_last_50", *JOBS]:
        said = run_confined(account, "-m", f"jobs.{job}", environ=environ)
        assert said.splitlines()[-1].startswith(f"{job}: ")
    unreachable = {**environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nowhere"}
    with pytest.raises(AssertionError, match="spooled 50"):
        run_confined(account, "-m", "jobs.get_last_50", environ=unreachable)
    assert list((home / "spool").glob("*.sealed"))
