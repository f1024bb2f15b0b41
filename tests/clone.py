"""A fresh copy of the project, as a new user has it, with its environment ready."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import start
from tests.conftest import OUR_VARIABLES
from tests.repository.project import find_files, show


def make_clone(folder: Path) -> Path:
    """Copy the project's files; let the environment point to what is installed here."""
    for path in find_files("*"):
        copy = folder / show(path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    venv.create(folder / ".venv", with_pip=False)
    paths = {"base": str(folder / ".venv"), "platbase": str(folder / ".venv")}
    site = Path(sysconfig.get_path("purelib", scheme="venv", vars=paths))
    (site / "installed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    stamps = "\n".join(start.list_stamps(start.PEOPLE, folder / ".venv/bin/python"))
    (folder / ".venv" / "everheard-installed").write_text(stamps, encoding="utf-8")
    folder.chmod(0o711)
    return folder


def clean_environment(**changes: str) -> dict[str, str]:
    """Return the environment of a terminal in which nothing of ours is set."""
    kept = {name: value for name, value in os.environ.items() if name not in OUR_VARIABLES}
    return {**kept, "PYTHONUTF8": "1", **changes}


def begin(clone: Path, *words: str, **changes: str) -> subprocess.Popen[str]:
    """Type ``python start.py WORDS`` in another folder, and go on without waiting.

    In a session of its own: there is no terminal to ask behind the pipe's back.
    """
    return subprocess.Popen(
        [sys.executable, str(clone / "start.py"), *words],
        cwd=clone.parent,
        env=clean_environment(**changes),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
    )


def type_command(clone: Path, *words: str, typed: str = "", code: int = 0, **changes: str) -> str:
    """Type a command, and what it asks for; return what it printed, errors too."""
    with begin(clone, *words, **changes) as process:
        said, _ = process.communicate(typed, timeout=180)
    assert process.returncode == code, said
    return said
