"""Whatever a file holds: no exception, no half of a file, and the good file beside it is read."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from everheard.sources.spotify_export.files import find_sources
from everheard.sources.spotify_export.keys import READ_KEYS
from everheard.sources.spotify_export.reader import STAGED_TABLES, Batch, BatchReader
from tests.everheard.sources.spotify_export.history_files import make_row, write_file
from tests.long_form import lengthen

GOOD = "Streaming_History_Audio_2025_0.json"
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([2**31, 2**63 - 1, 2**63, -(2**63), 10**400, 1e308, -0.0])
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["-0044-03-15T12:00:00Z", "0044-03-15 (BC) 12:00", "9999-12-31T23:59:60Z"])
    | st.sampled_from(["infinity", "epoch", "294247-01-10T04:00:54Z", "2026-03-01T12:00:00+99:99"])
    | st.sampled_from(["\x00", "\ud800", "spotify:track:", "spotify:local:::", "a" * 90_000])
)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=3), SCALARS)
ROWS = st.dictionaries(st.sampled_from(sorted(READ_KEYS)), VALUES).map(
    lambda fields: {**make_row(), **fields}
)
TEXTS = st.lists(ROWS | VALUES, max_size=4).map(lambda rows: json.dumps(rows).encode())


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """Return a text with some bytes of it cut out, put twice, or replaced."""
    text = draw(TEXTS)
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(start + 40, len(text))))
    return text[:start] + draw(st.binary(max_size=8) | st.just(text[start:end] * 2)) + text[end:]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BatchReader]:
    folder = tmp_path_factory.mktemp("work")
    reader = BatchReader(folder, datetime(2026, 3, 4, tzinfo=UTC))
    yield reader
    reader.close()


def read_csv(batch: Batch, table: str) -> list[list[str]]:
    path = batch.tables[STAGED_TABLES.index(table)].path
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@settings(
    max_examples=lengthen(20),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(contents=st.lists(TEXTS | _damaged() | st.binary(max_size=60), min_size=4, max_size=6))
def test_no_content_ends_an_import(
    reader: BatchReader, tmp_path: Path, contents: list[bytes]
) -> None:
    good = write_file(tmp_path, [make_row(9), make_row(300)], GOOD)
    odd = [write_file(tmp_path, one, f"endsong_{n}.json") for n, one in enumerate(contents)]
    found = find_sources([str(path) for path in (good, *odd)])
    batch = reader.read(found.files)
    told = {row[1]: int(row[3]) for row in read_csv(batch, "staged_file")}
    refused = {name for name, _ in [*found.refusals, *batch.refusals]}
    assert told[GOOD] == 2
    assert {*told, *refused} >= {path.name for path in odd} - {n for n, _ in found.passed_over}
    assert not told.keys() & refused
    plays = read_csv(batch, "staged_history_play") + read_csv(batch, "staged_history_episode_play")
    assert len(plays) + sum(1 for _ in batch.skipped) == sum(told.values())
    shutil.rmtree(batch.folder)
