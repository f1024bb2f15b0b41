"""Every measure is what SQL over the same views says, whatever is chosen on a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from tests.certainty.rule import World
from tests.certainty.worlds import NOW, WORLDS, fill
from tests.powerbi.dax.functions import CLOCK
from tests.powerbi.dax.model import Choice, StarModel, read_columns
from tests.powerbi.dax.run import Reckoning
from tests.powerbi.reference import Choices, read_expected
from tests.powerbi.test_project import PROJECT
from tests.sql.ledger import read, sum_up

DEFINITION = PROJECT / "Everheard.SemanticModel/definition"
TODAY = date(2026, 11, 20)
NAMED = {world.name: one for one in WORLDS for world in one[:1]}
HISTORIES = (
    "empty, never polled", "empty, polled for days", "one day", "polls with gaps",
    "the first of two", "a history, then polls",
)  # fmt: skip
PAGES: tuple[Choices, ...] = (
    {},
    {"calendar": {"year": [2026]}},
    {"calendar": {"year": [2025]}},
    {"calendar": {"year": [2024, 2025]}},
    {"calendar": {"calendar_date": [TODAY]}},
    {"calendar": {"calendar_date": [TODAY + timedelta(days=3)]}},
    {"calendar": {"calendar_date": [date(2026, 11, 3)]}},
    {"calendar": {"year": [2026], "is_weekend": [True]}},
    {"calendar": {"year": [2024], "month": [2]}, "listener": {"listener_key": [1]}},
    {"listener": {"listener_key": [2]}},
    {"listener": {"listener_key": [2]}, "calendar": {"year": [2026]}},
    {"listener": {"listener_key": [99]}},
    {"artist": {"artist_name": ["Guest"]}, "calendar": {"year": [2026]}},
    {"artist": {"artist_name": ["Nobody"]}},
    {"album": {"album_name": ["Album"]}},
    {"play": {"hour_of_day": [9]}, "calendar": {"year": [2025]}},
)
FIGURES = ("Plays", "Listens", "Hours", "Hours estimated", "Certainty", "Count certainty")
SUMS = (
    "play_count, listen_count, ms_listened / 3600000.0, ms_estimated / 3600000.0, certainty,"
    " count_certainty"
)
UNSEEN = "partly_seen_day_count + unseen_day_count"
#: What a view tells of a choice, and the measures that have to be the same.
VIEWS: tuple[tuple[str, Callable[[Any], Choices], tuple[str, ...]], ...] = (
    (
        f"select listener_key, year, {SUMS}, {UNSEEN}, artists_first_heard from bi.year_review",
        lambda year: {"calendar": {"year": [year]}},
        (*FIGURES, "Days not fully seen", "New artists"),
    ),
    (
        f"select listener_key, period, {SUMS}, {UNSEEN} from bi.period_listening"
        " where period_kind = 'all'",
        lambda _: {},
        (*FIGURES, "Days not fully seen"),
    ),
    (
        "select listener_key, period::integer, previous_ms_listened / 3600000.0,"
        " previous_certainty from bi.period_listening"
        " where period_kind = 'year' and previous_certainty is not null",
        lambda year: {"calendar": {"year": [year]}},
        ("Hours last year", "Certainty last year"),
    ),
    (
        f"select listener_key, play_date, {SUMS} from bi.daily_listening"
        " where extract(day from play_date) = 20",
        lambda day: {"calendar": {"calendar_date": [day]}},
        FIGURES,
    ),
    (
        f"select listener_key, artist_name, {SUMS}, ms_as_main / 3600000.0,"
        " ms_as_featured / 3600000.0 from bi.top_artist"
        " where period = 'all time' and credit = 'all'",
        lambda name: {"artist": {"artist_name": [name]}},
        (*FIGURES, "Hours as main", "Hours as featured"),
    ),
    (
        f"select listener_key, album_name, {SUMS} from bi.top_album where period = 'all time'",
        lambda name: {"album": {"album_name": [name]}},
        FIGURES,
    ),
    (
        "select listener_key, artist_name, judged_count, skip_count::numeric / judged_count"
        " from bi.skip_rate where period = '2025'",
        lambda name: {"calendar": {"year": [2025]}, "artist": {"artist_name": [name]}},
        ("Plays judged", "Skip rate"),
    ),
)
#: What the made histories lack: skips, ratings, an album under two keys, an hour left out.
PARTICULARS = """
insert into warehouse.dim_play_detail (play_detail_key, is_skipped, reason_end)
values (1, true, 'trackdone'), (2, false, null), (3, null, 'fwdbtn'), (4, null, 'unknown');
update warehouse.fact_play set play_detail_key = extract(day from played_at)::integer % 5;
insert into warehouse.dim_album
(album_key, name, folded_name, folded_artist_name, metadata_level, same_as_album_key)
values (2, 'ALBUM', 'album', 'main', 1, 1);
update warehouse.dim_track set album_key = 2 where track_key = 2;
update warehouse.fact_play set track_key = 2 where extract(hour from played_at) = 9;
update warehouse.fact_play set track_key = 0 where extract(hour from played_at) = 14;
insert into warehouse.fact_album_rating
(rated_at, album_key, rating, listener_key, is_dated, rating_source)
values ('2025-06-01', 2, 40, 1, true, 'api'), ('2026-02-01', 2, 80, 1, true, 'api');
insert into warehouse.dim_exclusion (listener_key, rule, first_hour, end_hour)
values (1, 'hours', 3, 5);
"""


def read_model(ledger: Connection) -> StarModel:
    """Return the model with the rows of its views."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for name, columns in read_columns(DEFINITION).items():
        if name == "Figures":
            continue
        only = "where kind = 'artist'" if name == "discovery" else ""
        query = sql.SQL("select {} from bi.{} " + only).format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(name)
        )
        with ledger.cursor() as cursor:
            cursor.execute(query)
            tables[name] = [dict(zip(columns, row, strict=True)) for row in cursor]
    return StarModel(DEFINITION, tables)


def to_context(choices: Choices, model: StarModel) -> Reckoning:
    return Reckoning(
        model,
        frozenset(
            Choice(table, (column,), frozenset((value,) for value in values))
            for table, columns in choices.items()
            for column, values in columns.items()
        ),
    )


def to_plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else round(float(value), 6)


def fill_history(ledger: Connection, name: str) -> None:
    worlds: tuple[World, ...] = NAMED[name]
    fill(ledger, worlds)
    if name == "a history, then polls":
        with ledger.cursor() as cursor:
            cursor.execute(PARTICULARS)
        sum_up(ledger)


@pytest.mark.product
@pytest.mark.parametrize("name", HISTORIES)
def test_every_measure_is_what_sql_says_of_the_same_choices(
    still_ledger: Connection, name: str
) -> None:
    fill_history(still_ledger, name)
    model = read_model(still_ledger)
    faults = []
    for page in PAGES:
        here = to_context(page, model)
        for measure, expected in read_expected(still_ledger, page).items():
            shown, wanted = to_plain(here.measure(measure)), to_plain(expected)
            if shown != wanted:
                faults.append(f"{page} {measure}: {shown!r}, SQL says {wanted!r}")
    faults += list(compare_with_views(still_ledger, model))
    assert faults == []


def compare_with_views(ledger: Connection, model: StarModel) -> Iterator[str]:
    """Yield where a year, all time or a day is another than in the view that tells it."""
    for query, choose, measures in VIEWS:
        for key, of, *figures in read(ledger, query):
            page = {"listener": {"listener_key": [key]}, **choose(of)}
            here = to_context(page, model)
            shown = [to_plain(here.measure(name)) for name in measures]
            told = [to_plain(figure) for figure in figures]
            if shown != told:
                yield f"{page}: {shown}, the view says {told}"


def test_each_listener_has_a_contact_of_their_own(still_ledger: Connection) -> None:
    fill_history(still_ledger, "the first of two")
    CLOCK["now"] = NOW.replace(tzinfo=None)
    model = read_model(still_ledger)
    second = "Last heard from 2026-11-18 09:30 UTC, 57 hours ago"

    assert to_context({}, model).measure("Last heard from") == (
        f"the first of two: Not heard from yet; the second of two: {second}"
    )
    one = to_context({"listener": {"listener_key": [2]}}, model)
    assert one.measure("Last heard from") == second
    nobody = to_context({"listener": {"listener_key": [99]}}, model)
    assert nobody.measure("Last heard from") == "Not heard from yet"


def test_sums_of_several_listeners_say_so(still_ledger: Connection) -> None:
    fill_history(still_ledger, "the first of two")
    model = read_model(still_ledger)

    assert to_context({}, model).measure("Whose") == (
        "the first of two, the second of two together"
    )
    one = to_context({"listener": {"listener_key": [2]}}, model)
    assert one.measure("Whose") == "the second of two"


def test_gaps_are_those_with_a_day_among_the_chosen(still_ledger: Connection) -> None:
    fill_history(still_ledger, "polls with gaps")
    model = read_model(still_ledger)
    january, february, march = (
        to_context({"calendar": {"year": [2026], "month": [month]}}, model) for month in (1, 2, 3)
    )

    assert [len(one.list_rows("gap")) for one in (january, february, march)] == [1, 1, 0]
    assert len(to_context({}, model).list_rows("gap")) == 2
    assert to_context({"listener": {"listener_key": [99]}}, model).list_rows("gap") == []


def test_sessions_follow_days_and_listeners(still_ledger: Connection) -> None:
    fill_history(still_ledger, "the first of two")
    model = read_model(still_ledger)
    told = "select count(*) from bi.session where listener_key = 2 and session_date >= '2026-11-01'"
    page = {"listener": {"listener_key": [2]}, "calendar": {"year": [2026], "month": [11]}}

    assert [(len(to_context(page, model).list_rows("session")),)] == read(still_ledger, told)
    contacts = to_context({"listener": {"listener_key": [2]}}, model).list_rows("sign_in")
    assert [row["listener_key"] for row in contacts] == [2]
