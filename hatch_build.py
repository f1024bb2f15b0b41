"""What the wheel asks for: read from requirements.in, where every package is pinned once.

hatchling runs this while it builds (pyproject.toml).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class RequirementsHook(MetadataHookInterface):
    """Hand requirements.in on as the wheel's dependencies."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set them."""
        metadata["dependencies"] = list_requirements(Path(self.root) / "requirements.in")


def list_requirements(file: Path) -> list[str]:
    """Return what a file asks for, by the files that it includes too, as they spell it."""
    found: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        asked = line.strip()
        if asked.startswith("-r "):
            found += list_requirements(file.with_name(asked.removeprefix("-r ").strip()))
        elif asked and not asked.startswith("#"):
            found.append(asked)
    return found
