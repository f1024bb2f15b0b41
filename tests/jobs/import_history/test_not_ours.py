"""An import by root among the files of somebody else, who may put links there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.everheard.sources.spotify_export.history_files import make_row, write_file
from tests.jobs.import_history.importing import Importer, finish

pytestmark = pytest.mark.posix


@pytest.fixture
def theirs(scratch: Path, tmp_path: Path, second_user: dict[str, Any]) -> Path:
    """Lend a home that belongs to somebody else."""
    folder = scratch / f"import-home-{tmp_path.name}"
    folder.mkdir(mode=0o711)
    os.chown(folder, second_user["user"], second_user["group"])
    return folder


def test_import_into_somebody_elses_home_works_and_leaves_nothing_of_root(
    importer: Importer, theirs: Path, tmp_path: Path
) -> None:
    rows = [make_row(0), make_row(0), make_row(500)]
    history = write_file(tmp_path, rows)
    report = theirs / "report.csv"
    said = importer.run(history, "--report", report, EVERHEARD_HOME=str(theirs))
    assert "read 3, added 2" in said
    assert [path.name for path in theirs.iterdir()] == ["report.csv"]
    assert (report.stat().st_uid, report.stat().st_mode & 0o077) == (theirs.stat().st_uid, 0)
    importer.run(history, "--report", report, EVERHEARD_HOME=str(theirs))
    assert report.read_text().count("file_name,row_number,reason") == 1


def test_report_is_written_through_no_link_of_theirs(
    importer: Importer, theirs: Path, tmp_path: Path, second_user: dict[str, Any]
) -> None:
    history = write_file(tmp_path, [make_row(0)])
    new = tmp_path / "cron.d"
    report = theirs / "report.csv"
    subprocess.run(["/bin/ln", "-s", new, report], check=True, **second_user)
    process = importer.start(history, "--report", report, EVERHEARD_HOME=str(theirs))
    with pytest.raises(AssertionError, match="link that root did not make"):
        finish(process)
    assert not new.exists()
