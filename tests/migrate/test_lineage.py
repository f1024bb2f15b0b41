"""Every temporary relation is made, read and gone in order, in every flow that is sent."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from everheard.database.trips import COMMIT, Flow, Rows, Trip, flow, trip
from everheard.ledger.flow_list import FLOWS
from everheard.sources.spotify_export.reader import STAGED_TABLES
from migrate.flow_pages import LOAD_DIR, list_folders, render_readme
from migrate.lineage import Trace, compare, follow, read_deeds
from tests.repository.project import PROJECT_DIR, find_files, find_modules, parse, show

FILES = {f"{path.parent.name}/{path.stem}" for path in find_files("*.sql", "sql/load")}
#: A table where several read it, a view where one does.
EITHER = {"touched_play"}
STAGE = "create temp table staged (track_key integer) on commit drop;"
COUNT = "select count(*) from pg_temp.staged;"


def follow_files(*trips: Trip, **files: str) -> Trace:
    """Follow a flow of made-up files, by their names."""
    return follow(flow("polls", "a made-up flow", *trips), lambda name: files[name])


def in_one(*texts: str) -> Trace:
    """Follow a flow that sends these files in one transaction, each in a round trip."""
    files = {f"f{number}": text for number, text in enumerate(texts)}
    first, *others = (trip(name) for name in files)
    return follow_files(first.begin(), *others, COMMIT, **files)


@pytest.mark.parametrize("one", FLOWS, ids=lambda one: one.title)
def test_flow_makes_what_it_reads_and_leaves_nothing(one: Flow) -> None:
    assert follow(one).problems == []


def test_one_name_is_one_thing_in_all_flows_and_somebody_reads_it() -> None:
    assert compare([follow(one) for one in FLOWS], either=EITHER) == []


def test_every_file_of_the_folder_is_sent_by_a_flow_and_every_file_that_is_sent_is_there() -> None:
    sent = {file for one in FLOWS for each in one.trips for file in each.files}
    assert sent == FILES


def test_flows_are_listed_in_one_module_only() -> None:
    others = {
        f"{show(path)}: {node.value}"
        for path in find_modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Constant) and node.value in FILES
    }
    assert {other.partition(":")[0] for other in others} == {"everheard/ledger/flows.py"}


def test_every_round_trip_that_is_listed_belongs_to_a_flow_and_is_made_by_somebody() -> None:
    statements = {
        target.id: node
        for node in parse(PROJECT_DIR / "everheard/ledger/flows.py").body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    in_flows = {
        node.attr
        for node in ast.walk(parse(PROJECT_DIR / "everheard/ledger/flow_list.py"))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "trips"
    }
    made = {
        node.attr
        for path in find_modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "flows"
    }
    listed = {name for name in statements if not name.startswith("_")}
    assert listed - in_flows == set()
    assert listed - made == {"HISTORY_ROWS"}  # copied, not sent


def test_import_stages_the_tables_that_its_flow_has_a_place_for() -> None:
    (imported,) = (one for one in FLOWS if one.folder == "history")
    places = [step for each in imported.trips for step in each.steps if isinstance(step, Rows)]
    assert set(places[0].tables) == {*STAGED_TABLES, "staged_earlier_track"}


@pytest.mark.parametrize("folder", list_folders())
def test_readme_is_what_the_flows_and_their_files_say(folder: str) -> None:
    page = (LOAD_DIR / folder / "README.md").read_text(encoding="utf-8")
    assert page == render_readme(folder), "run: python start.py migrate document"


def test_relation_that_is_made_first_and_read_later_is_right() -> None:
    trace = in_one(STAGE, COUNT)

    assert trace.problems == []
    assert trace.lives["staged"].deeds == {"makes": ["f0"], "reads": ["f1"]}


@pytest.mark.parametrize(
    "use",
    [
        COUNT,
        "insert into pg_temp.staged select 1;",
        "update pg_temp.staged set track_key = 1;",
        "delete from pg_temp.staged;",
        "delete from warehouse.fact_play using pg_temp.staged;",
        "analyze pg_temp.staged (track_key);",
        "drop table pg_temp.staged;",
        "create temp view shown as select track_key from pg_temp.staged;",
    ],
)
def test_relation_that_is_used_before_it_is_made_is_found(use: str) -> None:
    (problem,) = in_one(use, STAGE).problems

    assert problem.startswith("f0 ")
    assert problem.endswith(" staged, which nobody has made")


def test_relation_that_is_read_after_its_transaction_is_found() -> None:
    trace = follow_files(trip("stage").begin(), COMMIT, trip("count"), stage=STAGE, count=COUNT)

    assert trace.problems == ["count reads staged, which nobody has made"]


def test_relation_of_a_trip_by_itself_is_gone_after_it() -> None:
    assert follow_files(trip("stage", "count"), stage=STAGE, count=COUNT).problems == []
    apart = follow_files(trip("stage"), trip("count"), stage=STAGE, count=COUNT)
    assert apart.problems == ["count reads staged, which nobody has made"]


def test_what_goes_along_is_in_the_same_round_trip() -> None:
    along = trip("count").when("there is something", is_along=True)

    assert follow_files(trip("stage"), along, stage=STAGE, count=COUNT).problems == []


def test_relation_that_is_made_twice_is_found() -> None:
    assert in_one(STAGE, STAGE).problems == ["f1 makes staged, which is there"]
    assert in_one(STAGE, "drop table pg_temp.staged;", STAGE).problems == []


def test_repeated_trip_that_does_not_clear_up_is_found() -> None:
    repeated = trip("stage").repeat("for each listener")

    trace = follow_files(trip("lock").begin(), repeated, COMMIT, lock="select 1;", stage=STAGE)

    assert trace.problems == ["stage makes staged, which is there"]


def test_table_that_outlives_its_transaction_is_found() -> None:
    lasting = STAGE.replace(" on commit drop", "")

    assert in_one(lasting).problems == ["staged outlives the transaction"]
    assert in_one(lasting, "drop table pg_temp.staged;").problems == []


def test_transaction_that_does_not_end_is_found() -> None:
    assert follow_files(trip("f").begin(), f=STAGE).problems == ["a made-up flow does not end"]


def test_rows_for_a_table_that_is_not_there_or_was_read_already_are_found() -> None:
    rows = trip(Rows(("staged",)))
    early = follow_files(rows.begin(), trip("stage"), COMMIT, stage=STAGE)
    late = follow_files(
        trip("stage").begin(), trip("count"), rows, COMMIT, stage=STAGE, count=COUNT
    )

    assert early.problems == ["rows that we stage fills staged, which nobody has made"]
    assert late.problems == ["staged has been read before its rows come"]


def test_relation_with_other_columns_elsewhere_is_found() -> None:
    other = STAGE.replace("track_key", "album_key")

    assert compare([in_one(STAGE, COUNT), in_one(other, COUNT)]) == [
        "staged has other columns elsewhere"
    ]


def test_relation_that_is_a_table_here_and_a_view_there_is_found() -> None:
    view = "create temp view staged as select track_key from warehouse.dim_track;"
    traces = [in_one(STAGE, COUNT), in_one(view, COUNT)]

    assert compare(traces) == ["staged is a table and a view"]
    assert compare(traces, either={"staged"}) == []


def test_relation_that_is_read_by_nobody_is_found() -> None:
    unread = in_one(STAGE, "analyze pg_temp.staged;")

    assert compare([unread]) == ["staged is read by nobody"]
    assert compare([unread, in_one(STAGE, COUNT)]) == []


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("select a.x, y::date as z, count(*) filter (where b is distinct from 1) as n", "x z n"),
        ("select distinct on (x, y) x, extract(year from y) as year from bi.a", "x year"),
        ("with one as (select x, (select y from bi.b) as y) select one.*, z from one", "x y z"),
        ("with one (p, q) as (select 1, 2), two as (select * from one) select * from two", "p q"),
        ("select x is distinct from y as is_other from bi.a union select true", "is_other"),
        ("select * from pg_temp.known", "track_key"),
    ],
)  # fmt: skip
def test_columns_are_read_in_the_query(query: str, columns: str) -> None:
    text = f"create temp table made on commit drop as {query};"

    *_, made = read_deeds(text, {"known": ("track_key",)})

    assert made.made
    assert list(made.made.columns) == columns.split()


@pytest.mark.parametrize(
    "text",
    [
        "select 1 from staged;",  # of no schema
        "insert into staged values (1);",
        "update staged set track_key = 1;",
        "select 1 from warehouse.fact_play, pg_temp.staged;",  # neither from nor join before it
        "create temp table made on commit drop as select count(*) from pg_temp.staged;",
        "create temp table made on commit drop as values (1);",
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    known: dict[str, Any] = {"staged": ("track_key",)}
    with pytest.raises(ValueError, match=r"\w"):
        read_deeds(text, known)


def test_names_in_comments_and_texts_are_nothing() -> None:
    assert read_deeds("-- from pg_temp.a\nselect 'from pg_temp.b';", {}) == []
