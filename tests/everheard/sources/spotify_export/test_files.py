from __future__ import annotations

from pathlib import Path

import pytest

from everheard.sources.spotify_export.files import find_kind, find_sources
from tests.everheard.sources.spotify_export.history_files import make_row, write_file, write_zip

EXTENDED = b'[{"ts": "2026-01-01T00:00:00Z", "ms_played": 1}]'


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("Streaming_History_Audio_2014-2016_10.json", b"", "audio"),
        ("Streaming_History_Audio_2020_1 (1).json", b"", "audio"),
        ("Streaming_History_Video_2018.json", b"", "video"),
        ("endsong_3.json", b"", "audio"),
        ("endvideo.json", b"", "video"),
        ("StreamingHistory0.json", b"", "account"),
        ("StreamingHistory_music_1.json", b"", "account"),
        ("anything.json", EXTENDED, "audio"),
        ("anything.json", b'[{"endTime": "x", "msPlayed": 1}]', "account"),
        ("Userdata.json", b"{}", "other"),
        ("._Streaming_History_Audio_2014.json", b"", "other"),
        ("Read_Me_First.pdf", b"%PDF", "other"),
    ],
)
def test_files_are_known_by_name_or_by_content(name: str, head: bytes, kind: str) -> None:
    assert find_kind(name, head) == kind


def test_tenth_file_comes_after_the_second(tmp_path: Path) -> None:
    names = [f"Streaming_History_Audio_2020_{number}.json" for number in (10, 2, 1)]
    path = write_zip(tmp_path / "x.zip", {name: [make_row()] for name in names})
    found = find_sources([str(path)])
    assert [file.name for file in found.files] == names[::-1]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = write_file(tmp_path, [make_row()])
    assert len(find_sources([str(path), str(tmp_path), str(tmp_path / "*.json")]).files) == 1


def test_what_else_lies_beside_the_history_is_passed_over_and_counted(tmp_path: Path) -> None:
    files = {"endsong_0.json": [make_row()], "a.pdf": b"%PDF", "StreamingHistory0.json": "[]"}
    found = find_sources([str(write_zip(tmp_path / "x.zip", files))])
    assert [file.name for file in found.files] == ["endsong_0.json"]
    assert len(found.passed_over) == 2
    assert found.refusals == []
