"""SECURITY.md and docs/security.md say what is so."""

from __future__ import annotations

import ast
import re
from typing import Any

import yaml

from tests.repository.project import PROJECT_DIR, read


def read_rights() -> dict[str, str]:
    """Return, by right, which workflows have it, as the files say."""
    rights: dict[str, set[str]] = {}
    for path in sorted((PROJECT_DIR / ".github" / "workflows").glob("*.yml")):
        content: dict[str, Any] = yaml.safe_load(read(path))
        for part in (content, *content["jobs"].values()):
            for right, level in (part.get("permissions") or {}).items():
                rights.setdefault(f"{right}: {level}", set()).add(path.stem)
    return {right: ", ".join(sorted(names)) for right, names in rights.items()}


def test_rights_are_those_of_the_workflows() -> None:
    said = dict(
        re.findall(r"^\| `([a-z-]+: \w+)` \| (.+?) \|", read(PROJECT_DIR / "SECURITY.md"), re.M)
    )
    found = read_rights()
    all_read = found.pop("contents: read")
    assert said.pop("contents: read") == "every workflow that checks the project out"
    assert len(all_read.split(", ")) > 1
    assert {right: names.replace("`", "") for right, names in said.items()} == found


def test_every_probe_is_a_test() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \| `(tests/.+?)::(\w+)` \|$", read_page(), re.MULTILINE)
    assert rows
    for surface, probe, file, name in rows:
        defined = {
            node.name
            for node in ast.walk(ast.parse(read(PROJECT_DIR / file)))
            if isinstance(node, ast.FunctionDef)
        }
        assert name in defined, f"{surface}: {probe}"
        print(f"{surface}: {probe} ({file})")


def read_page() -> str:
    return read(PROJECT_DIR / "docs" / "security.md")
