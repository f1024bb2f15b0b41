"""The Pi's jobs as systemd itself runs them, in a small machine of their own."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import simulator
from tests.pi.machine import run_machine
from tests.repository.project import find_files, read

UNIT = read("pi/units/everheard@.service")
JOBS = sorted(
    path.stem.removeprefix("everheard-") for path in find_files("everheard-*.timer", "pi/units")
)
#: What no job has a need of. Each line that this program writes ends in "refused".
FORBIDDEN = """
import ctypes, mmap, os, pathlib, socket, time
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, call):
    try:
        done = call()
    except OSError:
        done = False
    print(name, "refused" if done in (False, -1) else "possible", flush=True)
attempt("code that was written", lambda: mmap.mmap(-1, 4096, prot=7))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
attempt("raw socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("priority", lambda: os.nice(-5))
attempt("another's file", lambda: os.chown("/etc/passwd", 1, 1))
attempt("file for all", lambda: os.stat(os.open("/tmp/a", os.O_CREAT, 0o777)).st_mode & 0o77 != 0)
attempt("set-user-id file", lambda: os.chmod("/tmp/a", 0o4700))
attempt("device", lambda: os.mknod("/var/tmp/device", 0o20600, 0x101))
attempt("namespace", lambda: libc.unshare(0x20000))
attempt("mount", lambda: libc.mount(b"x", b"/mnt", b"tmpfs", 0, None))
attempt("clock", lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()))
attempt("realtime", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))
attempt("personality", lambda: libc.personality(0x20000))
attempt("host's name", lambda: socket.sethostname("other"))
attempt("root's settings", lambda: open("/etc/everheard/everheard.env"))
for folder in ("/etc", "/usr", "/opt/everheard", "/opt/everheard/jobs", "/run", "/var", "/var/lib"):
    attempt(folder, lambda: open(folder + "/written", "w"))
for folder in ("/root", "/home"):
    attempt(folder, lambda: any(pathlib.Path(folder).iterdir()))
attempt("disks", lambda: {*os.listdir("/dev")} & {"vda", "sda", "mem", "kmsg"} != set())
attempt("others' processes", lambda: pathlib.Path("/proc/1/cmdline").exists())
attempt("kernel's settings", lambda: pathlib.Path("/proc/sys").exists())
status = dict(line.split(":") for line in open("/proc/self/status"))
attempt("capabilities", lambda: int(status["CapEff"], 16) + int(status["CapBnd"], 16) > 0)
attempt("new privileges", lambda: int(status["NoNewPrivs"]) == 0)
open(os.environ["EVERHEARD_HOME"] + "/kept", "w")
open(os.environ["CREDENTIALS_DIRECTORY"] + "/everheard.env").read().index("SPOTIFY_CLIENT_ID")
print("done")
"""

#: What a stranger asks the web service, once it answers.
ASKING = """
import time, urllib.request, urllib.error
def ask(path):
    try:
        return urllib.request.urlopen("http://127.0.0.1:{port}" + path, timeout=30).status
    except urllib.error.HTTPError as error:
        return error.code
for _ in range(100):
    try:
        print(ask("/health"), ask("/dashboard/"))
        break
    except OSError:
        time.sleep(0.5)
"""

pytestmark = [pytest.mark.posix, pytest.mark.usefixtures("systemd_machine")]


@pytest.fixture(scope="module")
def spotify() -> Iterator[simulator.SimulatedServer]:
    with simulator.running(listeners=["light"], tracks=150) as server:
        yield server


def test_every_job_of_the_pi_runs_under_its_unit(
    spotify: simulator.SimulatedServer, pooled_url: str, scratch: Path
) -> None:
    settings = {**spotify.environ(), "DATABASE_URL": pooled_url}
    jobs = ["get_last_50", *(job for job in JOBS if job != "get_last_50")]
    script = "\n".join(f"systemctl start everheard@{job}" for job in jobs)
    said = run_machine(scratch / "machine-jobs", UNIT, settings, script)
    for job in jobs:
        assert said[job].splitlines()[-1].startswith(f"{job}: ")
        assert said[f"{job}.ended"] == "success 0\n", said[job]
    assert "fetched 50, new 50" in said["get_last_50"]


def test_dashboard_and_api_are_served_under_their_unit(
    spotify: simulator.SimulatedServer, pooled_url: str, scratch: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    script = f"""
echo 'ARGUMENTS=--host 127.0.0.1 --port {port}' >/etc/everheard/web.env
systemctl start everheard@get_last_50 everheard-web
/opt/everheard/.venv/bin/python - >/said/answers <<'PYTHON'
{ASKING.format(port=port)}
PYTHON
systemctl stop everheard-web
"""
    settings = {**spotify.environ(), "DATABASE_URL": pooled_url}
    said = run_machine(scratch / "machine-web", UNIT, settings, script)
    assert said["answers"] == "200 401\n"
    assert said["web.ended"] == "success TERM\n", said["web"]
    assert "/enter#" not in said["web"], "no way in stands in the journal"


def test_what_plays_is_watched_under_its_unit(
    spotify: simulator.SimulatedServer, pooled_url: str, scratch: Path
) -> None:
    settings = {**spotify.environ(), "DATABASE_URL": pooled_url}
    script = """
systemctl start everheard-watch
systemctl show everheard-watch --property=ActiveState,StatusErrno >/said/started
sleep 12
systemctl stop everheard-watch
find /var/lib/everheard -printf '%u %m %P\n' >/said/state
"""
    said = run_machine(scratch / "machine-watch", UNIT, settings, script)
    assert "ActiveState=active" in said["started"]  # only once it has said that it is ready
    assert "now_playing: calls 1" in said["watch"]
    assert said["watch.ended"] == "success 0\n", said["watch"]
    assert "everheard 700 watcher" in said["state"]


def test_what_the_database_does_not_take_is_kept_in_the_state_folder(
    spotify: simulator.SimulatedServer, scratch: Path
) -> None:
    settings = {**spotify.environ(), "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nowhere"}
    script = """
systemctl start everheard@get_last_50
find /var/lib/everheard -printf '%u %m %P\\n' >/said/state
"""
    said = run_machine(scratch / "machine-spool", UNIT, settings, script)
    assert "spooled 50" in said["get_last_50"]
    assert said["get_last_50.ended"] == "success 73\n"  # an end that the next run cures
    assert said["state"].startswith("everheard 700 \n")
    assert re.search(r"^everheard 600 spool/.+\.encrypted$", said["state"], re.MULTILINE)
    assert {line.split()[0] for line in said["state"].splitlines()} == {"everheard"}


def test_what_a_job_has_no_need_of_is_refused(scratch: Path) -> None:
    said = try_forbidden(scratch / "machine-forbidden", UNIT)
    assert said["instead.ended"] == "success 0\n", said["instead"]
    *attempts, done = said["instead"].splitlines()
    assert done == "done"
    assert len(attempts) == 29
    assert [attempt for attempt in attempts if not attempt.endswith(" refused")] == []


def test_restriction_taken_out_of_the_unit_is_noticed(scratch: Path) -> None:
    loose = re.sub("^(MemoryDeny|UMask|ProtectHome|SystemCallFilter).*\n", "", UNIT, flags=re.M)
    said = try_forbidden(scratch / "machine-loose", loose)
    possible = re.findall(r"^(.+) possible$", said["instead"], re.MULTILINE)
    assert possible == ["code that was written", "file for all"]


def test_restriction_that_a_job_cannot_bear_is_noticed(scratch: Path) -> None:
    tight = UNIT.replace("@resources", "@resources @file-system")
    script = "systemctl start everheard@get_last_50 || echo failed >/said/outcome"
    said = run_machine(scratch / "machine-tight", tight, {}, script)
    assert said["outcome"] == "failed\n"
    assert said["get_last_50.ended"].startswith("exit-code ")


def try_forbidden(folder: Path, unit: str) -> dict[str, str]:
    script = "systemctl start everheard@instead || true"
    return run_machine(folder, unit, {"SPOTIFY_CLIENT_ID": "name"}, script, instead=FORBIDDEN)
