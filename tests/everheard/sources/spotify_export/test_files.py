from __future__ import annotations

from pathlib import Path

from everheard.sources.spotify_export.files import find_sources
from tests.everheard.sources.spotify_export.history_files import make_row, write_file, write_zip


def test_tenth_file_comes_after_the_second(tmp_path: Path) -> None:
    names = [f"Streaming_History_Audio_2020_{number}.json" for number in (10, 2, 1)]
    path = write_zip(tmp_path / "x.zip", {name: [make_row()] for name in names})
    found = find_sources([str(path)])
    assert [file.name for file in found.files] == names[::-1]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = write_file(tmp_path, [make_row()])
    assert len(find_sources([str(path), str(tmp_path), str(tmp_path / "*.json")]).files) == 1


def test_what_else_lies_beside_the_history_is_passed_over_by_name(tmp_path: Path) -> None:
    files = {"endsong_0.json": [make_row()], "a.pdf": b"%PDF", "StreamingHistory0.json": "[]"}
    found = find_sources([str(write_zip(tmp_path / "x.zip", files))])
    assert [file.name for file in found.files] == ["endsong_0.json"]
    assert found.passed_over == [
        ("a.pdf", "a PDF"),
        ("StreamingHistory0.json", "the short form of the history"),
    ]
    assert found.refusals == []
