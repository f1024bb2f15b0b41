"""The one door to Everheard: ``python start.py COMMAND``, from any folder.

It finds or makes ``.venv`` beside itself, installs what is missing, and passes
the words on to ``cli``. Standard library only, and written so that even Python 2 reads
it to the end and can say what to type: no f-strings, no annotations.
"""

from __future__ import print_function

import os
import sys

OLDEST = (3, 11)


def say_how_to_get_python(found, system, release):
    """Return what to type on this system instead; the first line is the command."""
    command = {
        "win32": "winget install Python.Python.3.13",
        "darwin": "brew install python@3.13",
    }.get(system, "Install Python 3.13 from https://www.python.org/downloads/")
    if 'VERSION_ID="22.04"' in release:
        command = "sudo apt install python3.11 python3.11-venv"
    elif "debian" in release:
        command = "sudo apt install python3 python3-venv"
    elif "fedora" in release:
        command = "sudo dnf install python3.13"
    return (
        "%s\n\nThen start.py with that Python: Everheard needs %d.%d or newer, and this is %d.%d."
        " (One may be here already, under a name like python3.13.)"
        % ((command,) + OLDEST + tuple(found[:2]))
    )


def spell_for_system(said, has_sudo=None):
    """Return what is to be typed without sudo where there is none: as root on a bare Debian."""
    if has_sudo is None:
        has_sudo = any(os.path.exists(place) for place in ("/usr/bin/sudo", "/usr/local/bin/sudo"))
    return said if has_sudo or not said.startswith("sudo ") else said[len("sudo ") :]


def read_release():
    """Return how a Linux describes itself, nothing elsewhere."""
    try:
        with open("/etc/os-release") as file:
            return file.read()
    except (IOError, OSError):
        return ""


if sys.version_info[:2] < OLDEST:
    sys.exit(
        spell_for_system(say_how_to_get_python(sys.version_info, sys.platform, read_release()))
    )

import hashlib
import importlib.util
import pathlib
import platform
import re
import shutil
import subprocess

from cli.commands import DEVELOPERS, PEOPLE, understand
from everheard.pipe import outlive_reader

PROJECT_DIR = pathlib.Path(__file__).resolve().parent


#: The driver of PostgreSQL and what encrypts have no ready-made form for Windows on Arm.
NEEDS_X86 = (
    'Install Python\'s x86-64 build, which runs on Windows for Arm too: the "64-bit" installer of'
    " https://www.python.org/downloads/windows/\n\nThen start.py with that one: not all that"
    " Everheard needs comes for Arm."
)


class CannotStart(Exception):
    """What stands in the way, and the cure, in one sentence."""


def main(argv):
    """Run one command; return its exit code."""
    outlive_reader()
    typed = understand(argv)
    if typed.command is None:
        print(typed.said, file=sys.stderr if typed.is_wrong else sys.stdout)
        return 2 if typed.is_wrong else 0
    try:
        python = ensure_environment(PROJECT_DIR / ".venv", typed.command.requirements)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. The same command takes it up again.", file=sys.stderr)
        return 130
    return pass_on([str(python), "-P", "-m", "cli"] + argv)


def ensure_environment(venv, requirements):
    """Return the environment's Python; make the environment and install where needed.

    ``everheard-installed`` in it holds one line a requirements file, its name and
    a hash of it, and a line for the interpreter. ``everheard-installing`` is locked by
    whoever installs, and not empty where somebody began and was cut off.
    """
    if sys.platform == "win32" and platform.machine() == "ARM64":
        raise CannotStart(NEEDS_X86)
    python = venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamps = venv / "everheard-installed"
    if is_installed(stamps, requirements, python):
        return python
    try:
        venv.mkdir(exist_ok=True)
        with open(str(venv / "everheard-installing"), "a+b") as marker:
            take_turn(marker)
            if not is_installed(stamps, requirements, python):
                was_cut_off = marker.seek(0, os.SEEK_END) > 0
                marker.write(b"x")
                marker.flush()
                if was_cut_off or not has_pip(python):
                    make_environment(venv, keep=marker.name)
                try:
                    install(python, requirements, venv / "everheard-install.log")
                except CannotStart:  # pip ended by itself and can go on from here
                    marker.truncate(0)
                    raise
                lines = list_stamps(requirements, python)
                stamps.write_text("\n".join(lines), encoding="utf-8")
                marker.truncate(0)
    except OSError as error:
        raise CannotStart(
            "%s cannot be used (%s): copy the project into a folder of your own, or remove .venv."
            % (venv, error.strerror)
        )
    return python


def is_installed(stamps, requirements, python):
    """Say whether exactly ``requirements`` was installed to the end, for this interpreter."""
    if not (python.exists() and stamps.exists()):
        return False
    lines = stamps.read_text(encoding="utf-8").split("\n")
    return stamp(requirements) in lines and find_interpreter(python) in lines


def list_stamps(requirements, python):
    """Return what installing ``requirements`` earns: developers' hold people's."""
    files = [PEOPLE] + ([DEVELOPERS] if requirements == DEVELOPERS else [])
    return [stamp(file) for file in files] + [find_interpreter(python)]


def stamp(requirements):
    """Return the file's name and a hash of it."""
    digest = hashlib.sha256((PROJECT_DIR / requirements).read_bytes())
    return "%s %s" % (requirements, digest.hexdigest())


def find_interpreter(python):
    """Return which interpreter an environment's Python stands for.

    Where a system's upgrade has put another in its place, the packages are not found.
    """
    if sys.platform != "win32":
        return "for %s" % os.path.realpath(str(python))
    settings = python.parent.parent / "pyvenv.cfg"
    lines = settings.read_text(encoding="utf-8").splitlines() if settings.exists() else []
    home = "".join(line.partition("=")[2].strip() for line in lines if line.startswith("home"))
    return "for %s%s" % (home, "" if pathlib.Path(home).is_dir() else ", which is gone")


def take_turn(marker):
    """Wait until nobody else installs; the system ends the turn with the process."""
    marker.seek(0)
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                return msvcrt.locking(marker.fileno(), msvcrt.LK_LOCK, 1)
            except OSError:  # ten seconds have passed
                continue
    import fcntl

    return fcntl.flock(marker.fileno(), fcntl.LOCK_EX)


def has_pip(python):
    """Say whether the environment is whole enough to install into."""
    if not python.exists():
        return False
    done = subprocess.run([str(python), "-c", "import pip"], capture_output=True, check=False)
    return done.returncode == 0


def make_environment(venv, keep):
    """Make the virtual environment anew; only the file ``keep`` survives."""
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise CannotStart(spell_for_system(say_how_to_get_venv(sys.version_info, read_release())))
    for path in venv.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(str(path))
        elif str(path) != keep:
            path.unlink()
    base = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run([base, "-m", "venv", str(venv)], capture_output=True, check=False)
    if done.returncode:
        raise CannotStart(
            "The environment %s could not be made: %s"
            % (venv, find_reason((done.stdout + done.stderr).decode(errors="replace")))
        )


def say_how_to_get_venv(found, release):
    """Return what to type where this Python came without venv; the first line is the command."""
    command = "Install Python 3.13 from https://www.python.org/downloads/"
    if "debian" in release:
        command = "sudo apt install python%d.%d-venv" % tuple(found[:2])
    return "%s\n\nThen the same command again: this Python came without venv." % command


def install(python, requirements, log):
    """Install with pip; what it says goes to ``log``."""
    print("Installing what Everheard needs, once, about a minute ...", file=sys.stderr, flush=True)
    options = ["--disable-pip-version-check", "--no-input", "--retries=2", "--require-hashes"]
    with open(str(log), "w+", encoding="utf-8", errors="replace") as said:
        done = subprocess.run(
            [str(python), "-m", "pip", "install"] + options + ["-r", requirements],
            cwd=str(PROJECT_DIR),
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said.seek(0)
        if done.returncode:
            raise CannotStart("%s (%s has it all)" % (explain_pip(said.read()), log))


def explain_pip(said):
    """Return one sentence for what stopped pip, with the cure."""
    for clue in ("connection broken", "Failed to establish", "timed out"):
        if clue in said:
            return (
                "The package index cannot be reached: check the connection (behind a proxy, set"
                " HTTPS_PROXY), then type the same again."
            )
    if "No space left" in said:
        return "The disk is full: free about 1 GB, then type the same again."
    if "DO NOT MATCH THE HASHES" in said:
        return (
            "A package is not the one that Everheard was tried with, and was not installed: the"
            " index, or somebody on the way to it, has put another in its place."
        )
    missing = find_missing(said)
    if missing:
        return (
            "%s comes in no ready-made form for Python %d.%d on this machine (%s). Install"
            " Python 3.13, and start Everheard with that one."
            % ((missing,) + tuple(sys.version_info[:2]) + (platform.machine(),))
        )
    return "Installing failed: %s. Typing the same again takes it up." % find_reason(said)


def find_missing(said):
    """Return the package that has nothing ready-made for this Python, if that is what stops pip."""
    for words in ("No matching distribution found for", "Failed building wheel for"):
        found = re.search(words + r" ([A-Za-z0-9._-]+)", said)
        if found:
            return found.group(1).partition("==")[0]
    found = re.search(r"Failed to build '?([A-Za-z0-9._-]+)", said)
    return found.group(1) if found else None


def find_reason(said):
    """Return the last line that names an error, else the last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["no reason was given"])[-1]


def pass_on(command):
    """Run the command in the environment, from this folder; return its exit code."""
    os.environ["PYTHONPATH"] = str(PROJECT_DIR)
    os.environ["PYTHONUTF8"] = "1"  # names of songs on a Windows terminal
    if sys.platform != "win32":
        os.execv(command[0], command)
    with subprocess.Popen(command) as child:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:  # the child got it too, and ends in its own way
                continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
