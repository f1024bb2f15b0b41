"""What several flows of ``flows`` send: files of sql/load in the order they are sent."""

from __future__ import annotations

from dataclasses import fields

from everheard.database.trips import Rows
from everheard.rows import StagedRows


def name(folder: str, names: str) -> tuple[str, ...]:
    """Return the files of a folder that these words name, in their order."""
    return tuple(f"{folder}/{name}" for name in names.split())


STAGE = "dimensions/stage"
STAGED = Rows(tuple(f"staged_{field.name}" for field in fields(StagedRows)))
PLAN = "history/plan_history"
TOUCHED_PLAY = "summaries/summary_touched"
BY_TIME = name("summaries", "summary_hour summary_session")
BY_TRACK = name("summaries", "summary_month_track summary_track")

#: How staged rows become dimensions: each file needs those before it.
DIMENSIONS = name(
    "dimensions",
    "analyze_stage dim_artist dim_album touched_length dim_track named_album bridges dim_context",
)
CLASSES = name("derive", "match_class changed_length etl_changed_class take_changed_class")
DERIVE: tuple[str | Rows, ...] = (
    Rows(("staged_pair",)),
    *name("derive", "fact_play touched_span"),
)
