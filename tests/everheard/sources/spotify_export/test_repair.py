from __future__ import annotations

import json
from pathlib import Path

import pytest

from everheard.sources.spotify_export.archive import Refused
from everheard.sources.spotify_export.repair import FAULT, repair
from tests.everheard.sources.spotify_export.history_files import write_file

ROW = '{"ts": "a"}'
LOST = {FAULT: "no readable row"}
KEPT = {"ts": "a"}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("[]", []),
        (f"[{ROW},{ROW}]", [KEPT, KEPT]),
        (f"[{ROW},5,{ROW}]", [KEPT, LOST, KEPT]),
        (f'[{ROW},{{"ts":}},{ROW}]', [KEPT, LOST, KEPT]),
        (f'[{ROW},{{"ts":}}]', [KEPT, LOST]),
        (f'[{ROW},{{"ts": "open}},{ROW},{ROW}]', [KEPT, LOST, KEPT, KEPT]),
        (f"[{ROW},]", [KEPT]),
        (f"[{ROW},{ROW}, \n]", [KEPT, KEPT]),
        (f"[,{ROW},,{ROW}]", [KEPT, KEPT]),
        (f'[{ROW},{{"ts": {"9" * 5000}}},{ROW}]', [KEPT, LOST, KEPT]),
        (f'[{ROW},{{"ts": "{"a" * 2_000_000}"}}]', [KEPT, LOST]),
        ('[{"ts": NaN}]', [{"ts": None}]),
        ('[{"ts": "a", "ts": "b"}]', [{"ts": "b"}]),
        ('[{"ts": "a\\ud800"}]', [{"ts": "a\ufffd"}]),
        (f'[{{"ts": "a", "{FAULT}": "mine", "x": {{"y": 1}}}}]', [KEPT]),
    ],
)
def test_damaged_rows_keep_their_place(tmp_path: Path, text: str, rows: list[object]) -> None:
    path = write_file(tmp_path, text)
    repair(path)
    assert json.loads(path.read_text(encoding="utf-8")) == rows


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"[{ROW},\n" + '{"ts": "b', "line 2, column 8"),
        (f"[{ROW}", "line 1, column 13 and ends there"),
        (f"[{ROW}]x", "line 1, column 14"),
        ("[", "line 1, column 2 and ends there"),
    ],
)
def test_what_is_no_whole_list_is_refused_with_the_place(
    tmp_path: Path, text: str, place: str
) -> None:
    with pytest.raises(Refused) as refusal:
        repair(write_file(tmp_path, text))
    assert place in str(refusal.value)
