"""The one door: a fresh machine, a second run, a wrong word, and everything that can be missing."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import start
from cli import commands
from tests.postgres import PROJECT_DIR

pytestmark = pytest.mark.posix  # on Windows tests.yml runs the commands themselves

STUB = """
import os, sys
print(__name__, sys.argv[1:], os.getcwd())
sys.exit(int(sys.argv[-1]) if sys.argv[-1].isdecimal() else 0)
"""
DEBIAN = 'ID=debian\nVERSION_ID="12"\n'
#: A stand-in for the environment's Python: notes how it was called, ends as told.
FAKE_PYTHON = """#!/bin/sh
echo "$*" >> "$(dirname "$0")/../../calls"
case "$*" in *"pip install"*) echo "$PIP_SAYS"; exit "${PIP_ENDS:-0}";; esac
"""


def write_project(folder: Path) -> Path:
    """Write a project of start.py, one job and nothing to install."""
    for package in ("cli", "jobs"):
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").touch()
    shutil.copy(PROJECT_DIR / "cli" / "commands.py", folder / "cli")
    (folder / "everheard" / "rims").mkdir(parents=True)
    for module in ("__init__.py", "pipe.py", "rims/__init__.py", "rims/plain.py", "rims/typed.py"):
        shutil.copy(PROJECT_DIR / "everheard" / module, folder / "everheard" / module)
    (folder / "cli" / "__main__.py").write_text(STUB)
    (folder / "jobs" / "listen.py").write_text('"""Listen to the walls."""\n')
    (folder / "requirements.txt").write_text("# nothing\n")
    (folder / "requirements-dev.txt").write_text("-r requirements.txt\n")
    shutil.copy(PROJECT_DIR / "start.py", folder)
    return folder


def run_start(project: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Type ``python start.py WORDS`` in another folder, with no environment active."""
    return subprocess.run(
        [sys.executable, project / "start.py", *words],
        cwd="/",
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lend a project whose environment was really made, by two first runs at once."""
    project = write_project(tmp_path_factory.mktemp("fresh") / "Zoë's Müsik 音楽")
    command = [sys.executable, project / "start.py", "demo"]
    runs = [
        subprocess.Popen(
            command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert sorted(errors.count("Installing what Everheard needs") for _, errors in said) == [0, 1]
    return project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lend a project in this process, whose environment is a stand-in made in no time."""
    write_project(tmp_path)
    monkeypatch.setattr(start, "PROJECT_DIR", tmp_path)
    monkeypatch.setattr(commands, "PROJECT_DIR", tmp_path)
    real_run = subprocess.run

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        if command[1:3] == ["-m", "venv"]:
            plant_python(Path(command[3]))
            return subprocess.CompletedProcess(command, 0, b"", b"")
        return real_run(command, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(subprocess, "run", run)
    return tmp_path


def plant_python(venv: Path) -> None:
    python = venv / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(FAKE_PYTHON)
    python.chmod(0o755)


def count_installs(project: Path) -> int:
    return (project / "calls").read_text().count("pip install")


def test_command_runs_from_any_folder_without_moving_there(fresh: Path) -> None:
    done = run_start(fresh, "demo", "--fast", "my file.json")
    assert done.stdout == "__main__ ['demo', '--fast', 'my file.json'] /\n"
    assert done.stderr == ""


def test_exit_code_is_passed_through(fresh: Path) -> None:
    assert run_start(fresh, "job", "listen", "75").returncode == 75


def test_words_are_handed_on_as_they_are(fresh: Path) -> None:
    done = run_start(fresh, "job", "listen", "--dry-run")
    assert done.stdout == "__main__ ['job', 'listen', '--dry-run'] /\n"


def test_folder_of_the_same_name_elsewhere_is_not_taken(fresh: Path, tmp_path: Path) -> None:
    (tmp_path / "cli").mkdir()
    for name in ("__init__.py", "__main__.py"):
        (tmp_path / "cli" / name).write_text("raise SystemExit(99)")
    done = subprocess.run(
        [sys.executable, fresh / "start.py", "job", "listen"], cwd=tmp_path, capture_output=True
    )
    assert done.returncode == 0


def test_no_network_ends_in_one_sentence_and_costs_nothing(fresh: Path) -> None:
    requirements = fresh / "requirements.txt"
    before = requirements.read_text()
    requirements.write_text("everheard-needs-this==1.0\n")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_NO_INDEX": "", "PIP_PROXY": ""}
    done = run_start(fresh, "demo", **nowhere)
    requirements.write_text(before)
    assert done.returncode == 2
    assert done.stderr.splitlines()[1].startswith("The package index cannot be reached: check")
    assert len(done.stderr.splitlines()) == 2
    assert run_start(fresh, "demo").returncode == 0


def test_second_run_starts_no_other_program_first(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = project / ".venv"
    first = start.ensure_environment(venv, start.PEOPLE)
    monkeypatch.delattr(subprocess, "run")
    assert start.ensure_environment(venv, start.PEOPLE) == first == venv / "bin" / "python"


def test_changed_requirements_are_installed_once(project: Path) -> None:
    venv = project / ".venv"
    start.ensure_environment(venv, start.PEOPLE)
    (project / "requirements.txt").write_text("# something else\n")
    start.ensure_environment(venv, start.PEOPLE)
    start.ensure_environment(venv, start.PEOPLE)
    assert count_installs(project) == 2


def test_developers_have_what_people_need_but_not_the_other_way_round(project: Path) -> None:
    venv = project / ".venv"
    start.ensure_environment(venv, start.DEVELOPERS)
    start.ensure_environment(venv, start.PEOPLE)
    assert count_installs(project) == 1
    (project / "requirements.txt").write_text("# something else\n")
    start.ensure_environment(venv, start.PEOPLE)
    start.ensure_environment(venv, start.DEVELOPERS)
    assert count_installs(project) == 3


def test_half_made_environment_is_made_anew(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv = project / ".venv"

    def lose_power(*_: object) -> None:
        (venv / "half a package").mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(start, "install", lose_power)
        assert start.main(["demo"]) == 130
    start.ensure_environment(venv, start.PEOPLE)
    assert not (venv / "half a package").exists()
    assert count_installs(project) == 1


def test_environment_without_a_working_python_is_made_anew(project: Path) -> None:
    venv = project / ".venv"
    start.ensure_environment(venv, start.PEOPLE)
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to("/no/longer/here")
    python = start.ensure_environment(venv, start.PEOPLE)
    assert python.read_text() == FAKE_PYTHON


def test_another_interpreter_in_its_place_is_found(project: Path, tmp_path: Path) -> None:
    """Bookworm becomes Trixie: the same link, and behind it a Python without the packages."""
    venv = project / ".venv"
    old, new = tmp_path / "python3.11", tmp_path / "python3.13"
    start.ensure_environment(venv, start.PEOPLE)
    for path in (old, new):
        path.write_text(FAKE_PYTHON)
        path.chmod(0o755)
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to(old)
    start.ensure_environment(venv, start.PEOPLE)
    assert count_installs(project) == 2
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to(new)
    for _ in range(2):
        start.ensure_environment(venv, start.PEOPLE)
    assert count_installs(project) == 3


def test_interpreter_that_is_gone_from_windows_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its python.exe is a file of the environment's own, and stays."""
    home = tmp_path / "Python311"
    home.mkdir()
    (tmp_path / "pyvenv.cfg").write_text(f"home = {home}\nversion = 3.11.7\n")
    monkeypatch.setattr(sys, "platform", "win32")
    python = tmp_path / "Scripts" / "python.exe"
    before = start.find_interpreter(python)
    assert before == f"for {home}"
    home.rmdir()
    assert start.find_interpreter(python) != before


def test_windows_on_arm_is_told_which_python_it_takes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr("platform.machine", lambda: "ARM64")
    with pytest.raises(start.CannotStart, match=r"^Install Python's x86-64 build"):
        start.ensure_environment(project / ".venv", start.PEOPLE)


def test_environment_made_by_hand_is_kept(project: Path) -> None:
    venv = project / ".venv"
    plant_python(venv)
    (venv / "my own").touch()
    start.ensure_environment(venv, start.PEOPLE)
    assert (venv / "my own").exists()
    assert count_installs(project) == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("ERROR: [Errno 28] No space left on device", "The disk is full"),
        (
            "note\nERROR: No matching distribution found for duckdb==2.0.0\nbye",
            "duckdb comes in no",
        ),
        (
            "  error: metadata\nERROR: Failed building wheel for cryptography",
            "cryptography comes in",
        ),
        ("ERROR: Failed to build 'pydantic-core' when getting requirements", "pydantic-core comes"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "A package is not the one"),
        ("note\nERROR: something else\nbye", "something else. Typing"),
        ("", "no reason was given"),
    ],
)
def test_failed_install_says_why_and_is_tried_again(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: str,
    told: str,
) -> None:
    monkeypatch.setenv("PIP_SAYS", said)
    monkeypatch.setenv("PIP_ENDS", "1")
    assert start.main(["demo"]) == 2
    assert told in capsys.readouterr().err
    monkeypatch.setenv("PIP_ENDS", "0")
    (project / ".venv" / "downloaded").touch()
    start.ensure_environment(project / ".venv", start.PEOPLE)
    assert count_installs(project) == 2
    assert (project / ".venv" / "downloaded").exists()


@pytest.mark.parametrize("words", [("no\x1b[31m",), ("job", "no\x1b[31m"), ("\u202eon", "job")])
def test_wrong_word_steers_no_terminal(project: Path, words: tuple[str, ...]) -> None:
    done = run_start(project, *words)
    assert done.returncode == 2
    assert "There is no " in done.stderr
    assert not {"\x1b", "\u202e"} & set(done.stdout + done.stderr)


def test_missing_venv_says_first_what_to_type(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(start, "read_release", lambda: DEBIAN)
    monkeypatch.setattr("os.path.exists", lambda place: True)
    assert start.main(["demo"]) == 2
    typed = f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    assert capsys.readouterr().err.splitlines()[0] == typed
    assert start.say_how_to_get_venv((3, 12), "ID=arch").startswith("Install Python 3.13 from")


def test_command_is_spelt_without_sudo_where_there_is_none() -> None:
    assert start.spell_for_system("sudo apt install it\n\nThen", has_sudo=False).startswith("apt ")
    for said, has_sudo in (("sudo apt install it", True), ("brew install sudo ", False)):
        assert start.spell_for_system(said, has_sudo=has_sudo) == said


@pytest.mark.parametrize(
    ("system", "release", "first_line"),
    [
        ("linux", DEBIAN, "sudo apt install python3 python3-venv"),
        (
            "linux",
            'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"',
            "sudo apt install python3.11 python3.11-venv",
        ),
        ("linux", "ID=fedora", "sudo dnf install python3.13"),
        ("linux", "", "Install Python 3.13 from https://www.python.org/downloads/"),
        ("darwin", "", "brew install python@3.13"),
        ("win32", "", "winget install Python.Python.3.13"),
    ],
)
def test_old_python_says_first_what_to_type(system: str, release: str, first_line: str) -> None:
    said = start.say_how_to_get_python((3, 9, 2), system, release)
    assert said.splitlines()[0] == first_line
    assert "needs 3.11 or newer, and this is 3.9." in said


def test_old_pythons_can_read_the_file() -> None:
    source = (PROJECT_DIR / "start.py").read_bytes().decode("ascii")
    newer = (
        ast.AnnAssign | ast.AsyncFunctionDef | ast.JoinedStr | ast.Match | ast.NamedExpr
        | ast.Nonlocal | ast.Starred | ast.TryStar | ast.YieldFrom | ast.Await
    )  # fmt: skip
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        assert not isinstance(node, newer), f"start.py:{line} is too new for an old Python"
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None, f"start.py:{line} has an annotation"
            assert not node.args.kwonlyargs, f"start.py:{line} has keyword-only arguments"
        if isinstance(node, ast.arg):
            assert node.annotation is None, f"start.py:{line} has an annotation"
        if isinstance(node, ast.Raise):
            assert node.cause is None, f"start.py:{line} says raise … from"
    assert "from __future__ import print_function" in source


def test_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["dmeo"]) == 2
    assert "no command 'dmeo'. Did you mean 'demo'?" in capsys.readouterr().err
    assert start.main(["xyzzy"]) == 2
    assert "Did you mean" not in capsys.readouterr().err


def test_help_lists_every_command_and_installs_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main([]) == start.main(["--help"]) == 0
    said = capsys.readouterr().out
    listed = {name: f"\n  {name} " in said for name in commands.COMMANDS}
    assert listed == {name: not one.is_for_machines for name, one in commands.COMMANDS.items()}
    assert not (project / ".venv").exists()


@pytest.mark.parametrize(
    ("words", "told", "exit_code"),
    [
        (["job"], "job NAME, where NAME is one of", 2),
        (["job", "--help"], "job NAME, where NAME is one of", 0),
        (["job", "lissen"], "There is no job 'lissen'. Did you mean 'listen'?", 2),
    ],
)
def test_jobs_are_listed_when_the_name_is_missing_or_wrong(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    told: str,
    exit_code: int,
) -> None:
    assert start.main(words) == exit_code
    said = "".join(capsys.readouterr())
    assert told in said
    assert "  listen             Listen to the walls." in said


def test_folder_that_cannot_be_written_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".venv").touch()  # a file, where even root cannot make a folder
    assert start.main(["demo"]) == 2
    assert "copy the project into a folder of your own" in capsys.readouterr().err
