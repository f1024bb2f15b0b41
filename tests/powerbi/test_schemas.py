"""The project's JSON is as Microsoft's schemas want it, and pbir-utils finds no fault."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft7Validator

from tests.powerbi.test_project import PROJECT
from tests.powerbi.validate import find_faults, list_schemas

#: Those of Power BI itself that the report uses; the schema lets any word pass.
VISUALS = {"barChart", "cardVisual", "clusteredColumnChart", "lineChart", "slicer", "tableEx"}
#: The moment has no argument, and the model needs no settings.
MAY_BE_EMPTY = {"Now", "settings"}
TODAY = "Everheard.Report/definition/pages/today"
VISUAL = f"{TODAY}/visuals/today_1/visual.json"
FILES = sorted(path for path in PROJECT.rglob("*") if path.is_file() and path.suffix != ".tmdl")
PAGES = PROJECT / "Everheard.Report/definition/pages"


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def find_empty(node: Any, name: str = "") -> Iterator[str]:
    """Yield the names of what is there and says nothing."""
    if node in ("", [], {}) and name not in MAY_BE_EMPTY:
        yield name
    for key, value in node.items() if isinstance(node, dict) else ():
        yield from find_empty(value, key)
    for value in node if isinstance(node, list) else ():
        yield from find_empty(value, name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_file_is_as_its_schema_wants_it(path: Path) -> None:
    assert find_faults(read(path)) == []


def test_every_schema_is_used_and_is_one() -> None:
    named = {read(path)["$schema"] for path in FILES}
    texts = [path.read_text(encoding="utf-8") for path in list_schemas().values()]
    for address, path in list_schemas().items():
        Draft7Validator.check_schema(read(path))
        below = "/".join(address.split("/")[-3:])
        assert address in named or any(f"/{below}" in text for text in texts), address


@pytest.mark.parametrize(
    ("file", "place", "value"),
    [
        ("Everheard.Report/definition/version.json", "version", "2.0.1"),
        ("Everheard.Report/definition/report.json", "theme", "dark"),
        ("Everheard.Report/definition/report.json", "themeCollection/baseTheme/type", "Ours"),
        ("Everheard.Report/definition/pages/pages.json", "pageOrder", "today"),
        (f"{TODAY}/page.json", "displayOption", "Stretched"),
        (f"{TODAY}/page.json", "name", "x" * 51),
        (f"{TODAY}/page.json", "filterConfig", {"filter": []}),
        (f"{TODAY}/page.json", "filterConfig/filters/0/type", "Relative"),
        (f"{TODAY}/page.json", "filterConfig/filters/0/filter/Version", 3),
        (VISUAL, "position", {}),
        (VISUAL, "position/width", "wide"),
        (VISUAL, "colour", "red"),
        (VISUAL, "visual/visualType", 5),
        (VISUAL, "visual/query/queryState/Data/projections/0/field/Measure", {}),
        (VISUAL, "visual/query/queryState/Data/projections/0/field", "Figures.Hours"),
        ("Everheard.Report/definition.pbir", "datasetReference/byPath", "../Everheard"),
        ("Everheard.Report/.platform", "config/logicalId", 1),
        ("Everheard.SemanticModel/definition.pbism", "settings/qna", True),
        ("Everheard.pbip", "artifacts/0/report/path", 1),
    ],
)
def test_fault_is_found(file: str, place: str, value: object) -> None:
    content = read(PROJECT / file)
    node: Any = content
    *way, last = [int(step) if step.isdigit() else step for step in place.split("/")]
    for step in way:
        node = node[step]
    node[last] = value
    assert find_faults(content)


def test_file_of_a_kind_without_its_schema_is_refused() -> None:
    content = read(PROJECT / VISUAL)
    content["$schema"] = content["$schema"].replace("/2.0.0/", "/99.0.0/")
    with pytest.raises(Exception, match=r"visualContainer/99\.0\.0/schema\.json"):
        find_faults(content)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_nothing_in_it_is_empty(path: Path) -> None:
    assert list(find_empty(read(path))) == []


def test_emptiness_is_found() -> None:
    assert list(find_empty({"a": [], "b": {"c": ""}, "d": [{}, 0, False], "Now": {}})) == [
        "a",
        "c",
        "d",
    ]


def test_visuals_are_those_of_power_bi_itself() -> None:
    used = {read(path)["visual"]["visualType"] for path in PAGES.glob("*/visuals/*/visual.json")}
    assert used == VISUALS


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
    reference = read(report / "definition.pbir")["datasetReference"]["byPath"]["path"]
    model = report / reference
    for path in (shortcut["report"]["path"], reference):
        assert not set(path) & set("\\:"), "a path is relative and parted by /"
    platforms = [read(item / ".platform") for item in (report, model)]
    assert [one["metadata"]["type"] for one in platforms] == ["Report", "SemanticModel"]
    assert len({UUID(one["config"]["logicalId"]) for one in platforms}) == 2


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
