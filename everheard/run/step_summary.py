"""What GitHub shows of a run: annotations, and a small table. Counts only, logs may be public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path


def annotate(job: str, level: str, text: str) -> str:
    """Return a workflow command of GitHub's; a second line would be a command of its own."""
    return f"::{level} title={job}::{' '.join(text.split())}"


def write_step_summary(
    path: Path, job: str, figures: Mapping[str, str], remarks: Sequence[str]
) -> None:
    """Add a run to the file of GITHUB_STEP_SUMMARY: its figures as a table, its remarks below."""
    table = [
        f"| {' | '.join(figures)} |",
        f"| {' | '.join('---:' for _ in figures)} |",
        f"| {' | '.join(value or '–' for value in figures.values())} |",
        "",
    ]
    lines = [f"### {job}", "", *(table if figures else ())]
    lines += [*(f"- {remark}" for remark in remarks), ""]
    with path.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines))
