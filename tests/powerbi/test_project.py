"""The Power BI project fits the views, and its files fit one another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from tests.powerbi.dax.model import read_measures
from tests.repository.project import PROJECT_DIR

PROJECT = PROJECT_DIR / "powerbi"
TABLES = sorted((PROJECT / "Everheard.SemanticModel/definition/tables").glob("*.tmdl"))
VIEWS = [path for path in TABLES if path.stem != "Figures"]
TYPES = {
    "integer": "int64", "smallint": "int64", "bigint": "int64", "numeric": "decimal",
    "text": "string", "boolean": "boolean", "date": "dateTime",
    "timestamp without time zone": "dateTime",
}  # fmt: skip


def read_model() -> dict[str, set[str]]:
    """Return table -> the names of its columns and measures."""
    return {
        path.stem: {
            found[1] or found[2]
            for found in re.finditer(
                r"^\t(?:column|measure) (?:'([^']+)'|(\w+))",
                path.read_text(encoding="utf-8"),
                flags=re.MULTILINE,
            )
        }
        for path in TABLES
    }


def find_fields(node: Any) -> Iterator[tuple[str, str]]:
    """Yield (table, column or measure) of every field a report names."""
    if isinstance(node, dict):
        for kind in ("Column", "Measure"):
            entity = node.get(kind, {}).get("Expression", {}).get("SourceRef", {}).get("Entity")
            if entity:
                yield entity, node[kind]["Property"]
        for value in node.values():
            yield from find_fields(value)
    elif isinstance(node, list):
        for value in node:
            yield from find_fields(value)


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_columns_are_those_of_the_view(path: Path, connection: Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'bi' and table_name = %s",
            (path.stem,),
        )
        view = {name: TYPES[data_type] for name, data_type in cursor.fetchall()}
    text = path.read_text(encoding="utf-8")
    columns = re.findall(
        r"\tcolumn (\w+)\n\t\tdataType: (\w+)\n(?:\t\t.*\n)*?\t\tsourceColumn: (\w+)\n", text
    )

    assert {source: kind for _, kind, source in columns} == view
    assert f'[Schema="bi",Item="{path.stem}"]' in text


def test_relationships_join_columns_that_exist() -> None:
    model = read_model()
    text = (PROJECT / "Everheard.SemanticModel/definition/relationships.tmdl").read_text("utf-8")
    ends = re.findall(r"\t(?:from|to)Column: (\w+)\.(\w+)", text)

    assert len(ends) >= 16
    assert [end for end in ends if end[1] not in model[end[0]]] == []


def test_report_names_only_fields_of_the_model() -> None:
    model = read_model()
    fields = {
        field
        for path in PROJECT.glob("Everheard.Report/definition/pages/**/*.json")
        for field in find_fields(json.loads(path.read_text(encoding="utf-8")))
    }

    assert len(fields) > 10
    assert [field for field in fields if field[1] not in model[field[0]]] == []


def test_every_page_says_when_it_was_last_heard_from() -> None:
    pages = PROJECT / "Everheard.Report/definition/pages"
    for page in pages.glob("*/page.json"):
        visuals = [
            json.loads(path.read_text(encoding="utf-8")) for path in page.parent.glob("*/*/*.json")
        ]
        fields = [field for visual in visuals for field in find_fields(visual)]
        assert fields.count(("Figures", "Last heard from")) == 1, page.parent.name
        bottoms = [one["position"]["y"] + one["position"]["height"] for one in visuals]
        assert sorted(bottoms)[-2] < 640 <= sorted(bottoms)[-1] <= 720, "no visual hides another"


def test_measures_name_only_columns_of_the_model() -> None:
    model = read_model()
    text = (PROJECT / "Everheard.SemanticModel/definition/tables/Figures.tmdl").read_text("utf-8")
    named = re.findall(r"\b(\w+)'?\[(\w+)\]", text)

    assert len(named) > 10
    assert [(table, column) for table, column in named if column not in model[table]] == []


def test_measures_look_the_words_of_certainty_up_and_say_none_themselves() -> None:
    measures = read_measures(PROJECT / "Everheard.SemanticModel/definition")
    words = {"exact", "about", "at least", "not fully seen", "not seen"}

    assert [
        name for name, said in measures.items() if words & set(re.findall('"([^"]*)"', said))
    ] == []
    for name, column in {"Certainty": "certainty", "Count certainty": "count_certainty"}.items():
        assert f"LOOKUPVALUE(certainty[{column}], certainty[seen], [Seen]" in measures[name]


def test_pages_are_those_that_the_list_orders() -> None:
    pages = PROJECT / "Everheard.Report/definition/pages"
    order = json.loads((pages / "pages.json").read_text(encoding="utf-8"))["pageOrder"]

    assert sorted(order) == sorted(path.parent.name for path in pages.glob("*/page.json"))


@pytest.mark.parametrize(
    "path", [path for path in PROJECT.rglob("*") if path.is_file()], ids=lambda path: path.name
)
def test_file_is_utf8_without_mark_and_json_where_it_says_so(path: Path) -> None:
    data = path.read_bytes()

    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    if path.suffix not in {".tmdl"}:
        assert json.loads(data)["$schema"].startswith("https://developer.microsoft.com/")
