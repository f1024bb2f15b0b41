"""Every form in which a row has told its time is read, and none that tells nothing is believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from everheard.sources.spotify_export.files import find_sources
from everheard.sources.spotify_export.reader import STAGED_TABLES, BatchReader
from tests.everheard.pages import NOON
from tests.everheard.sources.spotify_export.history_files import make_row, write_file

SECONDS = int(NOON.timestamp())


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[BatchReader]:
    """Return a reader of batches; it is the fourth of March."""
    folder = tmp_path / "work"
    folder.mkdir()
    reader = BatchReader(folder, datetime(2026, 3, 4, tzinfo=UTC))
    yield reader
    reader.close()


def read_row(reader: BatchReader, folder: Path, **fields: Any) -> tuple[datetime | None, str]:
    """Return where a row's play ends, or why it is none."""
    path = write_file(folder, [make_row(**fields)])
    batch = reader.read(find_sources([str(path)]).files)
    reasons = [row.reason for row in batch.skipped]
    ended = [span.last_told_at for span in batch.spans.values()]
    return (ended or [None])[0], (reasons or [""])[0]


@pytest.mark.parametrize(
    "ts",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.123Z",
        "2026-03-01T12:00:00.123456Z",
        "2026-03-01T14:00:00+02:00",
        "2026-03-01T14:00:00.5+0200",
        "2026-03-01T07:00:00-05:00",
        "2026-03-01T12:00:00",
        "2026-03-01 12:00:00",
        "2026-03-01 12:00:00 UTC",
        "2026-03-01T12:00Z",
        SECONDS,
        str(SECONDS),
        float(SECONDS) + 0.5,
        SECONDS * 1_000,
        str(SECONDS * 1_000),
        SECONDS * 1_000_000,
    ],
)
def test_moment_is_read_in_every_form(reader: BatchReader, tmp_path: Path, ts: object) -> None:
    assert read_row(reader, tmp_path, ts=ts) == (NOON, "")


@pytest.mark.parametrize(
    ("ts", "reason"),
    [
        ("yesterday", "no readable date"),
        ("", "no readable date"),
        (None, "no readable date"),
        (True, "no readable date"),
        ("2026-03-01", "no readable date"),
        ("2026-02-30T12:00:00Z", "no readable date"),
        ("infinity", "no readable date"),
        ("nan", "no readable date"),
        (10**400, "no readable date"),
        (-1, "no readable date"),
        (2**63 - 1, "date in the future"),
        (2**64, "date in the future"),
        ("-0044-03-15T12:00:00Z", "date before Spotify existed"),
        ("0044-03-15 (BC) 12:00:00", "date before Spotify existed"),
        (0, "date before Spotify existed"),
    ],
)
def test_moment_that_is_none_is_no_play(
    reader: BatchReader, tmp_path: Path, ts: object, reason: str
) -> None:
    assert read_row(reader, tmp_path, ts=ts) == (None, reason)


@pytest.mark.parametrize(
    ("ms_played", "reason"),
    [
        (0, ""),
        (86_400_000, ""),
        ("180000", ""),
        (180000.4, ""),
        (None, ""),
        (-1, "negative listening time"),
        (86_400_001, "listening time of more than a day"),
        (2**31 - 1, "listening time of more than a day"),
        (2**31, "listening time of more than a day"),
        (10**40, "listening time of more than a day"),
        ("long", "no readable listening time"),
        ("nan", "no readable listening time"),
    ],
)
def test_listening_time_that_cannot_be_is_told_under_its_true_reason(
    reader: BatchReader, tmp_path: Path, ms_played: object, reason: str
) -> None:
    assert read_row(reader, tmp_path, ms_played=ms_played)[1] == reason


@pytest.mark.parametrize("hint", [2**63 - 1, 2**64, -(2**63), 10**15, "x", 1e300, [1], {}])
def test_hint_of_an_offline_play_never_ends_an_import(
    reader: BatchReader, tmp_path: Path, hint: object
) -> None:
    assert read_row(reader, tmp_path, offline=True, offline_timestamp=hint) == (NOON, "")


@pytest.mark.parametrize(
    ("text", "read_count"),
    [
        ("[{row},{row},]", 2),
        ("[{row},,{row}]", 2),
        ('[{row},{{"ts": "' + "a" * 2_000_000 + '"}}]', 2),
        ('[{row},{{"new": "' + "a" * 2_000_000 + '"}}]', 2),
        ('[{row},{{"ts": NaN}}]', 2),
        ("[{row},[[[[{row}]]]]]", 2),
    ],
)
def test_odd_list_counts_the_rows_that_are_there(
    reader: BatchReader, tmp_path: Path, text: str, read_count: int
) -> None:
    path = write_file(tmp_path, text.format(row=json.dumps(make_row())))
    batch = reader.read(find_sources([str(path)]).files)
    assert batch.refusals == []
    assert len(batch.spans) == 1
    counted = batch.tables[STAGED_TABLES.index("staged_file")].path.read_text("utf-8")
    assert f",{read_count}," in counted
