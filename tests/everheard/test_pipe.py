"""``… | head`` ends quietly in every command, and the work behind it is done to its end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.commands import COMMANDS, read_jobs
from everheard.config import PROJECT_DIR

#: Each is its own program; a job's words come from the frame that all of them share.
PROGRAMS = {
    **{name: ["-m", "cli", name, "--help"] for name in COMMANDS if name not in ("job", "test")},
    "no command": ["-m", "cli"],
    "start.py": ["start.py", "--help"],
    "job": ["-m", "cli", "job", "get_last_50", "--help"],
    "jobs": ["-m", "cli", "job", "--help"],
    "module of a job": ["-m", "jobs.rank_albums", "--help"],
    "migrate": ["-m", "migrate", "--help"],
    "runner": ["-m", "runner", "--help"],
    "simulator": ["-m", "simulator", "--help"],
    "benchmarks": ["-m", "benchmarks"],
    "doctor": ["-m", "cli", "doctor"],
    "settings to put right": ["-m", "jobs.get_last_50"],
}


def run_unread(words: list[str], tmp_path: Path, **settings: str) -> tuple[int, str, int]:
    """Run a program whose output nobody reads; return its exit code, errors, and the usual code."""
    environ = {**os.environ, "EVERHEARD_HOME": str(tmp_path), **settings}
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        unread, read = (
            subprocess.run(
                [sys.executable, *words],
                stdout=stdout,
                stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                cwd=PROJECT_DIR,
                env=environ,
                timeout=120,
                check=False,
            )
            for stdout in (write_end, subprocess.DEVNULL)
        )
    finally:
        os.close(write_end)
    return unread.returncode, unread.stderr.decode(), read.returncode


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_whose_reader_has_gone_ends_as_it_would(name: str, tmp_path: Path) -> None:
    unread, said, read = run_unread(PROGRAMS[name], tmp_path, DATABASE_URL="postgresql://h:1/x")
    assert unread == read
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


def test_jobs_are_all_of_the_one_frame() -> None:
    texts = [(PROJECT_DIR / "jobs" / f"{name}.py").read_text() for name in read_jobs()]
    assert all("return run_job(JOB, argv" in text for text in texts)


def test_errors_go_to_a_reader_that_is_there(tmp_path: Path) -> None:
    _, said, _ = run_unread(["-m", "jobs.get_last_50"], tmp_path)
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
