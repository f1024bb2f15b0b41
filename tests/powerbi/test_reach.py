"""One calendar and one listener table reach everything, and every page lets both be chosen."""

from __future__ import annotations

import json
import re
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from tests.certainty.worlds import WORLDS, fill
from tests.powerbi.dax.model import list_ways, read_columns, read_relationships
from tests.powerbi.test_measures import DEFINITION, read_model
from tests.powerbi.test_project import PROJECT, find_fields

PAGES = PROJECT / "Everheard.Report/definition/pages"
LINKS = read_relationships(DEFINITION)
#: What things are, whoever heard them; the rule; jobs, which belong to nobody; measures.
OF_NOBODY = {
    "track", "artist", "album", "track_artist", "certainty", "pipeline_health", "Figures",
    "calendar", "listener",
}  # fmt: skip
#: A state of today, not of a day.
OF_NO_DAY = {"sign_in"}
#: A number and the word beside it.
SIGNS = {
    "Hours": "Certainty", "Plays": "Count certainty", "Hours last year": "Certainty last year",
}  # fmt: skip
VISUALS = sorted(PAGES.glob("*/visuals/*/visual.json"))


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def list_slicers(page: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Return field -> slicer."""
    visuals = [read(path)["visual"] for path in page.parent.glob("visuals/*/visual.json")]
    return {
        field: visual
        for visual in visuals
        if visual["visualType"] == "slicer"
        for field in find_fields(visual)
    }


def test_calendar_and_listener_reach_every_fact() -> None:
    facts = set(read_columns(DEFINITION)) - OF_NOBODY

    assert {way[-1] for way in list_ways(LINKS, "listener")} == facts
    assert {way[-1] for way in list_ways(LINKS, "calendar")} == facts - OF_NO_DAY


def test_choice_travels_by_one_way_only() -> None:
    """Power BI refuses a model in which it could take either of two."""
    for start, end in permutations(read_columns(DEFINITION), 2):
        ways = [way for way in list_ways(LINKS, start) if way[-1] == end]
        assert len(ways) <= 1, ways


def test_keys_are_unique_and_every_row_has_its_own(still_ledger: Connection) -> None:
    fill(still_ledger, next(one for one in WORLDS if len(one) == 2))
    model = read_model(still_ledger)
    for link in LINKS:
        keys = [row[link.one_column] for row in model.tables[link.one]]
        assert len(keys) == len(set(keys)), link
        assert {row[link.many_column] for row in model.tables[link.many]} <= set(keys), link


def test_days_are_chosen_in_the_calendar_alone() -> None:
    """A day column of a fact would choose its rows, and leave what was seen as it is."""
    reached = {way[-1] for way in list_ways(LINKS, "calendar")}
    for table in reached:
        text = (DEFINITION / f"tables/{table}.tmdl").read_text(encoding="utf-8")
        days = re.findall(r"\tcolumn (\w+)\n(?:\t\t.*\n)*?\t\tformatString: yyyy-mm-dd\n", text)
        shown = read_columns(DEFINITION)[table]
        assert [day for day in days if shown[day]] == [], table


def test_discoveries_are_those_of_artists() -> None:
    text = (DEFINITION / "tables/discovery.tmdl").read_text(encoding="utf-8")
    assert (
        'Rows = Table.SelectRows(View, each [kind] = "artist")\n\t\t\t\tin\n\t\t\t\t\tRows' in text
    )


@pytest.mark.parametrize(
    "page", sorted(PAGES.glob("*/page.json")), ids=lambda path: path.parent.name
)
def test_page_has_slicers_for_days_and_listeners_and_says_whose(page: Path) -> None:
    slicers = list_slicers(page)
    groups = {field: one.get("syncGroup", {}).get("groupName") for field, one in slicers.items()}
    is_filtered = "filterConfig" in read(page)

    assert groups == {
        ("listener", "listener_name"): "listener",
        # A choice made on another page would leave one that has days of its own empty.
        ("calendar", "calendar_date"): None if is_filtered else "calendar",
    }
    for one in read(page).get("filterConfig", {}).get("filters", []):
        assert set(find_fields(one)) == {("calendar", "calendar_date")}
        assert {source["Entity"] for source in one["filter"]["From"]} == {"calendar"}
    fields = [field for path in page.parent.glob("*/*/*.json") for field in find_fields(read(path))]
    assert ("Figures", "Whose") in fields


def test_opened_page_is_of_all_days_and_comes_first() -> None:
    order = read(PAGES / "pages.json")

    assert order["activePageName"] == order["pageOrder"][0]
    assert "filterConfig" not in read(PAGES / order["activePageName"] / "page.json")


@pytest.mark.parametrize("path", VISUALS, ids=lambda path: path.parent.name)
def test_number_has_its_word_and_its_listener_beside_it(path: Path) -> None:
    visual = read(path)["visual"]
    fields = set(find_fields(visual))
    shown = {name for table, name in fields if table == "Figures"}

    for number, word in SIGNS.items():
        assert number not in shown or word in shown, f"{number} without {word}"
    if visual["visualType"] not in {"slicer", "cardVisual"}:
        assert ("listener", "listener_name") in fields, "several would be summed unsaid"


def test_measures_that_only_others_read_are_shown_nowhere() -> None:
    text = (DEFINITION / "tables/Figures.tmdl").read_text(encoding="utf-8")
    blocks = text.split("\tcolumn ")[0].split("\tmeasure ")[1:]
    hidden = {block.split("'")[1] for block in blocks if "\n\t\tisHidden" in block}
    shown = {name for path in VISUALS for _, name in find_fields(read(path))}

    assert hidden == {"Last day", "Seen", "Zero", "Has unmeasured"}
    assert hidden & shown == set()
