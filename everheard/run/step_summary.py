"""What GitHub shows of a run: a small table. Counts only, it may be public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from everheard.rims.markdown import add_to_summary, escape, say


def write_step_summary(
    path: Path, job: str, figures: Mapping[str, str], remarks: Sequence[str]
) -> None:
    """Add a run to the file of GITHUB_STEP_SUMMARY: its figures as a table, its remarks below."""
    table = [
        f"| {' | '.join(map(escape, figures))} |",
        f"| {' | '.join('---:' for _ in figures)} |",
        f"| {' | '.join(escape(value or '–') for value in figures.values())} |",
        "",
    ]
    lines = [f"### {job}", "", *(table if figures else ())]
    lines += [*(f"- {say(remark)}" for remark in remarks), ""]
    add_to_summary(path, lines)
