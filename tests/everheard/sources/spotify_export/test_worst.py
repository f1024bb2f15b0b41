"""The worst inputs end, and within little memory; a repair reads each letter a bounded time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from everheard.config import PROJECT_DIR
from everheard.sources.spotify_export.archive import Refused
from everheard.sources.spotify_export.repair import repair
from tests.everheard.sources.spotify_export.history_files import NAME
from tests.everheard.sources.spotify_export.worst import MB, READ, SHAPES, write_shape

MOST_MB = 700


def read_alone(path: Path, folder: Path) -> dict[str, object]:
    """Read what an import would, in a process of its own; return what became of it."""
    command = [sys.executable, "-c", READ, str(path), str(folder)]
    done = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


@pytest.mark.posix
@pytest.mark.parametrize(
    ("name", "shape", "size"),
    [
        ("x.zip", "one scalar", 300 * MB),
        ("x.zip", "empty rows", 40 * MB),
        ("x.zip", "nulls", 40 * MB),
        ("x.bzip2", "one value", 60 * MB),
        ("endsong_0.json.xz", "one value", 8 * MB),
        (NAME, "one value", 60 * MB),
        (NAME, "titles", MB),
    ],
)
def test_memory_stays_small_whatever_is_read(
    tmp_path: Path, name: str, shape: str, size: int
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    told = read_alone(write_shape(tmp_path / name, shape, size), folder)
    assert float(str(told["memory_mb"])) < MOST_MB


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_repair_reads_four_times_as_much_for_four_times_the_rows(
    tmp_path: Path, shape: str
) -> None:
    def count(size: int) -> int:
        path = write_shape(tmp_path / NAME, shape, size)
        try:
            return repair(path)
        except Refused:
            return 0

    assert count(MB // 2) <= 4.5 * count(MB // 8) + MB
