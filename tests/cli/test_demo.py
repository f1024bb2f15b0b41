"""The demo, typed as people type it, in a project whose folder has an awkward name."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

import start
from everheard.database import embedded
from tests.postgres import PROJECT_DIR

PACKAGES = ("api", "cli", "dashboard", "everheard", "jobs", "migrate", "simulator", "sql")


@pytest.fixture(scope="module")
def project(scratch: Path) -> Iterator[Path]:
    """Lend a copy of the project, its environment pointing to what is installed here."""
    folder = scratch / "Zoë's Müsik 音楽"
    for package in PACKAGES:
        shutil.copytree(
            PROJECT_DIR / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for path in (PROJECT_DIR / "start.py", *PROJECT_DIR.glob("requirements*.txt")):
        shutil.copy(path, folder)
    venv.create(folder / ".venv", with_pip=False)
    paths = {"base": str(folder / ".venv"), "platbase": str(folder / ".venv")}
    site = Path(sysconfig.get_path("purelib", scheme="venv", vars=paths))
    (site / "installed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    stamps = "\n".join(start.list_stamps(start.PEOPLE, folder / ".venv/bin/python"))
    (folder / ".venv" / "everheard-installed").write_text(stamps, encoding="utf-8")
    folder.chmod(0o711)
    yield folder
    embedded.stop(folder / "kept" / "demo")


def type_command(project: Path, *words: str) -> str:
    """Type ``python start.py WORDS`` in another folder; return what it printed."""
    done = subprocess.run(
        [sys.executable, project / "start.py", *words],
        cwd=project.parent,
        env={**os.environ, "EVERHEARD_HOME": str(project / "kept"), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_demo_shows_plays_and_a_gap_and_a_second_run_doubles_nothing(project: Path) -> None:
    first = type_command(project, "demo")
    second = type_command(project, "demo")
    landed = re.findall(r"The ledger: .+", first)
    assert re.search(r"\d\d,\d{3} plays of [\d,]+ tracks by [\d,]+ artists", landed[0])
    assert re.findall(r"The ledger: .+", second) == landed
    assert re.search(r"^Not seen: \d{4}-\d\d-\d\d", first, flags=re.MULTILINE)
    assert str(project / "kept") in first

    psql = re.search(r"^Look inside: (.+)$", first, flags=re.MULTILINE)
    assert psql is not None
    asked = subprocess.run(
        f'{psql[1]} -X -A -t -c "select count(*) from bi.play"',
        shell=True,
        capture_output=True,
        text=True,
    )
    assert f"{int(asked.stdout):,} plays" in landed[0], asked.stderr

    assert "1 embedded" in type_command(project, "stop")
    assert embedded.find(project / "kept" / "demo") is None
    assert list_open_files(project / "kept" / "demo") == []


def list_open_files(home: Path) -> list[str]:
    """Return what others may read of the demo; the database has a user and rules of its own."""
    if sys.platform == "win32":
        return []
    found = [path for path in home.rglob("*") if "postgres" not in path.parts]
    assert {path.name for path in found} >= {"history.zip", "index.html", "demo-start"}
    return [str(path) for path in (home, *found) if path.stat().st_mode & 0o066]
