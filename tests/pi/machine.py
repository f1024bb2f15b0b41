"""A small machine of its own, in which Debian's systemd is process 1 and runs the Pi's unit.

systemd-nspawn makes it from this machine's programs: what it writes is gone with it, its
processes, devices and control groups are its own, its network is this machine's.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from tests.repository.project import PROJECT_DIR, read

UNIT = "everheard@.service"
SECONDS = 120
WEB_UNIT = "everheard-web.service"
WATCH_UNIT = "everheard-watch.service"
#: What pi/install.sh installs, with --web.
PARTS = ("everheard", "jobs", "migrate", "sql", "api", "cli", "dashboard", "runner")
LIBRARY = f"python{sys.version_info[0]}.{sys.version_info[1]}"
USERS = {
    "passwd": "root:x:0:0::/root:/bin/sh\neverheard:x:991:991::/var/lib/everheard:/bin/false\n",
    "group": "root:x:0:\neverheard:x:991:\n",
}
#: What is said and how it ended goes to the test; Python may lie where the unit hides it.
HERE = """[Service]
StandardOutput=append:/said/%i
StandardError=append:/said/%i
Environment=LD_LIBRARY_PATH=/opt/python/lib
ExecStopPost=+/bin/sh -c 'echo $SERVICE_RESULT $EXIT_STATUS >/said/%i.ended'
"""
INSTEAD = """[Service]
ExecStart=
ExecStart=/opt/everheard/.venv/bin/python /units/instead.py
"""
STARTED = """[Unit]
DefaultDependencies=no
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/bin/sh -eux /said/script
StandardOutput=append:/said/log
StandardError=append:/said/log
"""


@cache
def may_start() -> bool:
    """Say whether the kernel lets this process make a machine: as root, not in every container."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    if not all(os.access(tree, os.W_OK) for tree in _find_trees()):
        return False
    unshare = ["unshare", "--mount", "--pid", "--cgroup", "--fork", "true"]
    return subprocess.run(unshare, capture_output=True, check=False).returncode == 0


def run_machine(
    folder: Path, unit: str, settings: dict[str, str], script: str, *, instead: str = ""
) -> dict[str, str]:
    """Start a machine with a unit and its settings; return what the units and the script wrote.

    The script runs as root; ``/said`` is where it writes. ``instead`` is the Python program that
    ``everheard@instead`` runs in place of a job.
    """
    _make_folders(folder, unit, settings)
    (folder / "units/instead.py").write_text(instead, encoding="utf-8")
    (folder / "said/script").write_text(script, encoding="utf-8")
    name = f"everheard-{os.getpid()}-{folder.name}"
    with _own_groups(name) as groups, (folder / "said/console").open("w") as console:
        enter = (
            'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift; exec "$@"'
        )
        done = subprocess.run(
            ["sh", "-ec", enter, "sh", *map(str, groups), "--", *_name_command(folder, name)],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
    said = {path.name: path.read_text("utf-8") for path in (folder / "said").iterdir()}
    assert done.returncode == 0, said["console"] + said.get("log", "")
    return said


def _make_folders(folder: Path, unit: str, settings: dict[str, str]) -> None:
    drop_ins = (f"units/{UNIT}.d", "units/everheard@instead.service.d")
    drop_ins += (f"units/{WEB_UNIT}.d", f"units/{WATCH_UNIT}.d")
    for name in ("settings", "said", *drop_ins, "code/.venv/bin", f"code/.venv/lib/{LIBRARY}"):
        (folder / name).mkdir(parents=True)
    for part in PARTS:
        (folder / "code" / part).mkdir()
    folder.chmod(0o755)
    secret = folder / "settings/everheard.env"
    secret.touch(mode=0o600)
    secret.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    for name, text in USERS.items():
        (folder / name).write_text(text)
    units = folder / "units"
    (units / UNIT).write_text(unit, encoding="utf-8")
    for name, word in ((WEB_UNIT, "web"), (WATCH_UNIT, "watch")):
        (units / name).write_text(read(f"pi/units/{name}"), encoding="utf-8")
        (units / f"{name}.d/here.conf").write_text(HERE.replace("%i", word))
    (units / f"{UNIT}.d/here.conf").write_text(HERE)
    (units / "everheard@instead.service.d/program.conf").write_text(INSTEAD)
    (units / "started.service").write_text(STARTED)
    for name in ("sysinit.target", "basic.target", "shutdown.target"):
        (units / name).symlink_to(f"/usr/lib/systemd/system/{name}")
    python = Path(os.path.realpath(sys.executable)).relative_to(Path(sys.base_prefix).resolve())
    (folder / "code/.venv/bin/python").symlink_to(f"/opt/python/{python}")
    (folder / "code/.venv/pyvenv.cfg").write_text("home = /opt/python/bin\n")


def _name_command(folder: Path, name: str) -> list[str]:
    shown = {
        sys.base_prefix: "/opt/python",
        folder / "units": "/units",
        folder / "code": "/opt/everheard",
        Path(sys.prefix) / "lib" / LIBRARY: f"/opt/everheard/.venv/lib/{LIBRARY}",
        **{PROJECT_DIR / part: f"/opt/everheard/{part}" for part in PARTS},
        **{folder / name: f"/etc/{name}" for name in USERS},
    }
    lent = {folder / "said": "/said", folder / "settings": "/etc/everheard"}
    return [
        "systemd-nspawn",
        "--quiet",
        "--directory=/",
        "--volatile=yes",
        "--register=no",
        "--keep-unit",
        "--console=pipe",
        "--resolv-conf=off",
        "--timezone=off",
        f"--machine={name}",
        *(f"--bind-ro={path}:{place}" for path, place in shown.items()),
        *(f"--bind={path}:{place}" for path, place in lent.items()),
        # No unit but ours: this machine's own must not start a second time.
        "--setenv=SYSTEMD_UNIT_PATH=/units",
        "--setenv=SYSTEMD_GENERATOR_PATH=/nowhere",
        "--boot",
        "--",
        "--unit=started.service",
        "--log-target=console",
        "--log-level=warning",
        "--show-status=no",
    ]


def _find_trees() -> list[Path]:
    """Return the one tree of control groups that there is, or the two that systemd uses."""
    trees = [Path("/sys/fs/cgroup") / tree for tree in (".", "systemd", "unified")]
    return [tree for tree in trees if (tree / "cgroup.procs").exists()]


@contextmanager
def _own_groups(name: str) -> Iterator[list[Path]]:
    """Make a control group in each tree; take it away at the end, with what is still in it."""
    groups = [tree / name for tree in _find_trees()]
    for group in groups:
        group.mkdir()
    try:
        yield groups
    finally:
        for group in groups:
            _empty(group)
            for path in _find_lists(group):
                path.parent.rmdir()


def _empty(group: Path) -> None:
    """End what is left in a group, of a machine that did not come to its end."""
    while left := [int(word) for path in _find_lists(group) for word in path.read_text().split()]:
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.05)


def _find_lists(group: Path) -> list[Path]:
    """Return the lists of processes of a control group and those below, the deepest first."""
    return sorted(group.rglob("cgroup.procs"), key=lambda path: -len(path.parts))
