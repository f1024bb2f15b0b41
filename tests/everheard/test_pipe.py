"""``… | head`` ends quietly in every command, and the work behind it is done to its end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.commands import read_jobs
from everheard.config import PROJECT_DIR

#: A case of each program, with the exit code it has before a reader too; a command's words and
#: a job's come from the frames that all of them share.
PROGRAMS = {
    "a command": (["-m", "cli", "rate", "--help"], 0),
    "no command": (["-m", "cli"], 0),
    "start.py": (["start.py", "--help"], 0),
    "job": (["-m", "cli", "job", "get_last_50", "--help"], 0),
    "jobs": (["-m", "cli", "job", "--help"], 0),
    "module of a job": (["-m", "jobs.rank_albums", "--help"], 0),
    "migrate": (["-m", "migrate", "--help"], 0),
    "runner": (["-m", "runner", "--help"], 0),
    "simulator": (["-m", "simulator", "--help"], 0),
    "benchmarks": (["-m", "benchmarks"], 0),
    "doctor": (["-m", "cli", "doctor"], 1),
    "settings to put right": (["-m", "jobs.get_last_50"], 78),
}


def run_unread(words: list[str], tmp_path: Path, **settings: str) -> tuple[int, str]:
    """Run a program whose output nobody reads; return its exit code and errors."""
    environ = {**os.environ, "EVERHEARD_HOME": str(tmp_path), **settings}
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        unread = subprocess.run(
            [sys.executable, *words],
            stdout=write_end,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            cwd=PROJECT_DIR,
            env=environ,
            timeout=120,
            check=False,
        )
    finally:
        os.close(write_end)
    return unread.returncode, unread.stderr.decode()


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_whose_reader_has_gone_ends_as_it_would(name: str, tmp_path: Path) -> None:
    words, code = PROGRAMS[name]
    ended, said = run_unread(words, tmp_path, DATABASE_URL="postgresql://h:1/x")
    assert ended == code, said
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


@pytest.mark.posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_program_without_an_output_ends_as_it_would(name: str, closed: str, tmp_path: Path) -> None:
    """As ``python3 start.py report >&-`` is started: there is no stream at all."""
    words, code = PROGRAMS[name]
    ended = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, *words],
        cwd=PROJECT_DIR,
        env={**os.environ, "EVERHEARD_HOME": str(tmp_path), "DATABASE_URL": "postgresql://h:1/x"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == code, ended.stderr.decode()
    assert b"Traceback" not in ended.stdout + ended.stderr


def test_jobs_and_commands_are_all_of_the_frames_that_outlive_a_reader() -> None:
    jobs = [(PROJECT_DIR / "jobs" / f"{name}.py").read_text() for name in read_jobs()]
    assert all("run_job(JOB, " in text or "outlive_reader()" in text for text in jobs)
    rooms = [path.read_text() for path in PROJECT_DIR.glob("*/__main__.py")]
    assert len(rooms) > 4
    assert all("    outlive_reader()\n" in text for text in rooms)


def test_errors_go_to_a_reader_that_is_there(tmp_path: Path) -> None:
    _, said = run_unread(["-m", "jobs.get_last_50"], tmp_path)
    assert "SPOTIFY_CLIENT_ID is not set" in said


def test_full_disk_is_no_reader_that_has_gone(tmp_path: Path) -> None:
    """/dev/full takes nothing: that is told, not swallowed."""
    if not Path("/dev/full").exists():
        return
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=PROJECT_DIR,
            check=False,
        )
    assert b"No space left" in done.stderr
