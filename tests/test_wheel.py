"""The wheel: everything is in it, nothing of ours gets in others' way, and it runs by itself."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

from tests.clone import clean_environment
from tests.repository.project import PACKAGES, PROJECT_DIR, find_files, read, show
from tests.repository.test_requirements import fold

ROOMS = {*PACKAGES, "powerbi", "sql"}
UV = str(Path(sys.executable).with_name("uv.exe" if sys.platform == "win32" else "uv"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with what is installed: no network is asked."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-build-isolation", "--offline", "--python", sys.executable]
    run(UV, "build", "--wheel", *options, "--out-dir", str(folder), str(PROJECT_DIR))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it into an environment of its own, beside what it needs; return the command."""
    folder = tmp_path_factory.mktemp("installed here")
    venv.create(folder, with_pip=False)
    folders = {"base": str(folder), "platbase": str(folder)}
    scripts, site = (
        Path(sysconfig.get_path(name, scheme="venv", vars=folders))
        for name in ("scripts", "purelib")
    )
    python = scripts / Path(sys.executable).name
    options = ["--offline", "--no-deps", "--python", str(python)]
    run(UV, "pip", "install", "--quiet", *options, str(wheel))
    (site / "needed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return scripts / ("everheard.exe" if sys.platform == "win32" else "everheard")


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def type_words(command: Path, folder: Path, *words: str, code: int = 0, **settings: str) -> str:
    """Type a command in an empty folder; return all that it said. Nothing may be left there."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [str(command), *words],
        cwd=folder,
        env=clean_environment(PYTHONDONTWRITEBYTECODE="1", **settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert list(folder.iterdir()) == []
    return done.stdout + done.stderr


def test_wheel_holds_every_file_of_the_rooms_in_one_folder(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"everheard_wheel"}
    ours = {show(path) for room in ROOMS for path in find_files("*", room) if path.is_file()}
    house = {name.removeprefix("everheard_wheel/project/") for name in names if "/project/" in name}
    assert house == ours - {"cli/from_wheel.py"}, "that one is the package itself"
    assert "everheard_wheel/__init__.py" in names


def test_wheel_asks_for_what_requirements_in_asks_for(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        (name,) = (one for one in file.namelist() if one.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(file.read(name).decode())
    asked = {spell(one) for one in metadata.get_all("Requires-Dist", [])}
    lines = [line for name in ("", "-migrate", "-ingest") for line in
             read(f"requirements{name}.in").splitlines()]  # fmt: skip
    assert asked == {spell(line) for line in lines if line and line[0] not in "#-"}
    assert len(asked) > 20


def spell(requirement: str) -> str:
    """Return a requirement as both spell it."""
    name, _, rest = requirement.partition("==")
    return f"{fold(name)}=={re.sub(' *; *', ';', rest).replace(chr(34), chr(39))}"


def test_backend_is_the_one_that_tests_have() -> None:
    (backend,) = tomllib.loads(read("pyproject.toml"))["build-system"]["requires"]
    assert backend in read("requirements-dev.in").splitlines()


def test_demo_runs_from_the_wheel_in_an_empty_folder(
    installed: Path, home: Path, tmp_path: Path
) -> None:
    said = type_words(installed, tmp_path / "empty", "demo", EVERHEARD_HOME=str(home))
    assert "Run it again: nothing is doubled." in said
    assert "everheard psql --demo" in said
    assert "start.py" not in said
    assert (home / "demo/dashboard/index.html").exists()
    type_words(installed, tmp_path / "empty", "stop", EVERHEARD_HOME=str(home))


def test_settings_are_kept_in_the_data_folder_and_never_beside_the_program(
    installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/.env").write_text("DATABASE_URL=mysql://nowhere/a\n")
    said = type_words(
        installed, tmp_path / "empty", "report", code=78, EVERHEARD_HOME=str(tmp_path / "data")
    )
    assert "DATABASE_URL must begin with postgresql://" in said
    assert list(installed.parents[1].rglob(".env")) == []


@pytest.mark.parametrize("words", [("test",), ("benchmark", "import"), ("schedule", "reset")])
def test_what_needs_a_clone_says_so(
    installed: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    code = 78 if words[0] == "schedule" else 2
    said = type_words(
        installed, tmp_path / "empty", *words, code=code, EVERHEARD_HOME=str(tmp_path)
    )
    assert "git clone https://github.com/everheard/everheard" in said


def test_help_is_typed_as_it_is_here(installed: Path, tmp_path: Path) -> None:
    said = type_words(installed, tmp_path / "empty", "--help")
    assert said.startswith("everheard COMMAND")
    assert not re.search(r"^  (test|benchmark) ", said, re.MULTILINE)
