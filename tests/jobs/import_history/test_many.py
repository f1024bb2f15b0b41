"""Many plays at once are paired with their polls as few are."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.import_history.conftest import MakeImporter
from tests.jobs.import_history.histories import make_history, make_polls, write_history

#: Together more than are walked from neighbour to neighbour (touched_cluster.sql), each fewer.
FILES = make_history(3, 900, step_s=1_800)


def test_one_large_import_pairs_what_three_small_ones_pair(
    make_importer: MakeImporter, tmp_path: Path
) -> None:
    large, small = make_importer(), make_importer()
    for machine in (large, small):
        machine.poll(*(make_polls(rows) for rows in FILES))
    write_history(tmp_path / "large", FILES)
    large.run(tmp_path / "large")
    for number, rows in enumerate(FILES):
        small.run(write_history(tmp_path / f"small {number}", [rows], first=number))
    # Of files by themselves nobody knows what lies between them: that is all that differs.
    kept = [machine.contents() for machine in (large, small)]
    for contents in kept:
        del contents["spans"], contents["gaps"]
    assert kept[0] == kept[1]
    assert large.contents() != small.contents()
    small.run(tmp_path / "large")
    whole = [machine.contents() for machine in (large, small)]
    assert whole[0]["gaps"] == whole[1]["gaps"]
    ((paired,),) = large.read(
        "select count(*) from warehouse.fact_play where ms_source = 1 and context_key <> 0"
    )
    assert paired > 800, "hardly a poll has met its partner"
