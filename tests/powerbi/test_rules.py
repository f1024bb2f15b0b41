"""The project's JSON is as Microsoft's schemas want it, and pbir-utils finds no fault."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.powerbi.rules import RULES
from tests.powerbi.test_project import PROJECT

BASE = "https://developer.microsoft.com/json-schemas/fabric/"
FILES = sorted(path for path in PROJECT.rglob("*") if path.is_file() and path.suffix != ".tmdl")
PAGES = PROJECT / "Everheard.Report/definition/pages"


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def find_faults(content: dict[str, Any]) -> list[str]:
    """Return what a file's own kind forbids it."""
    rest = {name: value for name, value in content.items() if name != "$schema"}
    kind = content["$schema"].removeprefix(BASE).removesuffix("/schema.json")
    return [error.message for error in Draft7Validator(RULES[kind]).iter_errors(rest)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_file_is_as_its_schema_wants_it(path: Path) -> None:
    assert find_faults(read(path)) == []


def test_every_rule_has_its_file() -> None:
    kinds = {read(path)["$schema"] for path in FILES}
    assert kinds == {f"{BASE}{kind}/schema.json" for kind in RULES}
    for rule in RULES.values():
        Draft7Validator.check_schema(rule)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("Everheard.Report/definition/version.json", {"version": "2.0.1"}),
        ("Everheard.Report/definition/report.json", {"theme": "dark"}),
        ("Everheard.Report/definition/pages/today/page.json", {"displayOption": "Stretched"}),
        ("Everheard.Report/definition/pages/today/page.json", {"name": "x" * 51}),
        ("Everheard.Report/definition/pages/today/page.json", {"filterConfig": {"filter": []}}),
        ("Everheard.Report/definition/pages/today/visuals/today_1/visual.json", {"position": {}}),
        ("Everheard.pbip", {"artifacts": [{"report": {"path": "C:\\Everheard.Report"}}]}),
    ],
)
def test_fault_is_found(file: str, change: dict[str, Any]) -> None:
    assert find_faults({**read(PROJECT / file), **change})


@pytest.mark.parametrize(
    "path", sorted(PAGES.glob("*/page.json")), ids=lambda path: path.parent.name
)
def test_visuals_lie_on_their_page_and_not_on_one_another(path: Path) -> None:
    page = read(path)
    visuals = [read(visual) for visual in path.parent.glob("visuals/*/visual.json")]
    places = [visual["position"] for visual in visuals]
    for place in places:
        assert place["x"] >= 0
        assert place["y"] >= 0
        assert place["x"] + place["width"] <= page["width"]
        assert place["y"] + place["height"] <= page["height"]
    for number, one in enumerate(places):
        for other in places[number + 1 :]:
            apart = (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"]
                or other["y"] + other["height"] <= one["y"]
            )
            assert apart, f"{one} lies over {other}"
    assert len({place["tabOrder"] for place in places}) == len(places)


def test_names_are_those_of_the_folders_and_unique() -> None:
    for path in [*PAGES.glob("*/page.json"), *PAGES.glob("*/visuals/*/visual.json")]:
        assert read(path)["name"] == path.parent.name
    filters = Counter(
        one["name"]
        for path in PAGES.rglob("*.json")
        for one in read(path).get("filterConfig", {}).get("filters", [])
    )
    assert set(filters.values()) <= {1}
    for path in PAGES.glob("*/visuals/*/visual.json"):
        roles = read(path)["visual"]["query"]["queryState"].values()
        refs = Counter(one["queryRef"] for role in roles for one in role["projections"])
        assert set(refs.values()) == {1}
    order = read(PAGES / "pages.json")
    assert order["activePageName"] in order["pageOrder"]


def test_parts_of_the_project_find_one_another() -> None:
    (shortcut,) = read(PROJECT / "Everheard.pbip")["artifacts"]
    report = PROJECT / shortcut["report"]["path"]
    model = report / read(report / "definition.pbir")["datasetReference"]["byPath"]["path"]
    platforms = [read(item / ".platform") for item in (report, model)]
    assert [one["metadata"]["type"] for one in platforms] == ["Report", "SemanticModel"]
    assert len({one["config"]["logicalId"] for one in platforms}) == 2


def test_pbir_utils_finds_no_fault() -> None:
    """It asks nobody: what it would ask for is within the report's own folder."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("pbir-utils"),
            "validate",
            PROJECT / "Everheard.Report",
            "--strict",
        ],
        capture_output=True,
        encoding="utf-8",
        env={"PATH": "", "HOME": "", "HTTPS_PROXY": "http://127.0.0.1:9", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All 16 rules passed" in done.stdout
