"""Whatever is wrong with a zip: it is told by name, costs no other file, and ends no import."""

from __future__ import annotations

import itertools
import zipfile
from pathlib import Path

import pytest

from everheard.sources.spotify_export.files import find_sources
from everheard.sources.spotify_export.unpack import unpack_all
from tests.everheard.sources.spotify_export.history_files import (
    NAME,
    make_row,
    write_file,
    write_zip,
)

PACKINGS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def read_zip(path: Path, folder: Path) -> tuple[int, set[str]]:
    """Find and unpack; return how many files are there to read, and the names of those refused."""
    found = find_sources([str(path)])
    readable, _, refusals = unpack_all(found.files, folder)
    return len(readable), {name for name, _ in [*found.refusals, *refusals]}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("name", [NAME, "history.json", "Userdata.json"])
def test_damaged_member_is_refused_by_name_and_costs_no_other(
    tmp_path: Path, name: str, packing: int
) -> None:
    path = tmp_path / "my_spotify_data.zip"
    text = (write_file(tmp_path, [make_row(second) for second in range(40)])).read_text()
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr(name, text)
        archive.writestr("Streaming_History_Audio_2025_1.json", text)
    start = 30 + len(name) + 20
    content = path.read_bytes()
    path.write_bytes(content[:start] + b"\xff" * 40 + content[start + 40 :])
    assert read_zip(path, tmp_path) == (1, {name})


def test_no_byte_of_a_zip_ends_an_import(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "whole.zip", {NAME: [make_row()], "other.json": [make_row(9)]})
    content = path.read_bytes()
    for place, byte in itertools.product(range(len(content)), (0, 1, 0xFF)):
        path.write_bytes(content[:place] + bytes([byte]) + content[place + 1 :])
        read_count, refused = read_zip(path, tmp_path)
        assert read_count + len(refused) > 0


def test_no_cut_of_a_zip_ends_an_import(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "whole.zip", {NAME: [make_row()], "other.json": [make_row(9)]})
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert read_zip(path, tmp_path) == (0, {"whole.zip"})
