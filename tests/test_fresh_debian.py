"""README's commands, typed as printed in a fresh Debian, by root and by a user; and the Pi's.

In the long form alone (tests/debian.py says where): packages come from Debian and from PyPI.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import simulator
from tests.debian import copy_debian, make_debian, put_clone, type_in
from tests.repository.project import PROJECT_DIR, read

pytestmark = pytest.mark.posix

README = read("README.md")
USERS = ("ada", "root")
CURE = "apt install python3.11-venv"
#: What README prints that asks something, waits for somebody, needs a Spotify or a name.
ASKING = {"setup", "serve", "job get_last_50", "test", "--help"}
ASKING |= {"move", "adopt", "forget --listener NAME"}


@pytest.fixture(scope="session")
def debian_root(scratch: Path) -> Path:
    root = scratch / "debian"
    make_debian(root)
    for user in USERS:
        put_clone(root, user)
    type_in(root, "root", "apt-get -qq update")
    return root


@pytest.fixture(scope="module")
def with_venv(debian_root: Path, scratch: Path) -> Path:
    """Lend a copy in which the printed cure was typed, and a history in each clone."""
    root = copy_debian(debian_root, scratch / "debian-venv")
    said = type_in(root, "ada", "cd everheard && python3 start.py demo", code=2)
    type_in(root, "ada", said.splitlines()[0], typed="y\n")
    for home in ("root", "home/ada"):
        out = root / home / "everheard/my_spotify_data.zip"
        make = ["-m", "simulator", "export", "--history-days", "60", "--out", str(out)]
        subprocess.run([sys.executable, *make], cwd=PROJECT_DIR, check=True, capture_output=True)
        out.chmod(0o644)
    return root


def list_printed() -> list[str]:
    """Return what README tells people to type after ``start.py``, in its order."""
    found = re.findall(r"\bpython3 start\.py ([^`\n]+)", README)
    return [words.strip() for words in dict.fromkeys(found)]


def test_readme_prints_what_is_typed_here() -> None:
    printed = list_printed()
    assert printed[0] == "demo"
    assert {"import my_spotify_data.zip", "doctor", "migrate upgrade"} | ASKING <= set(printed)
    assert "cd everheard\npython3 start.py demo\n" in README


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("has_sudo", [True, False])
def test_python_without_venv_names_the_cure_of_this_system(
    debian_root: Path, scratch: Path, user: str, has_sudo: bool
) -> None:
    root = debian_root
    if not has_sudo:
        root = copy_debian(debian_root, scratch / f"debian-bare-{user}")
        (root / "usr/bin/sudo").unlink()
    for _ in range(2):
        said = type_in(root, user, "cd everheard\npython3 start.py demo", code=2)
        assert said.splitlines()[0] == (f"sudo {CURE}" if has_sudo else CURE)


@pytest.mark.parametrize("user", USERS)
def test_commands_of_the_readme_work_as_printed(with_venv: Path, user: str) -> None:
    printed = [words for words in list_printed() if words not in ASKING]
    script = "\n".join(f"python3 start.py {words} || exit" for words in printed)
    began_at = time.monotonic()
    said = type_in(with_venv, user, f"cd everheard\n{script}")
    print(f"{user}: {', '.join(printed)} in {time.monotonic() - began_at:.0f} seconds")
    assert "Run it again: nothing is doubled." in said
    assert re.search(r"^import_history: files \d+, read [1-9]", said, re.MULTILINE)
    assert re.search(r"^doctor: \d+ checks, 0 failed", said, re.MULTILINE)
    assert "Traceback" not in said
    assert type_in(with_venv, user, "cd everheard; python3 start.py --help").startswith("python3 ")


@pytest.fixture
def spotify() -> Iterator[simulator.SimulatedServer]:
    with simulator.running(listeners=["light"], tracks=150) as server:
        yield server


def test_machine_of_ones_own_has_one_ledger(
    with_venv: Path, scratch: Path, spotify: simulator.SimulatedServer
) -> None:
    """Enter for the database, then the installer: the person's plays are the service's."""
    root = copy_debian(with_venv, scratch / "debian-pi")
    settings = root / "home/ada/everheard/.env"
    settings.write_text("".join(f"{name}='{word}'\n" for name, word in spotify.environ().items()))
    settings.chmod(0o600)
    type_in(root, "root", "chown ada: ~ada/everheard/.env")
    said = type_in(
        root,
        "ada",
        """cd everheard
        python3 start.py job get_last_50
        sudo pi/install.sh
        sudo pi/install.sh --cron && python3 start.py report && python3 start.py doctor || exit
        stat --format 'settings %U %a' .env
        cd / && sudo runuser -u everheard -- psql -Atc "
            select format('ran %s %s', job, trigger) from warehouse.etl_run order by 1" everheard
        """,
    )
    assert "get_last_50: fetched 50, new 50" in said
    first, _, rest = said.partition("systemd is not here: `sudo pi/install.sh --cron`")
    assert "everheard: installing" not in first, "nothing was touched"
    assert re.search(r"carried over: [1-9]\d* plays", rest)
    assert "cron is installed but does not run" in said
    assert "a first run, as the service\n    get_last_50: fetched 50, new 0, known 50" in said
    assert "installed as primary" in said
    assert "could not change directory" not in said
    assert re.search(r"^doctor: \d+ checks, 0 failed", said, re.MULTILINE)
    assert "settings ada 600" in said
    runs = re.findall(r"^ran (.*)$", said, re.MULTILINE)
    assert {"daily_report hand", "get_last_50 hand", "get_last_50 timer"} <= set(runs)
