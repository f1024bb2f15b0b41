"""The order in which files of SQL can be run: each after those whose objects it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

_COMMENT = re.compile(r"--.*")  # comments name other objects too


def order_files(files: Mapping[str, Path], reference: re.Pattern[str]) -> list[Path]:
    """Return the files, by the name of what each makes, so that each comes after those it names."""
    graph = {}
    for name, path in files.items():
        statements = _COMMENT.sub("", path.read_text(encoding="utf-8"))
        graph[name] = sorted({*reference.findall(statements)} & files.keys() - {name})
    return [files[name] for name in TopologicalSorter(graph).static_order()]


def read_script(files: Iterable[Path]) -> str:
    """Return the files as one script: the database may be an ocean away, each trip counts."""
    return "\n".join(path.read_text(encoding="utf-8") for path in files)
