"""A fresh Debian in a folder: made once by debootstrap, from where this machine's apt gets things.

What is typed in it runs with processes and mounts of its own, which are gone at its end; the
network is this machine's.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.long_form import is_long
from tests.repository.project import find_files, show

#: How this machine reaches the indices: a certificate of its own, a mirror. Debian's are elsewhere.
WAYS = ("etc/resolv.conf", "etc/pip.conf", "usr/local/share/ca-certificates")
ENTER = """
mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"
exec chroot "$1" su - "$2" -c "$3"
"""
ALONE = ("unshare", "--mount", "--pid", "--fork", "--kill-child")


@cache
def may_make_debian() -> bool:
    """Say whether this is the long form, on a Debian, as root, where the kernel allows it."""
    if not is_long() or sys.platform != "linux" or os.geteuid() != 0:
        return False
    if not shutil.which("debootstrap") or platform.freedesktop_os_release()["ID"] != "debian":
        return False
    return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0


def make_debian(root: Path) -> None:
    """Make a Debian as this machine's, with Python and sudo, and two who type: root and ada."""
    release = platform.freedesktop_os_release()["VERSION_CODENAME"]
    site = find_mirror(release)
    packages = "--include=python3,ca-certificates,sudo"
    run("debootstrap", "--variant=minbase", packages, release, str(root), site)
    for way in WAYS:
        here, there = Path("/") / way, root / way
        if here.is_dir():
            shutil.copytree(here, there, dirs_exist_ok=True)
        elif here.exists():
            shutil.copyfile(here, there)
    type_in(root, "root", "update-ca-certificates && useradd --create-home --shell /bin/bash ada")
    (root / "etc/sudoers.d/ada").write_text("ada ALL=(ALL) NOPASSWD: ALL\n")


def copy_debian(root: Path, copy: Path) -> Path:
    """Copy it, for a test of its own."""
    run("cp", "--archive", str(root), str(copy))
    return copy


def find_mirror(release: str) -> str:
    """Return where this machine's apt gets a release from."""
    targets = ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)"]
    lines = run(*targets, "Created-By: Packages").splitlines()
    return next(line.split()[0] for line in lines if line.endswith(f" {release} main"))


def put_clone(root: Path, user: str) -> None:
    """Put the project into a user's home, which is theirs alone, as ``git clone`` would."""
    home = "root" if user == "root" else f"home/{user}"
    for path in find_files("*"):
        copy = root / home / "everheard" / show(path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    type_in(root, "root", f"chown -R {user}: /{home} && chmod 700 /{home}")


def type_in(root: Path, user: str, script: str, *, typed: str = "", code: int = 0) -> str:
    """Type lines as a user who has just signed in; return what was said, errors too."""
    done = subprocess.run(
        [*ALONE, "sh", "-ec", ENTER, "sh", str(root), user, script],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "dumb"},
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=900,
        check=False,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
